// Package feeds owns sellers' feeds, which are files of rows for other contexts: what becomes of a file, from its upload
// to the report on its rows (README.md).
//
// Invariants:
//   - a seller sees and touches only what is its own; who it is comes from its token, and for a file from the
//     record of the feed that the file was uploaded for;
//   - a feed's rows are cut into chunks by the file alone: whoever cuts it again, from the start or from where
//     another stopped, cuts the same chunks, so that a chunk that comes twice is known;
//   - each chunk is counted once; when all are, the feed is over: DONE, DONE_WITH_ERRORS, or FAILED with a reason;
//   - a bad row never blocks a good one, and a file is read in memory that does not grow with it.
//
// The rows themselves belong to others: products to catalog, offers and prices to offers, stock to inventory. They
// take them from their own queues and answer with a report on each chunk (package chunks).
//
// Events out: FeedFinished, derived from the table's stream. Events in: none.
package feeds
