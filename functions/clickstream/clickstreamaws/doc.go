// Package clickstreamaws is the clickstream's Kinesis stream, from both sides, and the secret of its pseudonyms.
package clickstreamaws
