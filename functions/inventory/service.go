package inventory

import (
	"context"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/rows"
)

// Store is what the use cases need of the store.
type Store interface {
	Place(ctx context.Context, orderID string, plan Plan, expiresAt time.Time) error
	Release(ctx context.Context, orderID string, plan Plan, now time.Time) (int, error)
	Ship(ctx context.Context, orderID string, lines []PlannedLine, now time.Time) error
	Restock(ctx context.Context, orderID string, lines []PlannedLine, now time.Time) error
	// Booker looks at the stock of changes, rows.Max at most, and returns what books each of them.
	Booker(ctx context.Context, changes []Change, now time.Time) (func(ctx context.Context, c Change, now time.Time) (changed bool, err error), error)
}

// Service is the context's use cases.
type Service struct {
	Store Store
	Now   func() time.Time
}

// HoldInput is the input of the saga's task hold. ExpiresAt is the instant at which the hold can no longer be
// committed.
type HoldInput struct {
	OrderID   string    `json:"order_id"`
	Plan      Plan      `json:"plan"`
	ExpiresAt time.Time `json:"expires_at"`
}

// HoldOutput is the output of the saga's task hold.
type HoldOutput struct {
	Held bool `json:"held"`
}

// Hold places an order's holds, all or none. Errors: item_unavailable, hold_released, hold_committed,
// hold_mismatch, hold_expired if it is too late to hold anything, plan_invalid, too_many_lines.
func (s *Service) Hold(ctx context.Context, in HoldInput) (HoldOutput, error) {
	if !id.MatchString(in.OrderID) {
		return HoldOutput{}, errOrder
	}
	if !in.ExpiresAt.After(s.Now()) {
		return HoldOutput{}, ErrExpired
	}
	if err := s.Store.Place(ctx, in.OrderID, in.Plan, in.ExpiresAt); err != nil {
		return HoldOutput{}, err
	}
	return HoldOutput{Held: true}, nil
}

// ReleaseInput is the input of the saga's task release.
type ReleaseInput struct {
	OrderID string `json:"order_id"`
	Plan    Plan   `json:"plan"`
}

// ReleaseOutput is the output of release: how many holds it gave back, 0 in a repetition.
type ReleaseOutput struct {
	Released int `json:"released"`
}

// Release gives an order's units back, or bars them from being held. Errors: hold_committed.
func (s *Service) Release(ctx context.Context, in ReleaseInput) (ReleaseOutput, error) {
	if !id.MatchString(in.OrderID) {
		return ReleaseOutput{}, errOrder
	}
	n, err := s.Store.Release(ctx, in.OrderID, in.Plan, s.Now())
	if err != nil {
		return ReleaseOutput{}, err
	}
	return ReleaseOutput{Released: n}, nil
}

var errOrder = fault.New(fault.Invalid, "order_invalid", "the order has no proper id")

// Departure is what inventory reads of the events ShipmentShipped and ShipmentCancelled.
type Departure struct {
	OrderID string `json:"order_id"`
	Lines   []struct {
		Line     string `json:"line"`
		Centre   string `json:"fulfillment_center_id"`
		Quantity int64  `json:"quantity"`
	} `json:"lines"`
}

// Ship books a shipment's units as gone.
func (s *Service) Ship(ctx context.Context, d Departure) error {
	if !id.MatchString(d.OrderID) {
		return errOrder
	}
	return s.Store.Ship(ctx, d.OrderID, d.lines(), s.Now())
}

// Restock gives back a shipment's units that were sold and will not be shipped.
func (s *Service) Restock(ctx context.Context, d Departure) error {
	if !id.MatchString(d.OrderID) {
		return errOrder
	}
	return s.Store.Restock(ctx, d.OrderID, d.lines(), s.Now())
}

func (d Departure) lines() (out []PlannedLine) {
	for _, l := range d.Lines {
		out = append(out, PlannedLine{Line: l.Line, Picks: []Pick{{l.Centre, l.Quantity}}})
	}
	return out
}

// Arrival is what inventory reads of the event ReturnReceived.
type Arrival struct {
	ReturnID string `json:"return_id"`
	SellerID string `json:"seller_id"`
	Lines    []struct {
		Line      string `json:"line"`
		ProductID string `json:"product_id"`
		Centre    string `json:"fulfillment_center_id"`
		Quantity  int64  `json:"quantity"`
	} `json:"lines"`
}

// Return books units that were shipped and have come back, each return and line once.
func (s *Service) Return(ctx context.Context, a Arrival) error {
	var b Batch
	for _, l := range a.Lines {
		b.Rows = append(b.Rows, Receipt{ID: ids.Derive(ids.Return, a.ReturnID, l.Line), SKU: SKU{ProductID: l.ProductID, SellerID: a.SellerID}, Centre: l.Centre, Quantity: l.Quantity, Returned: true})
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

// Batch is receipts to book, rows.Max at most.
type Batch struct {
	Rows []Receipt `json:"rows"`
}

// Receive books a batch of receipts as Apply does.
func (s *Service) Receive(ctx context.Context, b Batch) (rows.Report, error) {
	changes := make([]Change, len(b.Rows))
	for i, r := range b.Rows {
		changes[i] = r.Change()
	}
	return s.Apply(ctx, changes)
}

// Apply books changes, rows.Max at most, row by row; those of one stock follow each other, as they would only get in
// each other's way. A repeated one changes nothing. Errors: batch_too_large; what is wrong with a row stands in its
// report.
func (s *Service) Apply(ctx context.Context, changes []Change) (rows.Report, error) {
	list, err := rows.Of(changes, func(c Change) string { return c.ID })
	if err != nil {
		return rows.Report{}, err
	}
	book, err := s.Store.Booker(ctx, changes, s.Now())
	if err != nil {
		return rows.Report{}, err
	}
	stock := func(r rows.Row[Change]) string { return r.Value.SKU.String() + "#" + r.Value.Centre }
	return rows.Do(ctx, list, stock, func(ctx context.Context, c Change) (bool, error) { return book(ctx, c, s.Now()) }), nil
}
