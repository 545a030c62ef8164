package inventory

import (
	"context"
	"time"

	"rialto/functions/internal/eventdata"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
)

// Shipment is what inventory reads of the events ShipmentShipped, ShipmentReduced and ShipmentCancelled.
type Shipment struct {
	OrderID   string         `json:"order_id"`
	Lines     []ShipmentLine `json:"lines"`
	ShippedAt time.Time      `json:"shipped_at,omitzero"`
}

// ShipmentLine is units of an order's line that left a centre, or will not leave it, and how many were cancelled before.
type ShipmentLine struct {
	Line      string `json:"line"`
	Centre    string `json:"fulfillment_center_id"`
	Quantity  int64  `json:"quantity"`
	Cancelled int64  `json:"cancelled"`
}

// CustomerReturn is what inventory reads of the event ReturnReceived.
type CustomerReturn struct {
	ReturnID   string       `json:"return_id"`
	SellerID   string       `json:"seller_id"`
	Lines      []ReturnLine `json:"lines"`
	ReceivedAt time.Time    `json:"received_at,omitzero"`
}

// ReturnLine is units of an order's line that came back to a centre.
type ReturnLine struct {
	Line      string `json:"line"`
	ProductID string `json:"product_id"`
	Centre    string `json:"fulfillment_center_id"`
	Quantity  int64  `json:"quantity"`
}

// HandleEvent does what an event of orders or fulfillment asks for. What it tells of happened when its data says or, where that does
// not, when the event occurred; never when it comes, which may be days later. Errors: unknown_event, malformed_event,
// those of Commit, Ship, Reduce, Restock and Return.
func (s *Service) HandleEvent(ctx context.Context, event string, data []byte, occurred time.Time) error {
	switch event {
	case "OrderPlaced":
		return eventdata.Handle(ctx, event, data, s.Commit)
	case "ShipmentShipped", "ShipmentWrittenOff":
		return eventdata.Handle(ctx, event, data, func(ctx context.Context, sh Shipment) error {
			sh.ShippedAt = or(sh.ShippedAt, occurred)
			return s.Ship(ctx, sh)
		})
	case "ShipmentReduced":
		return eventdata.Handle(ctx, event, data, s.Reduce)
	case "ShipmentCancelled":
		return eventdata.Handle(ctx, event, data, s.Restock)
	case "ReturnReceived":
		return eventdata.Handle(ctx, event, data, func(ctx context.Context, r CustomerReturn) error {
			r.ReceivedAt = or(r.ReceivedAt, occurred)
			return s.Return(ctx, r)
		})
	}
	return fault.New(fault.Malformed, "unknown_event", "inventory does not take %s", event)
}

func or(at, otherwise time.Time) time.Time {
	if at.IsZero() {
		return otherwise
	}
	return at
}

// PlacedOrder is what inventory reads of the event OrderPlaced.
type PlacedOrder struct {
	OrderID string `json:"order_id"`
}

// Commit counts the units of a placed order as sold. The pivot has committed their holds.
func (s *Service) Commit(ctx context.Context, o PlacedOrder) error {
	if !id.MatchString(o.OrderID) {
		return errOrder
	}
	return s.Store.CountCommitted(ctx, o.OrderID)
}

// Reduce gives back the units of a shipment's lines that were cancelled. What is told of the shipment after it tells of them again, as it
// may come first.
func (s *Service) Reduce(ctx context.Context, sh Shipment) error {
	if !id.MatchString(sh.OrderID) {
		return errOrder
	}
	if cuts := sh.cuts(); cuts != nil {
		return s.Store.Cut(ctx, sh.OrderID, cuts, s.Now())
	}
	return nil
}

// Ship books a shipment's units as gone.
func (s *Service) Ship(ctx context.Context, sh Shipment) error {
	if err := s.Reduce(ctx, sh); err != nil {
		return err
	}
	return s.Store.Ship(ctx, sh.OrderID, sh.planned(), sh.ShippedAt, s.Now())
}

// Restock gives back a shipment's units that were sold and will not be shipped.
func (s *Service) Restock(ctx context.Context, sh Shipment) error {
	if err := s.Reduce(ctx, sh); err != nil {
		return err
	}
	return s.Store.Restock(ctx, sh.OrderID, sh.planned(), s.Now())
}

func (sh Shipment) cuts() (out []Cut) {
	for _, l := range sh.Lines {
		if l.Cancelled > 0 {
			out = append(out, Cut{l.Line, l.Centre, l.Cancelled, l.Quantity})
		}
	}
	return out
}

func (sh Shipment) planned() (out []PlannedLine) {
	for _, l := range sh.Lines {
		out = append(out, PlannedLine{Line: l.Line, Picks: []Pick{{l.Centre, l.Quantity}}})
	}
	return out
}

// Return books units that were shipped and have come back, each return and line once.
func (s *Service) Return(ctx context.Context, r CustomerReturn) error {
	var b Batch
	for _, l := range r.Lines {
		b.Rows = append(b.Rows, Receipt{ID: ids.Derive(ids.Return, r.ReturnID, l.Line), SKU: SKU{ProductID: l.ProductID, SellerID: r.SellerID},
			Centre: l.Centre, Quantity: l.Quantity, Returned: true, ReceivedAt: r.ReceivedAt})
	}
	report, err := s.Receive(ctx, b)
	if err != nil {
		return err
	}
	for _, f := range report.Rows {
		if f.Code != "" {
			return fault.New(fault.Unavailable, f.Code, "%s", f.Message)
		}
	}
	return nil
}
