package fulfillment

import (
	"strings"
	"time"

	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
	"rialto/functions/marketplaces"
	"rialto/functions/orders"
)

// Shipment is one parcel of an order: what one centre sends for one seller, paid by one payment.
type Shipment struct {
	ID       string `dynamodbav:"shipment_id"`
	OrderID  string `dynamodbav:"order_id"`
	Group    string `dynamodbav:"group"`
	SellerID string `dynamodbav:"seller_id"`
	Centre   string `dynamodbav:"fulfillment_center_id"`
	// Fulfilment is orders.BySeller where the seller ships, and confirms it; empty where Rialto does.
	Fulfilment     string       `dynamodbav:"fulfillment,omitempty"`
	Lines          []Line       `dynamodbav:"lines"`
	Amount         money.Amount `dynamodbav:"amount"`
	State          State        `dynamodbav:"state"`
	Carrier        string       `dynamodbav:"carrier"`
	TrackingNumber string       `dynamodbav:"tracking_number"`
	Country        string       `dynamodbav:"country"`
	Region         string       `dynamodbav:"region"`
	// EstimatedDelivery is a day (RFC 3339 full-date).
	EstimatedDelivery string    `dynamodbav:"estimated_delivery"`
	PlacedAt          time.Time `dynamodbav:"placed_at"`
	// ShipBy is when a seller who ships must have confirmed it; zero where Rialto ships.
	ShipBy time.Time `dynamodbav:"ship_by"`
	// MoneyUntil is when the authorization of its amount ends; zero where that is not known.
	MoneyUntil time.Time `dynamodbav:"money_until"`
	// MoneyLost says that the bank does not hold its amount for longer than that, unless it is held anew later.
	MoneyLost bool `dynamodbav:"money_lost"`
	// ConfirmedAt is when its seller said that it has left; zero where Rialto ships, and before.
	ConfirmedAt time.Time `dynamodbav:"confirmed_at"`
	// Attempt counts the times that its payment was asked for again.
	Attempt int `dynamodbav:"attempt,omitempty"`
	// Cut is what of it was cancelled before it was packed, and is neither in Lines nor in Amount; CutShipping is what it costs
	// less to ship for that, in minor units, and Cuts counts how often that was done.
	Cut         []Cut `dynamodbav:"cut,omitempty"`
	CutShipping int64 `dynamodbav:"cut_shipping,omitempty"`
	Cuts        int   `dynamodbav:"cuts,omitempty"`
	// CancelledFor is why it was cancelled, empty unless it was; Note is what its seller says of that.
	CancelledFor Cause  `dynamodbav:"cancelled_for,omitempty"`
	Note         string `dynamodbav:"note,omitempty"`
	// ShipTo is where it goes if that is not where its order says, and Redirects counts how often that was changed.
	ShipTo    *ShipTo `dynamodbav:"ship_to,omitempty"`
	Redirects int     `dynamodbav:"redirects,omitempty"`
	// Closed is set once on the first parcel of an order that is cancelled whole.
	Closed *OrderCancelled `dynamodbav:"order_cancelled,omitempty"`
	// DueAt is when the state is over; zero where something else than time ends it.
	DueAt     time.Time `dynamodbav:"due_at"`
	UpdatedAt time.Time `dynamodbav:"updated_at"`
}

// Line is how many units of an order's line a shipment holds.
type Line struct {
	Line     string `json:"line" dynamodbav:"line"`
	Quantity int64  `json:"quantity" dynamodbav:"quantity" minimum:"1"`
}

// Event is one row of tracking.
type Event struct {
	ShipmentID  string    `dynamodbav:"shipment_id"`
	At          time.Time `dynamodbav:"at"`
	Status      string    `dynamodbav:"status"`
	Location    string    `dynamodbav:"location"`
	Description string    `dynamodbav:"description"`
	By          Actor     `dynamodbav:"by,omitempty"` // who cancelled it, or a part of it
}

// ShipmentID is the id of a group's shipment.
func ShipmentID(orderID, group string) string { return ids.Derive(ids.Shipment, orderID, group) }

// carriers share the work by what the shipment's id says.
var carriers = []string{"Rialto Post", "Rialto Express", "Rialto Freight"}

// Open returns a placed order's shipment as it begins, and its first event.
func Open(o orders.Placed, g orders.Shipment, now time.Time, pace time.Duration) (Shipment, Event) {
	now = later(now, o.PlacedAt.UTC())
	m, _ := marketplaces.Lookup(o.Marketplace) // no order is of an unknown one; its days would all be working days
	promise := m.Promise(o.PlacedAt, g.Dispatch(o.Delivery.Days))
	id := ShipmentID(o.OrderID, g.Group)
	number := ids.Derive("", "tracking", o.OrderID, g.Group)
	s := Shipment{ID: id, OrderID: o.OrderID, Group: g.Group, SellerID: g.SellerID, Centre: g.Centre, Amount: g.Amount, State: Pending,
		Carrier: carriers[int(number[len(number)-2])%len(carriers)], TrackingNumber: "RL" + strings.ToUpper(number[:14]),
		Country: o.Delivery.Country, Region: o.Delivery.Region, PlacedAt: o.PlacedAt.UTC(), UpdatedAt: now,
		MoneyUntil:        g.CaptureBefore.UTC(),
		EstimatedDelivery: promise.To.Format(time.DateOnly)}
	if g.Fulfilment == orders.BySeller {
		s.Fulfilment, s.Carrier, s.TrackingNumber = orders.BySeller, "", ""
		s.ShipBy = promise.ShipBy
	}
	for _, l := range g.Lines {
		s.Lines = append(s.Lines, Line{l.Line, l.Quantity})
	}
	s.schedule(now, pace)
	return s, Event{ShipmentID: id, At: s.PlacedAt, Status: Placed, Location: "", Description: "Order placed"}
}

// grace is how long after ShipBy a seller's shipment waits before it is cancelled.
const grace = 7 * 24 * time.Hour

// CancelBy is when a shipment is cancelled that its seller has not confirmed: the beginning of a day, UTC. Zero where
// Rialto ships.
func (s Shipment) CancelBy() time.Time {
	if !s.BySeller() {
		return time.Time{}
	}
	return s.ShipBy.Add(grace)
}

// BySeller tells whether the seller ships it.
func (s Shipment) BySeller() bool { return s.Fulfilment == orders.BySeller }

// takesMoney is how long before its authorization ends a shipment's money counts as gone: to take it takes time.
const takesMoney = time.Hour

// Stuck tells whether a shipment that has not left waits for money that the bank does not hold any longer.
func (s Shipment) Stuck() bool { return s.MoneyLost && (s.State == Pending || s.State == Picked) }

// Secured tells whether the money of the shipment is there to be taken.
func (s Shipment) Secured(now time.Time) bool {
	return s.MoneyUntil.IsZero() || now.Before(s.MoneyUntil.Add(-takesMoney))
}
