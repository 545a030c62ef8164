// Package offers owns who sells a product at what price in which marketplace, and who has the buy box.
//
// Invariants:
//   - a seller has at most one offer of a product in a marketplace, in the marketplace's currency, and only
//     that seller's token changes it;
//   - a seller's price that falls to less than a quarter of what it was is confirmed (confirm_price_drop), in the API and in feeds;
//   - a sale's price holds from the second at which it begins to the one at which it ends, by the marketplace's own clock: for whoever
//     asks for an offer (carts, quotes, lists) at once, for the buy box within a minute. A box knows when a price of its offers turns
//     next, and is on a list until it is decided after that (sale.go): what no sweep came to is still there for the next;
//   - an offer's version rises by one with every change, and the same offer again is no change; a seller sees and names another, which
//     counts the changes of what the seller sets, as the version does but for what Rialto changes by itself (Offer.Revision);
//   - once changes cease, the stored buy box of a marketplace is what Decide says of its offers and stock; the
//     buy box's own change starts no further decision.
//
// Events out: OfferChanged, BuyBoxChanged, derived from the offers table's stream. Events in: OfferChanged
// (its own), StockBandChanged (inventory), SellerRated (reviews), SellerChanged (sellers).
package offers
