package fulfillment

import (
	"time"

	"rialto/functions/internal/money"
	"rialto/functions/orders"
)

// The names of the events.
const (
	EventPacked     = "ShipmentPacked"
	EventShipped    = "ShipmentShipped"
	EventDelivered  = "ShipmentDelivered"
	EventCancelled  = "ShipmentCancelled"
	EventWrittenOff = "ShipmentWrittenOff"
	EventReduced    = "ShipmentReduced"
	// EventOrderCancelled is told once, some time after all parcels of an order are cancelled.
	EventOrderCancelled = "OrderCancelled"
)

// ShipmentPacked is the data of the event, version 1: the amount is to be captured now.
type ShipmentPacked struct {
	OrderID    string       `json:"order_id"`
	ShipmentID string       `json:"shipment_id"`
	Group      string       `json:"group"`
	Amount     money.Amount `json:"amount"`
	Attempt    int          `json:"attempt,omitempty"` // of asking for it again; 0 for the first time; came later to version 1
	// Cancelled is what was cancelled of it, and is not in the amount: of lines, and of orders.ShippingCharge minor units. It came later
	// to version 1.
	Cancelled []Line `json:"cancelled,omitempty"`
}

// ShipmentShipped is the data of the event, version 1: these units have left their centre.
type ShipmentShipped struct {
	OrderID    string        `json:"order_id"`
	ShipmentID string        `json:"shipment_id"`
	Lines      []ShippedLine `json:"lines"`
	ShippedAt  time.Time     `json:"shipped_at"`
}

// ShippedLine is how many units of a line left which centre, and how many were cancelled before.
type ShippedLine struct {
	Line      string `json:"line"`
	Centre    string `json:"fulfillment_center_id"`
	Quantity  int64  `json:"quantity"`
	Cancelled int64  `json:"cancelled,omitempty"` // came later to version 1
}

// ShipmentReduced is the data of the event, version 1: some units of a shipment will not leave, and nothing is charged for them. Its lines
// are those of which units were ever cancelled, each with how many are left and how many were cancelled in all.
type ShipmentReduced struct {
	OrderID    string        `json:"order_id"`
	ShipmentID string        `json:"shipment_id"`
	Group      string        `json:"group"`
	Number     int           `json:"number"` // of times that it was reduced, this one counted
	Amount     money.Amount  `json:"amount"` // what is left of the shipment costs
	Lines      []ShippedLine `json:"lines"`
	Now        []Line        `json:"now"`          // what was cancelled this time
	By         Actor         `json:"by,omitempty"` // who cancelled that; came later to version 1
}

// ShipmentDelivered is the data of the event, version 1.
type ShipmentDelivered struct {
	OrderID    string `json:"order_id"`
	ShipmentID string `json:"shipment_id"`
}

// ShipmentCancelled is the data of the event, version 1: these units will not leave, and nothing is charged for them.
type ShipmentCancelled struct {
	OrderID    string        `json:"order_id"`
	ShipmentID string        `json:"shipment_id"`
	Group      string        `json:"group"`
	Lines      []ShippedLine `json:"lines"`
	By         Actor         `json:"by,omitempty"` // who cancelled it; came later to version 1
}

// ShipmentWrittenOff is the data of the event, version 1: these units have left their centre, and their amount will not be paid.
type ShipmentWrittenOff struct {
	OrderID    string        `json:"order_id"`
	ShipmentID string        `json:"shipment_id"`
	Group      string        `json:"group"`
	Amount     money.Amount  `json:"amount"`
	Lines      []ShippedLine `json:"lines"`
	ShippedAt  time.Time     `json:"shipped_at"`          // when the seller said so
	Cancelled  []Line        `json:"cancelled,omitempty"` // as ShipmentPacked's; came later to version 1
}

// OrderCancelled is the data of the event, version 1: every parcel of the order is cancelled, and nothing of it ever left.
type OrderCancelled struct {
	OrderID     string `json:"order_id" dynamodbav:"order_id"`
	CustomerID  string `json:"customer_id" dynamodbav:"customer_id"`
	Marketplace string `json:"marketplace" dynamodbav:"marketplace"`
	Coupon      string `json:"coupon,omitempty" dynamodbav:"coupon,omitempty"` // whose discount it had
}

// units are what is in a shipment, and where.
func (s Shipment) units() (lines []ShippedLine) {
	for _, l := range s.Lines {
		lines = append(lines, ShippedLine{l.Line, s.Centre, l.Quantity, s.cutOf(l.Line)})
	}
	return lines
}

// reducedUnits are the lines of which units were cancelled.
func (s Shipment) reducedUnits() (lines []ShippedLine) {
	for _, l := range s.cancelled() {
		if l.Line != orders.ShippingCharge {
			lines = append(lines, ShippedLine{l.Line, s.Centre, s.unitsOf(l.Line), l.Quantity})
		}
	}
	return lines
}

// cutSince is what was cancelled of it since it was as before, and by whom.
func (s Shipment) cutSince(before Shipment) (lines []Line, by Actor) {
	for _, c := range s.Cut[min(len(before.Cut), len(s.Cut)):] {
		lines, by = append(lines, Line{c.Line, c.Quantity}), c.By
	}
	return lines, by
}

// Happened returns the event that the change from a shipment to what it is now means; name is "" for none.
func Happened(before, s Shipment) (name string, data any) {
	if before.State == s.State {
		if before.Closed == nil && s.Closed != nil {
			return EventOrderCancelled, *s.Closed
		}
		if before.Cuts != s.Cuts {
			now, by := s.cutSince(before)
			return EventReduced, ShipmentReduced{s.OrderID, s.ID, s.Group, s.Cuts, s.Amount, s.reducedUnits(), now, by}
		}
		return "", nil
	}
	switch s.State {
	case Packed:
		return EventPacked, ShipmentPacked{s.OrderID, s.ID, s.Group, s.Amount, s.Attempt, s.cancelled()}
	case Shipped:
		return EventShipped, ShipmentShipped{s.OrderID, s.ID, s.units(), s.UpdatedAt.UTC()}
	case Delivered:
		return EventDelivered, ShipmentDelivered{s.OrderID, s.ID}
	case WrittenOff:
		return EventWrittenOff, ShipmentWrittenOff{s.OrderID, s.ID, s.Group, s.Amount, s.units(), s.ConfirmedAt.UTC(), s.cancelled()}
	case Cancelled:
		return EventCancelled, ShipmentCancelled{s.OrderID, s.ID, s.Group, s.units(), s.CancelledBy()}
	}
	return "", nil
}
