package notifications

import (
	"strconv"
	"time"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/eventdata"
	"rialto/functions/internal/fault"
	"rialto/functions/orders"
	"rialto/functions/payments"
	"rialto/functions/webhooks"
)

// noticeOf returns what an event tells a customer or seller; ok is false for nothing. Errors: unknown_event, malformed_event.
func noticeOf(event string, data []byte, at time.Time) (n Notice, ok bool, err error) {
	switch event {
	case "OrderPlaced":
		return read(event, data, func(e orders.Placed) (Notice, bool) {
			return Notice{OrderID: e.OrderID, Kind: Confirmed, At: e.PlacedAt}, true
		})
	case fulfillment.EventShipped:
		return read(event, data, func(e fulfillment.ShipmentShipped) (Notice, bool) {
			return Notice{OrderID: e.OrderID, Kind: Shipped, Subject: e.ShipmentID, Parcel: e.ShipmentID, Lines: linesOf(e.Lines), At: e.ShippedAt}, true
		})
	case fulfillment.EventDelivered:
		return read(event, data, func(e fulfillment.ShipmentDelivered) (Notice, bool) {
			return Notice{OrderID: e.OrderID, Kind: Delivered, Subject: e.ShipmentID, Parcel: e.ShipmentID, At: at}, true
		})
	case fulfillment.EventCancelled:
		return read(event, data, func(e fulfillment.ShipmentCancelled) (Notice, bool) {
			return Notice{OrderID: e.OrderID, Kind: Cancelled, Subject: e.ShipmentID, Parcel: e.ShipmentID, Lines: linesOf(e.Lines), By: e.By, At: at}, true
		})
	case fulfillment.EventReduced:
		return read(event, data, func(e fulfillment.ShipmentReduced) (Notice, bool) {
			n := Notice{OrderID: e.OrderID, Kind: Cancelled, Subject: attempt(e.ShipmentID, e.Number), Parcel: e.ShipmentID, By: e.By, At: at}
			for _, l := range e.Now {
				n.Lines = append(n.Lines, Line{l.Line, l.Quantity})
			}
			return n, true
		})
	case payments.EventRefunded:
		return read(event, data, func(e payments.PaymentRefunded) (Notice, bool) {
			n := Notice{OrderID: e.OrderID, Kind: Refunded, Subject: attempt(e.RefundID, e.Attempt), Amount: e.Amount, At: at}
			return n, !e.Before && e.Amount.Minor > 0 // what was given back before was told of then
		})
	case payments.EventRefundFailed:
		return read(event, data, func(e payments.PaymentRefundFailed) (Notice, bool) {
			n := Notice{OrderID: e.OrderID, Kind: TurnedBack, Subject: attempt(e.RefundID, e.Attempt), At: at}
			if e.TurnedBack == nil { // nothing had been given, nor told of: an operator sees to it
				return n, false
			}
			n.Amount = *e.TurnedBack
			return n, n.Amount.Minor > 0
		})
	case payments.EventRefundedElsewhere:
		return read(event, data, func(e payments.PaymentRefundedElsewhere) (Notice, bool) {
			n := Notice{OrderID: e.OrderID, Kind: Refunded, Subject: e.RefundID, Amount: e.Amount, At: at}
			if e.TurnedBack {
				n.Kind = TurnedBack
			}
			return n, n.Amount.Minor > 0
		})
	case webhooks.EventTurnedOff:
		return read(event, data, func(e webhooks.TurnedOff) (Notice, bool) {
			return Notice{OrderID: e.SellerID, Kind: WebhookOff, Subject: strconv.FormatInt(e.OffSince.Unix(), 10), At: e.OffSince}, true
		})
	}
	return Notice{}, false, fault.New(fault.Malformed, "unknown_event", "notifications does not take %s", event)
}

func read[E any](event string, data []byte, notice func(E) (Notice, bool)) (Notice, bool, error) {
	var e E
	if err := eventdata.Decode(event, data, &e); err != nil {
		return Notice{}, false, err
	}
	n, ok := notice(e)
	return n, ok, nil
}

func linesOf(shipped []fulfillment.ShippedLine) (lines []Line) {
	for _, l := range shipped {
		lines = append(lines, Line{l.Line, l.Quantity})
	}
	return lines
}

// attempt names what happens several times by which time it was: a refund that a bank turned back is made again, and a parcel is
// reduced by one unit after another.
func attempt(id string, n int) string {
	if n == 0 {
		return id
	}
	return id + "-" + strconv.Itoa(n)
}
