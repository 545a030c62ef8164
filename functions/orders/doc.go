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
// Events out: OrderPlaced, from the orders table's stream. Events in: none.
package orders
