// Package chunks is how rows of a seller's file reach the context that owns them, and how that one says what became of
// them.
//
// A file is cut into chunks. Each goes to the owner's queue and is a batch to the owner, who sends one result back, with
// what became of its rows. A chunk may come more than once, and so may its result: rows are repeatable, and whoever counts
// results knows a chunk by its number.
package chunks
