// Package carts owns what a shopper means to buy.
//
// A shopper has one cart a marketplace; its id is derived from the two, so it needs no look-up and a checkout,
// a browser tab and an event find the same one. A guest has one too, which is merged at sign-in.
//
// Invariants:
//   - The table is the truth; every change is conditional on the version read. Redis in front holds a copy that
//     is only ever replaced by a newer version, and is read for display alone: changes, quotes and checkouts
//     read the table.
//   - A checkout reads its cart while its record is written, and a quote of that cart is made of what was read: whatever changes it
//     later has another version, which the pivot refuses.
//   - A change with an idempotency key is made once: the cart remembers its last 20 keys and a hash of what each asked for,
//     and refuses another request with one of them.
//   - A guest's cart is merged into one cart, once.
//   - The pivot takes the ordered lines out of the cart at the version that was quoted, so two checkouts of one
//     version make one order; a cart that was changed since makes the checkout fail with cart_changed.
//
// A cart has one coupon at most; another takes its place. Its code is kept, and what it takes off is asked whenever the
// cart is shown or quoted. A quote with a coupon that is no longer good fails, as nobody should pay more than was shown.
//
// A line keeps the price and the title that the cart last showed. Showing the cart asks for today's, and keeps a price that
// is another (a write, and a version, for each such showing alone); adding a line does so for that line only. A quote says
// which lines cost more now than was shown, with their shipping: a checkout charges no such line unless it was asked to.
//
// Still thin: adding a line shows the other lines at the price last seen, and a cart's copy in Redis lags an order by the
// event that renews it.
//
// Events in: OrderPlaced (the copy in Redis is renewed). Events out: CartChanged, of what came into a cart and what
// went; an order's lines leave without one, and those of a guest's cart come again with the cart that it was merged into.
package carts
