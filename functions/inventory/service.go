package inventory

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/fault"
)

// Shelf is what the use cases need of the store.
type Shelf interface {
	Place(ctx context.Context, orderID string, plan Plan, expiresAt time.Time) error
	Release(ctx context.Context, orderID string, plan Plan, now time.Time) (int, error)
	Ship(ctx context.Context, orderID string, lines []PlannedLine, now time.Time) error
	Receive(ctx context.Context, r Receipt) (booked bool, err error)
}

// Service is the context's use cases.
type Service struct {
	Shelf Shelf
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
	if err := s.Shelf.Place(ctx, in.OrderID, in.Plan, in.ExpiresAt); err != nil {
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
	n, err := s.Shelf.Release(ctx, in.OrderID, in.Plan, s.Now())
	if err != nil {
		return ReleaseOutput{}, err
	}
	return ReleaseOutput{Released: n}, nil
}

var errOrder = fault.New(fault.Invalid, "order_invalid", "the order has no proper id")

// Departure is what inventory reads of the event ShipmentShipped.
type Departure struct {
	OrderID string `json:"order_id"`
	Lines   []struct {
		Line     string `json:"line"`
		Centre   string `json:"centre"`
		Quantity int64  `json:"quantity"`
	} `json:"lines"`
}

// Ship books a shipment's units as gone.
func (s *Service) Ship(ctx context.Context, d Departure) error {
	if !id.MatchString(d.OrderID) {
		return errOrder
	}
	var lines []PlannedLine
	for _, l := range d.Lines {
		lines = append(lines, PlannedLine{Line: l.Line, Picks: []Pick{{l.Centre, l.Quantity}}})
	}
	return s.Shelf.Ship(ctx, d.OrderID, lines, s.Now())
}

// Batch is receipts to book, MaxReceipts at most.
type Batch struct {
	Rows []Receipt `json:"rows"`
}

// Report says what became of each row of a batch, in the batch's order.
type Report struct {
	Rows   []RowReport `json:"rows"`
	Failed int         `json:"failed"` // how many rows have a code
}

// RowReport is the fate of one row. Code is empty if the row is booked; a row whose Retry is true may pass if
// the same batch is sent again, which books nothing twice.
type RowReport struct {
	ReceiptID string        `json:"receipt_id"`
	Repeated  bool          `json:"repeated,omitempty"` // it was booked before
	Code      string        `json:"code,omitempty"`
	Fields    []fault.Field `json:"fields,omitempty"`
	Retry     bool          `json:"retry,omitempty"`
}

// receiving bounds how many stock items are booked at once.
const receiving = 16

// Receive books a batch, row by row. Errors: batch_too_large; what is wrong with a row stands in its report.
func (s *Service) Receive(ctx context.Context, b Batch) (Report, error) {
	if len(b.Rows) > MaxReceipts {
		return Report{}, fault.New(fault.TooLarge, "batch_too_large", "%d rows, %d at most", len(b.Rows), MaxReceipts)
	}
	type item struct {
		sku    SKU
		centre string
	}
	rows := map[item][]int{} // rows of one stock item follow each other: they would only get in each other's way
	for i, r := range b.Rows {
		k := item{r.SKU, r.Centre}
		rows[k] = append(rows[k], i)
	}
	out := Report{Rows: make([]RowReport, len(b.Rows))}
	var g errgroup.Group
	g.SetLimit(receiving)
	for _, of := range rows {
		g.Go(func() error {
			for _, i := range of {
				out.Rows[i] = s.row(ctx, b.Rows[i])
			}
			return nil
		})
	}
	_ = g.Wait() // no worker returns an error: each row has its own
	for _, r := range out.Rows {
		if r.Code != "" {
			out.Failed++
		}
	}
	return out, nil
}

func (s *Service) row(ctx context.Context, r Receipt) RowReport {
	out := RowReport{ReceiptID: r.ID}
	booked, err := s.Shelf.Receive(ctx, r)
	if err != nil {
		f := fault.Of(err)
		out.Code, out.Fields, out.Retry = f.Code, f.Fields, f.Kind.Transient()
		return out
	}
	out.Repeated = !booked
	return out
}
