package inventory

import (
	"context"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/rows"
)

// Store is what the use cases need of the store.
type Store interface {
	Place(ctx context.Context, orderID string, plan Plan, expiresAt time.Time) error
	Release(ctx context.Context, orderID string, plan Plan, now time.Time) (int, error)
	// Ship books units as gone that left at a time, which is booked now.
	Ship(ctx context.Context, orderID string, lines []PlannedLine, at, now time.Time) error
	Restock(ctx context.Context, orderID string, lines []PlannedLine, now time.Time) error
	Cut(ctx context.Context, orderID string, cuts []Cut, now time.Time) error
	// CountCommitted counts the units of an order's holds as sold, once.
	CountCommitted(ctx context.Context, orderID string) error
	// OfSeller lists a seller's units, sku by sku and centre by centre, after a place ("" for the first), and where the next page
	// begins, "" on the last. Errors: invalid_cursor.
	OfSeller(ctx context.Context, seller, after string, limit int) (list []Stock, next string, err error)
	// OfSKU returns a sku's units in every centre that ever had some.
	OfSKU(ctx context.Context, sku SKU) ([]Stock, error)
	// Spread lays stock out for so many holds a second, nil to leave it, and tells what it is laid out for.
	Spread(ctx context.Context, stock []Stock, perSecond *int64) (Spread, error)
	// Prefetch reads the stock of changes, rows.Max at most, in one call, for booking each of them.
	Prefetch(ctx context.Context, changes []Change, now time.Time) (Applier, error)
}

// Applier books changes.
type Applier interface {
	// Apply books a change once, and tells whether it changed anything.
	Apply(ctx context.Context, c Change, now time.Time) (changed bool, err error)
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

// OfSeller returns a page of what a seller has, and where the next begins, "" on the last. Errors: invalid_cursor.
func (s *Service) OfSeller(ctx context.Context, seller, after string, limit int) ([]Stock, string, error) {
	return s.Store.OfSeller(ctx, seller, after, limit)
}

// ErrNoStock says that a seller never had a unit of a product.
var ErrNoStock = fault.New(fault.NotFound, "stock_not_found", "you never had a unit of this product")

// OfSKU returns what a seller has of a product, centre by centre. Errors: stock_not_found.
func (s *Service) OfSKU(ctx context.Context, sku SKU) ([]Stock, error) {
	list, err := s.Store.OfSKU(ctx, sku)
	if err == nil && len(list) == 0 {
		err = ErrNoStock
	}
	return list, err
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
	stock, err := s.Store.Prefetch(ctx, changes, s.Now())
	if err != nil {
		return rows.Report{}, err
	}
	item := func(r rows.Row[Change]) string { return r.Value.SKU.String() + "#" + r.Value.Centre }
	return rows.Do(ctx, list, item, func(ctx context.Context, c Change) (bool, error) {
		if err := c.placed(); err != nil {
			return false, err
		}
		return stock.Apply(ctx, c, s.Now())
	}), nil
}
