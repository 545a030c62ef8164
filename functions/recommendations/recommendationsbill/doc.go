// Package recommendationsbill reckons what a million shelves cost, and how many are served from a pool that is kept: go test, with
// RIALTO_BENCH=1.
package recommendationsbill
