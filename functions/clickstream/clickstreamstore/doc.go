// Package clickstreamstore keeps what customers agreed to, in the table consents.
package clickstreamstore
