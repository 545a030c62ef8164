// Package fulfillment takes a placed order to the door, one shipment a group.
//
// It owns the tables shipments, tracking, returns and seller_orders. A shipment is a state machine in its record: the table in
// machine.go says what moves it. Most steps are moved by time, as no real centre or carrier reports here; one
// waits for money.
//
// What it promises:
//   - a group has one shipment, whose id, carrier and tracking number follow from order and group;
//   - a step is taken once: the state and its tracking row are written in one transaction, conditional on the
//     state before. A repeated or late message changes nothing;
//   - what a seller ships waits until that seller confirms it with a carrier and a number, which it may correct until it is
//     delivered. What waits longer than
//     seven days after its time is cancelled: its units and its authorization are freed by the event, and it counts
//     against the seller;
//   - what became of an order, its customer reads of its parcels, returns and payments as they are: no copy of that is kept. Until a
//     parcel is packed its customer may cancel it, its seller say that it cannot be shipped, and an operator stop it: its units, its
//     money, its shipping and its tax are free by the same event as if it were overdue, and only the seller's word counts against the
//     seller. Who it was stands with it, wherever a cancellation is shown;
//   - each may cancel units of a line alone (cut.go). How many is said in all, so that the same again changes nothing; of a line's units
//     the last go, and with them what was paid for them, its tax and discount, and what their seller asks for shipping them, while the
//     delivery of what is left costs what it did. Of the authorization less is taken. All that is told of the parcel afterwards says what
//     was cancelled, so that it does not matter what is heard first. A rest that is too cheap to be paid is not left;
//   - until a parcel is packed its customer may send it to another address, where the order costs the same; what is packed goes where it
//     was to go. The order keeps the address that it was placed with;
//   - that an order is cancelled whole is told once, whatever cancelled its parcels, and in which order;
//   - a seller sees its own lines and shipments of an order and no other's, and of who bought them where to
//     send what it ships itself: the name and address are opened from the order for a look at that one order, until 30 days after the
//     parcel was delivered, and each look is written down before;
//   - a seller's counts are what its orders and shipments went through: they change in the transaction of each step;
//   - nothing leaves before it is paid: PACKED becomes SHIPPED only when its money was taken, and a seller confirms only against
//     money that is held for an hour more at least. If the money cannot be taken the shipment is HELD_BACK, which the shopper sees
//     in tracking. A sweep asks for it again a day and two days later, under a number of the attempt that its answer has too, and
//     gives up on the third: what Rialto ships is CANCELLED, its units and money free; what its seller has sent is WRITTEN_OFF,
//     the seller is paid, and the loss is Rialto's. An operator may say so before;
//   - no shipment is stranded by a lost timer. A step's timer is sent after the step is written, and the message
//     that caused the step is taken off its queue only after that; if the function dies between the two, the
//     message comes again, finds the step taken and sends the timer again. A timer that arrives twice is
//     harmless, and one that arrives before due_at waits on. A message that keeps failing is in the dead-letter
//     queue, from where it goes on. There is no sweep that would find a shipment whose messages were deleted;
//   - the estimate is a promise of the order, counted in business days (Monday to Friday, UTC, no holidays) from
//     when it was placed;
//   - a unit of a delivered parcel is asked to be sent back once, and a return is received or rejected once, or ends 30 days
//     after it was asked for. What was rejected may be appealed within 30 days, once: an operator denies that, or makes it received.
//   - what is sent back may be exchanged for another variant of it, or the same again (exchange.go). That is a return and a purchase, and
//     no third thing: what is wanted lies in a cart of its own, whose id follows from the return, and is bought by the ordinary
//     checkout at today's price, with its stock, tax, payment and quote; the return gives back what was paid, when it is received.
//     So there is no money of an exchange's own, dearer or cheaper. The cart is bought once, whatever keys its checkouts have. Where one
//     of them fails, or nobody checks out, the return is an ordinary one, and another card may be tried for as long as what is wanted is sold. What
//     cannot be bought when the return is asked for is refused, and no return is made. The order says which return it is for, and the
//     return which order, once that is heard of.
//   - what was lost or damaged on its way an operator sends again (reship.go), once a parcel: by an order of its own of the same units, as
//     far as they were not asked to be sent back, at the price of then with all of it taken off. Its units are taken from stock in the
//     transaction that places it, so that nothing oversells; its customer pays nothing; its parcels, mails, cancellation and returns are
//     those of any order that costs nothing. What Rialto carried Rialto bears, as a loss in the ledger, and the seller is owed for the second
//     units as for the first. A parcel that its seller carried is the seller's to bear: it sends the units again and is paid once. What
//     may still come in its promised time, was delivered and not said to be damaged, or was all given back is sent again only by force.
//
// Events in: OrderPlaced (orders), PaymentCaptured, PaymentCaptureFailed, PaymentRenewed, PaymentAuthorizationLost, PaymentRefunded and
// PaymentRefundFailed (payments), and its own ShipmentCancelled. Events out: OrderCancelled, ShipmentPacked, ShipmentShipped,
// ShipmentDelivered, ShipmentReduced, ShipmentCancelled, ShipmentWrittenOff, ReturnRequested, ReturnReceived, ReturnExpired.
package fulfillment
