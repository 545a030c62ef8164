// Package checkout turns a cart into an order: it owns the checkout record and the saga that runs over carts,
// customers, tax, inventory, promotions, payments and orders.
//
// # The record
//
// One record a customer and idempotency key, written before the first effect together with its timer. Its id is
// derived from the two, so it is found by either.
//
//	OPEN ──claim──▶ OPEN (run, plan) ──place──▶ PLACED
//	  │                │        ▲
//	  │                ├─await──▶ WAITING (a 3-D Secure challenge) ──claim──▶ OPEN
//	  └─────fence──────┴────────────fence──────▶ OPEN (epoch + 1) ──close──▶ FAILED
//
// # What is promised
//
//   - A run owns the record from Claim on: its plan, its payment groups and its draft's hash are stored before
//     the first effect and never change; a second run of the same epoch, or one with another draft, ends as
//     superseded. The draft itself is stored when the record begins to wait for a 3-D Secure challenge, for the run that goes on.
//   - What each shipment costs is decided once, when the draft is made (shares.go): a line's price, tax and shipping follow its
//     units, the delivery is shared out equally. A shipment costs what the gateway takes at least, or nothing, and then needs no
//     payment; a cart for which that cannot be is refused before the first effect.
//   - Place, the pivot, is one transaction: the record (epoch and run are mine, OPEN) becomes PLACED, the holds
//     and a coupon's redemption become COMMITTED, the order comes to be, and the ordered lines leave the cart at its
//     version. Either all of it happens or none.
//   - Fence raises the epoch, conditional on the record not being PLACED. After it no step of an earlier run can
//     place the order; so it is safe to cancel the payment and to release the holds and the coupon.
//   - Recover (timer, sweep, and the shopper who gives a waiting checkout up) runs the same Fence, Cancel, Release and Close. A
//     Catch is only its shortcut: an execution that dies without one is recovered when its record is due.
//   - Every record that is not terminal has a due time, a timer message and a place in the due index.
//   - A key is free again once its record is terminal and a day old. The next record has the same id and another order:
//     what was begun for the last one, and stood still meanwhile, changes nothing of it.
//
// Events: none of its own; an order that is placed speaks through orders.
package checkout
