// Package accounts owns what is of one person and of several contexts: a guest's way back to an order, the orders that a guest
// takes to an account, the orders that somebody buys again, the export of all that is held of somebody, and their erasure. It keeps
// nothing itself.
//
// Invariants:
//   - Whoever asks with an order's number and an e-mail address learns nothing but whether both are right: an order that does
//     not exist, one with another address, one whose return window is over and one that was erased are the same answer. (They
//     take different times; a number cannot be guessed.) How often one address asks, and one order is asked for, is limited.
//   - What they get opens that order alone, for an hour; the link's token does until the return window ends.
//   - A guest's orders go to whoever shows the guest's token, once: each moves by a condition on whose it is. Its address stays
//     sealed under the guest's key, which is the account's to open from then on, and is destroyed with it.
//   - Nobody is erased while something of theirs is on its way or comes back: the answer lists those orders. An erasure goes
//     through what others hold first and destroys the key last, so that one that failed half way is asked for again.
//   - An erasure reaches the user pool: sessions end, and the user is deleted, just before the key is. The token that asked for it is
//     good for as long as that takes, so that it can be asked for again, and for nothing after.
//   - Orders and their money are kept, as the law asks of a seller, without a name: by ids, and sealed under a key that is gone.
//     Of a rating and of a review the stars are kept.
//
// Still thin: an order that is placed while its customer is erased keeps its parcel, whose address nobody can open any more; a review that was
// written within the second before, which an index does not show yet, keeps its text; votes, which reviews count, stay under an id that names
// nobody; a cart's copy for display lives a day longer than the cart. An address that bounced stays known by its keyed hash.
//
// It neither takes nor publishes events.
package accounts
