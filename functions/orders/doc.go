// Package orders owns what was bought: the order as it stood at the moment it was placed, and a customer's
// history.
//
// Invariants:
//   - An order comes into being whole, in the transaction that is checkout's pivot, and never without its
//     holds committed and its payment authorized.
//   - Its lines and tax sum to its total. What each shipment costs is decided in checkout, line by line, with its shipping and
//     its part of the delivery, the tax in each, and what a coupon took off: those parts sum to the lines, the taxes and the
//     total, and whoever captures, returns or pays later reads them, and shares out nothing again.
//   - It never changes. What happens to it later (shipping, delivery) is fulfillment's, by order id.
//   - The delivery address is sealed under the customer's key; the order holds no personal data in the clear.
//
// What became of an order since, its customer is told by fulfillment, which knows the parcels.
//
// # How an order is found
//
// By its id, or among its customer's own: their partition of the index is read from the newest on, within a period if one is given, and
// each order is matched as it is (Matches). Nobody looks through anybody else's orders, and no index of words is kept beside the table:
// a customer has tens of orders, seldom thousands, and a page reads a bounded number of them, so that its cost grows with its size and
// never with the table. What it costs instead is that somebody with thousands of orders pages through empty pages to a match that is
// years old; a period narrows that.
//
// Events out: OrderPlaced, from the orders table's stream. Events in: none.
package orders
