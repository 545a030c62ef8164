// Package searchtrial tries the indexer and rebuilds together, with the real queue handler, on tables in memory and a real
// OpenSearch: events come twice and in any order, functions are killed, indexes are dropped and swapped. It holds tests
// only.
package searchtrial
