// Package clickstreambill reckons what a million events cost, at 500 million a day: it counts what the consumer and the settler
// write for generated batches and takes the contract's prices. make bench prints it.
package clickstreambill
