// Package payments authorizes, cancels, captures and refunds what an order costs, one payment a shipment group.
//
// It owns the table payments: for each order and group the gateway's intent, its state, and every call to the
// gateway, written before it is made and after it is answered.
//
// What it promises, whatever fails and in whatever order its steps arrive:
//   - a group has one intent at a time. It is created unconfirmed under a key that follows from order and group, its id
//     is stored, and only then is it confirmed. An intent is confirmed at most once by the gateway's own rule,
//     so a group has at most one authorization;
//   - an outcome that is not known (no answer, 5xx, the key still in use) is resolved by reading the stored id, or
//     by repeating the call under its key. It is never searched for and never paid again. What stays unknown leaves as
//     Unavailable and is resolved by the next try;
//   - cancelling closes the record before it calls the gateway, so no step that comes later can confirm; a
//     group that has no record gets a tombstone that blocks its creation. When cancel has succeeded, the group
//     has no open authorization and never will have one;
//   - an intent that was created and never confirmed holds nobody's money. One can be left behind only if the
//     gateway keeps answering its creation with a stored failure, or a creation is repeated after the gateway
//     forgot its key (24 hours);
//   - an authorization that ends within a day is made anew: a second intent with the same method under keys of its own, whose every
//     call is written down too, takes the place of the first in one write, unless the first may have been captured; then the
//     first is cancelled, and its id kept until the gateway has said so. Only in between does a group hold money twice. A bank
//     that refuses is asked three times, eight hours apart;
//   - a key under which the gateway keeps a refusal of a cancel or a capture is spent: what refused it is looked up, and the
//     next try has another;
//   - a later attempt of a shipment to have its money taken first asks how the intent of the failed one stands;
//   - capture happens once, for at most what was authorized; the rest of the authorization is released by it;
//   - a return's money is given back once: its refund is written down before the gateway is asked, and asked for under
//     one key, whoever tries. Where the key cannot tell, since the gateway keeps a failure under it or may have forgotten it,
//     the gateway's list of refunds says whether it gave anything. Only a refusal is final: a failure without an effect is tried
//     again, under the key of another attempt once the first can only repeat it. Refunds sum to what was captured at most;
//   - a refund that the customer's bank turns back later has FAILED (RefundChanged): the gateway tells it, or a sweep looks three, ten
//     and 31 days later. What failed is asked for again by an operator's
//     word alone (RefundAgain), as an attempt of its own.
//
// A shipment that costs nothing has no payment: it is captured, and given back, without the gateway. What costs less than the
// gateway takes (LeastAmount) checkout refuses before it asks; where its least is not known here, and of what it finds too much, the gateway
// says so (amount_too_small, amount_too_large).
//
// Cancelling what was captured is refused with payment_captured: money that was taken comes back by a refund.
// It cannot happen before the order is placed, as only placed orders ship.
//
// A shopper's payment method is attached to a customer at the gateway that is made here (Methods), so that it pays as often as wanted
// and for several shipments at once; which of the gateway's customers is whose is kept beside the payments. What the bank declines
// has one of a few reasons that a shopper can act on (decline.go); what the gateway itself refuses, such as a method that was taken
// off, is payment_refused, and an alarm: no bank was asked.
//
// What happens at the gateway without us is heard by its webhook (Receiver, Listener): a notice only says what to look at, and what the
// gateway then says is taken over. A refund by hand is nobody's return; a return that finds its money given back so is done (Before),
// whether that was heard before or the gateway says so when it refuses, and one that failed for want of it is done once it is heard. An
// intent that was cancelled there is authorized anew. A dispute is open until it is won or lost, and stays what it came to.
//
// A notice may be lost for good, and nobody is told of a capture by hand. So each day that is over is held against the gateway's own books
// (Reconciler), movement by movement, and what was booked here against what is left: what a notice would have brought is taken over, and
// everything that differs is reported (/ops/v1/reconciliations); what was not taken over is an alarm. It costs a read a movement, and two writes a
// capture or refund, of the item that says what the gateway must know of; at 100 movements a call some 2.4 million a day are compared.
//
// Nothing that pays is logged: no method token, no client secret, no message of the gateway's, which may quote
// either. The token stays in the record until the payment is captured, cancelled or declined: authorizing anew needs it.
//
// Events in: OrderPlaced (orders); its own PaymentCaptured and PaymentRefunded; ShipmentPacked, ShipmentCancelled, ShipmentWrittenOff, ReturnReceived
// (fulfillment). Events out: PaymentCaptured, PaymentCaptureFailed, PaymentRenewed, PaymentAuthorizationLost, PaymentRefunded, PaymentRefundFailed,
// PaymentRefundedElsewhere, PaymentDisputed.
//
// The gateway takes so many calls a second. What a shopper waits for goes straight to it; captures and refunds wait in their queues, of
// which each has a few calls under way at a time, refunds fewer than captures (functions/contract). A call that the gateway has no room
// for is an outcome that is not known: its message comes again, and a checkout's step is tried again while the checkout lasts.
//
// Captures and refunds are counted, too, over all functions (Paced): at most 60 a second together, captures first, by one item of the table
// rate_limits, which a call writes once, or twice where it is busy. Nothing is counted on a checkout's way.
//
// Still thin: a flood of authorizations is bounded by checkout's concurrency alone, so that captures wait behind it and not the other way
// round; what looks up, renews and cancels is not counted.
package payments
