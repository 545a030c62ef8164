// Package orders owns what was bought: the order as it stood at the moment it was placed, and a customer's
// history.
//
// Invariants:
//   - An order comes into being whole, in the transaction that is checkout's pivot, and never without its
//     holds committed and its payment authorized.
//   - Its lines and tax sum to its total; its shipments' amounts sum to the same total.
//   - It never changes. What happens to it later (shipping, delivery) is fulfillment's, by order id.
//   - The delivery address is sealed under the customer's key; the order holds no personal data in the clear.
//
// How much of an order was given back is payments' to say: the API reads it there, as payments knows nothing of orders.
//
// Events out: OrderPlaced, from the orders table's stream. Events in: none.
package orders
