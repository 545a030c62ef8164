// Package clickstreamstore keeps what customers agreed to, in the table consents, and what came to products, in the table traffic.
package clickstreamstore
