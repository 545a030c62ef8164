package fulfillment

import (
	"time"

	"rialto/functions/internal/money"
)

// The names of the events.
const (
	EventPacked     = "ShipmentPacked"
	EventShipped    = "ShipmentShipped"
	EventDelivered  = "ShipmentDelivered"
	EventCancelled  = "ShipmentCancelled"
	EventWrittenOff = "ShipmentWrittenOff"
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
}

// ShipmentShipped is the data of the event, version 1: these units have left their centre.
type ShipmentShipped struct {
	OrderID    string        `json:"order_id"`
	ShipmentID string        `json:"shipment_id"`
	Lines      []ShippedLine `json:"lines"`
	ShippedAt  time.Time     `json:"shipped_at"`
}

// ShippedLine is how many units of a line left which centre.
type ShippedLine struct {
	Line     string `json:"line"`
	Centre   string `json:"fulfillment_center_id"`
	Quantity int64  `json:"quantity"`
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
}

// ShipmentWrittenOff is the data of the event, version 1: these units have left their centre, and their amount will not be paid.
type ShipmentWrittenOff struct {
	OrderID    string        `json:"order_id"`
	ShipmentID string        `json:"shipment_id"`
	Group      string        `json:"group"`
	Amount     money.Amount  `json:"amount"`
	Lines      []ShippedLine `json:"lines"`
	ShippedAt  time.Time     `json:"shipped_at"` // when the seller said so
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
		lines = append(lines, ShippedLine{l.Line, s.Centre, l.Quantity})
	}
	return lines
}

// Happened returns the event that the change from a shipment to what it is now means; name is "" for none.
func Happened(before, s Shipment) (name string, data any) {
	if before.State == s.State {
		if before.Closed == nil && s.Closed != nil {
			return EventOrderCancelled, *s.Closed
		}
		return "", nil
	}
	switch s.State {
	case Packed:
		return EventPacked, ShipmentPacked{s.OrderID, s.ID, s.Group, s.Amount, s.Attempt}
	case Shipped:
		return EventShipped, ShipmentShipped{s.OrderID, s.ID, s.units(), s.UpdatedAt.UTC()}
	case Delivered:
		return EventDelivered, ShipmentDelivered{s.OrderID, s.ID}
	case WrittenOff:
		return EventWrittenOff, ShipmentWrittenOff{s.OrderID, s.ID, s.Group, s.Amount, s.units(), s.ConfirmedAt.UTC()}
	case Cancelled:
		return EventCancelled, ShipmentCancelled{s.OrderID, s.ID, s.Group, s.units()}
	}
	return "", nil
}
