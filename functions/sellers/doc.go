// Package sellers owns who sells: a seller's profile and tier.
//
// Invariants:
//   - a seller sees and touches only what is its own; who it is comes from its token;
//   - in any stretch of time a seller's writes are at most its tier's burst and rate: whoever sets the tier sets the
//     limit of the seller's bucket with it (internal/ratelimit), which every write of the seller API asks.
//   - an operator blocks a seller, and lets it go on: nothing of it can be bought meanwhile, and no payout is made. What was ordered before
//     is shipped, refunded and booked as ever, and its seller goes on to see and answer it.
//
// Events out: SellerChanged and SellerBlocked, derived from the table's stream. Events in: none.
package sellers
