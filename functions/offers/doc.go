// Package offers owns who sells a product at what price in which marketplace, and who has the buy box.
//
// Invariants:
//   - a seller has at most one offer of a product in a marketplace, in the marketplace's currency, and only
//     that seller's token changes it;
//   - a seller's price that falls to less than a quarter of what it was is confirmed (confirm_price_drop), in the API and in feeds;
//   - an offer's version rises by one with every change, and the same offer again is no change;
//   - once changes cease, the stored buy box of a marketplace is what Decide says of its offers and stock; the
//     buy box's own change starts no further decision.
//
// Events out: OfferChanged, BuyBoxChanged, derived from the offers table's stream. Events in: OfferChanged
// (its own), StockBandChanged (inventory), SellerRated (reviews), SellerChanged (sellers).
package offers
