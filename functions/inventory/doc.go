// Package inventory owns the units that sellers keep in fulfilment centres: how many are free, who holds the
// others, and from which centre an order ships.
//
// Invariants, kept by every operation, repeated or interrupted anywhere:
//   - per sku and centre, received + returned = available + held + committed + shipped (Balance);
//   - available is never negative: nothing is sold twice;
//   - every unit that a checkout takes is given back or shipped: nothing is stranded. A release that comes
//     before its hold leaves a tombstone that blocks it;
//   - an order's holds are placed together and committed together, or not at all.
//
// Events out: StockBandChanged. In: ShipmentShipped (fulfillment). Saga tasks: hold, release.
package inventory
