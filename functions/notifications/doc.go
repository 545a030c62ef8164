// Package notifications owns what customers are told by e-mail of their orders: which mails were sent, which they want, and which
// addresses get none any more. A seller is told that its webhook was turned off, at the address that it put with it, once an occasion; a
// bounce keeps that address of that seller free of mails.
//
// Invariants:
//
//   - Of one thing that happened there is one mail: its record, by order and what it is about, is written, by a condition, before
//     anything is sent. Events may come twice and in any order; each mail stands by itself and says what happened then.
//
//   - A mail may go out twice, and no more, if SES took it and its answer, or the note of that, was lost. The second attempt is made
//     by the next delivery of the event that comes 2 minutes or more after the first: within 30 minutes, as the queue gives an event
//     up after ten, or when a person gives it back from the dead letters within 14 days. An attempt that SES refused, or that fell
//     before it, counts for nothing. After two whose end nobody knows the event waits in the dead letters and nothing is sent again.
//
//   - What cannot be sent waits there, too, with the reason in the log and in the record. What need not be sent is a record with the
//     reason: no address, an address that bounced, a customer who is erased or does not want it, or that it happened 30 days ago.
//
//   - A record holds no address and no word of the mail. The address is opened for each mail by customers-contact, after the record
//     is written, which so tells who was opened for what, and when. A guest is written to at the order's address, an account too if
//     that names a mailbox, and at the profile's otherwise.
//
//   - Mails about an order and its money cannot be switched off. Review requests can: by PUT /api/v1/me/notifications, or by the link
//     that each has (RFC 8058), whose token is signed for that and opens nothing else. An order has one, some days after its first
//     delivery, about what has come by then.
//
//   - An address that bounced for good, or whose reader complained, gets no more mail. It is kept as a keyed hash (customers'), which
//     is no address and stays when its customer is erased: it may be somebody else's mailbox by then. Its customer sees it.
//
// Mails are in the language of the order's marketplace: ar, de, en, es, fr, it, ja, nl, pl, pt, sv, tr, each of plain sentences. A
// marketplace of another language would get English. Money has the marketplace's digits and separators and the currency's code;
// days have the marketplace's form and clock.
//
// Events in: OrderPlaced, ShipmentShipped, ShipmentDelivered, ShipmentReduced, ShipmentCancelled, PaymentRefunded, PaymentRefundFailed (of what
// was given before), PaymentRefundedElsewhere, WebhookTurnedOff (webhooks). Events out: none.
//
// Still thin: a bounce reaches its function with the address in it, which waits in the queue and the dead letters for up to 14 days. Whether
// a marketplace's law wants consent before a review is asked for is not looked at. Belgium's French and Canada's French readers get
// the marketplace's one language. What was returned meanwhile is asked about too. An order that is cancelled whole is a mail for each
// parcel. Nobody lifts a suppression but who takes it out of the table; another address is as good as new. A mail
// links to no page, as there is no shop's front.
package notifications
