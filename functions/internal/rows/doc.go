// Package rows works on batches in which every row has a result of its own: what is wrong with one hinders no other,
// and the same batch again changes nothing.
//
// A context reads a batch (Read, Of), works on its good rows (Do), and what comes out is a Report of one form,
// whoever asked for the work: an operator's command, a test, or a seller's feed.
package rows
