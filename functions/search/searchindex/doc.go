// Package searchindex keeps the search's indexes in OpenSearch, one a marketplace.
//
// A marketplace's index has a name of its own and is reached through an alias, products-<marketplace> →
// products-<marketplace>-000001, so that another can be built beside it and take its place at once. It is made
// when the first product is written to it; a search of a marketplace without one finds nothing.
//
// A document's version in the index is its number (version_type external): OpenSearch itself refuses what is older
// than what it has. Deletions are tombstones, because OpenSearch forgets the version of a deleted document after
// a minute (index.gc_deletes).
//
// What a shopper typed goes into match queries only, which analyze text and know no operators.
package searchindex
