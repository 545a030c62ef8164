// Package catalog owns products and the categories they are listed in.
//
// Invariants:
//   - a product's version rises by one with every change, and an import of the same product is no change;
//   - a product's category path names categories that are registered, root first, each under the one before;
//   - a product has one page, whoever lists it: a GTIN, or a brand and model, names one product; a sku does for its seller;
//   - a page is what its owner says of it, filled by what other sellers say; what a seller says is kept as it was
//     said, whatever the page shows (contribution.go has the rule);
//   - what comes in options (sizes, colours; three at most) is a parent, which nobody offers, and variants, each a product of its
//     own that names the parent and a value of each option; no two of a parent have the same values, and there are 2,000 at most;
//   - a parent's options are said once, and parent and variant have one owner;
//   - a category keeps its parent for good, so that a product's path stays true.
//
// A variant's place among the others is an item of its own, under its values, written with its page: a change of one writes one,
// whoever asks for all reads a list (catalogstore/variants.go). Nothing of a variant is in its parent, and nothing of a parent in its
// variants but its id and the names of the options, so no change of the one has to be carried to the others. What is sold, stocked,
// found, reviewed and taken down is the variant.
//
// What a product costs is not here: prices are the offers' (package offers). What a page shows of them is a projection
// of their event, which this context keeps: it is never older than the last event that came, and an older event
// changes nothing.
//
// Events out: ProductChanged, derived from the products table's stream. Events in: BuyBoxChanged (offers).
package catalog
