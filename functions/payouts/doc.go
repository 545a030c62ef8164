// Package payouts keeps what Rialto owes its sellers: a ledger by double entry, one journal for each thing that
// happened to money.
//
// Invariants:
//   - every journal sums to zero in one currency, and no journal is changed once it is written;
//   - a capture, a refund and a payout are each booked once, however often and in whatever order their events come:
//     a journal's id follows from what it is of;
//   - what is paid to a seller is the sum of journals that no other payout covers, and never negative. A sale waits for the
//     reserve before it is paid; what was given back is netted at once, whatever its age. What comes back later than the
//     reserve takes from the seller's next sales (infra/OPERATIONS.md says what that risks);
//   - a seller that an operator has blocked is paid nothing, and loses nothing: what it is owed waits until it may go on;
//   - units of a sale are given back once, and each account gives back what it has of them by their line: a line that came
//     back whole, in any parts and order, leaves nothing of its goods on any account but what came and what went;
//   - a refund whose money the customer's bank sends back is taken back by a counter journal, entry by entry, and may be given again.
//     The seller is paid it like a sale, after the reserve.
//
// A sale's parts stand in its order (orders.Shipment) and are kept when that is placed: nothing is shared out here. A seller is
// owed its goods and what it asks for shipping them, and the delivery of what it delivers itself; the delivery of what Rialto
// delivers is Rialto's (delivery_revenue), without commission. Returns give back goods, and what their refund names of these charges.
//
// A sale is booked when its money is captured, which is when it ships. What a coupon took off is Rialto's to bear, on an
// account of its own (discounts_granted): sellers are paid as if there were none. Commission is a share of what a seller
// is paid without tax, line by line and for its shipping; tax is withheld whole, as the marketplace owes it (a marketplace
// facilitator; in the EU art. 14a of Directive 2006/112/EC where it applies). Rates stand in rates.go.
//
// What is sent again for nothing, since Rialto lost or damaged it on its way, is a sale whose whole price Rialto bears (goods_losses): the
// seller is paid for these units as for the first. A seller who carries its own parcels is paid once.
//
// What is given back at the gateway by hand is Rialto's goodwill, until units come back that it was paid for; what a customer disputes at
// their bank is held by the gateway, and then won or lost by Rialto. Both stand in journals of Rialto's own (House), beside the sellers'.
//
// Events in: OrderPlaced (orders), ShipmentWrittenOff (fulfillment), PaymentCaptured, PaymentRefunded, PaymentRefundFailed,
// PaymentRefundedElsewhere, PaymentDisputed (payments). Events out: none.
//
// Still thin: payouts end on the account payout_clearing, and no bank is told. One function runs all sellers.
// Commission is one rate for all.
package payouts
