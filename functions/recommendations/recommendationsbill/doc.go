// Package recommendationsbill reckons what a million shelves cost: go test, with RIALTO_BENCH=1.
package recommendationsbill
