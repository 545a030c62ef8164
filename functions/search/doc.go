// Package search owns what shoppers find: one index a marketplace, made of products and their buy boxes.
//
// Invariants:
//   - once changes cease, a marketplace's index shows exactly the products that have an offer there, each as the
//     catalog and its buy box say, in whatever order, however late and however often the events came;
//   - a document is written with a number that was drawn, or by a rebuild looked up, before its sources were read, and
//     never over one of a higher number;
//   - a product that is gone leaves a tombstone, which no search finds, so that a late write cannot revive it;
//   - all variants of a product are one hit, and one in every count;
//   - what a shopper types is words to look for, never a query language.
//
// The index holds nothing that is not in the tables: it can be dropped and built again.
//
// Events in: ProductChanged (catalog), BuyBoxChanged (offers). Events out: none.
package search
