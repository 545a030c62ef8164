// Package promotions owns coupons: what a code takes off a cart, how often it may be used, and who used it.
//
// Invariants, kept by every operation, repeated or interrupted anywhere:
//   - a coupon's budget is stock: granted + moved = available + held + committed - debt, per shard of it (Balance), and
//     over all shards moved is 0. It is kept by functions/internal/shards, as inventory's is;
//   - available is never negative: nothing is used more often than was granted. "Exhausted" is said only after a look at
//     all shards that was made during the call or at most a second before it;
//   - a customer uses a coupon as often as it says at most: the count of it is an item of the same transaction;
//   - every use that a checkout takes is given back or belongs to an order. A return that comes before its redemption
//     leaves a tombstone that bars it.
//
// # A coupon
//
// A code is of one marketplace and takes a share of the items' total, up to a most, or a fixed amount off it. What it
// takes off is shared out over the lines in proportion to what they cost, before tax, so that each line is taxed for
// what is paid for it. A coupon leaves at least a tenth to be paid: a shipment needs a payment that the bank can
// authorize. A cart has one coupon at most.
//
// # In the saga
//
// Redeem is a state of its own behind Hold, and no part of the hold's transaction. Two hot things in one transaction
// would be refused whenever either is busy, and only checkout's wiring may join what two contexts write, which it does
// where it must: the pivot commits the redemption together with the holds. So a cart without a coupon pays neither a
// call nor a write for it. Hold comes first, so that nobody uses up a coupon for what is sold out; a release gives the
// units back first, as they are worth more.
//
// # After the order
//
// A use comes back once more: when the order is cancelled whole, every parcel of it before it left (OrderCancelled). It counts for
// its customer and for the budget then as if it had not been used, as long as the coupon is valid. An order that is cancelled in
// part, or sent back, keeps its use, as its coupon has taken something off.
//
// Who bears the discount: the marketplace. Sellers are paid as if there were none (functions/payouts). A seller's own coupon is for that
// seller's offers alone, and the seller bears it: it is paid, and pays commission, for what the customer pays. What a coupon needs and
// takes a share of are the lines that it is for. A code is one coupon's in its marketplace, whoever was first; an operator can end
// any, and nobody changes what another bears.
//
// Still thin: a coupon is of a whole marketplace or a seller, never of a category or product; a guest
// counts as a new customer with each token. That a coupon is used up shows at checkout only, and a shard of a budget that had uses is
// never closed.
//
// Events in: OrderCancelled (fulfillment). Events out: none. Saga tasks: redeem, return.
package promotions
