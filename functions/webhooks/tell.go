package webhooks

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/eventdata"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/orders"
)

// The types of messages.
const (
	OrderPlaced     = "order.placed"
	OrderCancelled  = "order.cancelled"
	OrderReduced    = "order.reduced" // units of a parcel will not leave; what is left of it is to be shipped
	ReturnRequested = "return.requested"
	ReturnReceived  = "return.received"
)

// Line is units of a product.
type Line struct {
	ProductID string `json:"product_id"`
	Quantity  int64  `json:"quantity"`
}

// Data is what a message says. A parcel is named by its group until it is made.
type Data struct {
	OrderID    string `json:"order_id"`
	Group      string `json:"group"`
	ShipmentID string `json:"shipment_id,omitempty"`
	ReturnID   string `json:"return_id,omitempty"`
	Reduction  int    `json:"reduction,omitempty"` // which of a parcel's, counted from 1; its lines are what was cancelled by it
	CentreID   string `json:"fulfillment_center_id,omitempty"`
	Lines      []Line `json:"lines"`
}

// body is a message as it is sent.
type body struct {
	Type string    `json:"type"`
	At   time.Time `json:"timestamp"`
	Data Data      `json:"data"`
}

// Teller makes messages of events.
type Teller struct {
	Store Store
	Queue Queue
	Now   func() time.Time
}

// HandleEvent keeps what an event means to sellers that listen, and has it sent. Errors: unknown_event, malformed_event.
func (t *Teller) HandleEvent(ctx context.Context, event string, data []byte, occurred time.Time) error {
	switch event {
	case "OrderPlaced":
		return eventdata.Handle(ctx, event, data, func(ctx context.Context, o orders.Placed) error { return t.placed(ctx, o, occurred) })
	case "ShipmentCancelled":
		return eventdata.Handle(ctx, event, data, func(ctx context.Context, s fulfillment.ShipmentCancelled) error {
			return t.cancelled(ctx, s, occurred)
		})
	case fulfillment.EventReduced:
		return eventdata.Handle(ctx, event, data, func(ctx context.Context, s fulfillment.ShipmentReduced) error {
			return t.reduced(ctx, s, occurred)
		})
	case fulfillment.EventReturnRequested:
		return eventdata.Handle(ctx, event, data, func(ctx context.Context, r fulfillment.ReturnRequested) error {
			return t.tell(ctx, r.SellerID, ReturnRequested, occurred, Data{OrderID: r.OrderID, Group: r.Group, ShipmentID: r.ShipmentID,
				ReturnID: r.ReturnID, Lines: returned(r.Lines)})
		})
	case fulfillment.EventReturnReceived:
		return eventdata.Handle(ctx, event, data, func(ctx context.Context, r fulfillment.ReturnReceived) error {
			return t.tell(ctx, r.SellerID, ReturnReceived, occurred, Data{OrderID: r.OrderID, Group: r.Group, ShipmentID: r.ShipmentID,
				ReturnID: r.ReturnID, Lines: returned(r.Lines)})
		})
	}
	return fault.New(fault.Malformed, "unknown_event", "webhooks does not take %s", event)
}

func returned(lines []fulfillment.ReturnLine) (out []Line) {
	for _, l := range lines {
		out = append(out, Line{l.ProductID, l.Quantity})
	}
	return out
}

// placed tells the seller of each parcel what to ship.
func (t *Teller) placed(ctx context.Context, o orders.Placed, occurred time.Time) error {
	for _, s := range o.Shipments {
		d := Data{OrderID: o.OrderID, Group: s.Group, CentreID: s.Centre}
		for _, l := range s.Lines {
			product, _, _ := strings.Cut(l.Line, "#")
			d.Lines = append(d.Lines, Line{product, l.Quantity})
		}
		if err := t.tell(ctx, s.SellerID, OrderPlaced, occurred, d); err != nil {
			return err
		}
	}
	return nil
}

// cancelled tells the seller of a parcel, which its lines say.
func (t *Teller) cancelled(ctx context.Context, s fulfillment.ShipmentCancelled, occurred time.Time) error {
	d := Data{OrderID: s.OrderID, Group: s.Group, ShipmentID: s.ShipmentID}
	seller := ""
	for _, l := range s.Lines {
		var product string
		product, seller, _ = strings.Cut(l.Line, "#")
		d.CentreID = l.Centre
		d.Lines = append(d.Lines, Line{product, l.Quantity})
	}
	return t.tell(ctx, seller, OrderCancelled, occurred, d)
}

// reduced tells the seller of a parcel, which its lines say, what is not to be shipped.
func (t *Teller) reduced(ctx context.Context, s fulfillment.ShipmentReduced, occurred time.Time) error {
	d := Data{OrderID: s.OrderID, Group: s.Group, ShipmentID: s.ShipmentID, Reduction: s.Number}
	seller := ""
	for _, l := range s.Now {
		var product string
		product, seller, _ = strings.Cut(l.Line, "#")
		d.Lines = append(d.Lines, Line{product, l.Quantity})
	}
	return t.tell(ctx, seller, OrderReduced, occurred, d)
}

// tell keeps a message, unless nobody listens, and has it sent. A message that is there already is sent again if it never was.
func (t *Teller) tell(ctx context.Context, seller, kind string, occurred time.Time, d Data) error {
	e, found, err := t.Store.Endpoint(ctx, seller)
	if err != nil || !found {
		return err
	}
	text, err := json.Marshal(body{kind, occurred.UTC(), d})
	if err != nil {
		return err
	}
	now := t.Now().UTC()
	m := Message{ID: idOf(occurred, seller, kind, d), SellerID: seller, Type: kind, OrderID: d.OrderID, Body: string(text), State: Pending,
		NextAt: now, CreatedAt: now}
	if e.Off() {
		m.State = Held
	}
	if m, err = t.Store.Add(ctx, m); err != nil || m.State != Pending || m.Attempts > 0 {
		return err
	}
	return t.Queue.Send(ctx, Ref{SellerID: seller, ID: m.ID}, 0)
}

// idOf is a message's id, which is the same whenever its event comes. It begins with when that occurred, so that ids sort by time.
func idOf(occurred time.Time, seller, kind string, d Data) string {
	parts := []string{seller, kind, d.OrderID, d.Group, d.ShipmentID, d.ReturnID}
	for _, l := range d.Lines {
		parts = slices.Concat(parts, []string{l.ProductID})
	}
	if d.Reduction > 0 {
		parts = append(parts, strconv.Itoa(d.Reduction))
	}
	return "msg_" + occurred.UTC().Format("20060102T150405Z") + ids.Derive("_", parts...)
}
