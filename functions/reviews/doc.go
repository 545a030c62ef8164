// Package reviews owns what customers think of sellers. (What they think of products will be here too.)
//
// Invariants:
//   - who rates a seller has an order of theirs of which a parcel of that seller was delivered, and has one rating of it,
//     which may be changed;
//   - a seller's tally is the sum of its ratings as they stand: a rating and its part of the tally are written together.
//     The tally is spread over some items by the order's id, so that the ratings of a large seller do not meet in one.
//
// Events out: SellerRated, derived from the stream of the tallies. Events in: none.
//
// Still thin: reviews are of sellers alone. A rating's text is shown to nobody but who wrote it, is not looked
// through, and stays when its customer is erased, under an id that names nobody any more.
package reviews
