// Package marketplaces holds the marketplaces as values: where each sells to, in which currency and language, whether its
// prices include tax, on which days it works, what its law says of returns; and the fulfilment centres, with the customs areas
// that their goods move in. They change with a deployment, so they are code and cost no read.
//
// Invariants, which tests hold together here and in the contexts that add to it (customers: forms of addresses and prices of
// shipping; tax: a regime):
//   - a marketplace ships within one customs area alone, its own, and a fulfilment centre stands in that;
//   - a fulfilment centre stands in the country of a marketplace, whose holidays it keeps;
//   - holidays are computed for any year by the rules of the law; nations.go says which cannot be, and are left out.
//
// Zones are IANA names. What computes in them brings time/tzdata along.
//
// Still thin: AU no longer ships to NZ, as no centre stands there. Guam and other places that a country has outside its
// customs area are served as the country is.
package marketplaces
