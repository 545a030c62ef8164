package orders

import (
	"context"

	"rialto/functions/internal/money"
)

// Store is what the use cases need of the store.
type Store interface {
	Get(ctx context.Context, orderID string) (Order, bool, error)
	History(ctx context.Context, customerID string, limit int, after Position) ([]Order, Position, error)
}

// Position is where a page of history ends; the zero Position is the start, and the end.
type Position struct {
	OrderID  string `json:"o,omitempty"`
	PlacedAt string `json:"p,omitempty"`
}

// Refunds knows how much of an order was given back, in minor units of its currency.
type Refunds interface {
	Refunded(ctx context.Context, orderID string) (minor int64, err error)
}

// Service answers questions about orders.
type Service struct {
	Store   Store
	Refunds Refunds
}

// Refunded returns how much of an order was given back.
func (s *Service) Refunded(ctx context.Context, o Order) (money.Amount, error) {
	minor, err := s.Refunds.Refunded(ctx, o.ID)
	return money.Of(minor, o.Totals.Total.Currency), err
}

// Order returns an order of the customer. Errors: ErrNotFound, for another's too.
func (s *Service) Order(ctx context.Context, customerID, orderID string) (Order, error) {
	o, ok, err := s.Store.Get(ctx, orderID)
	if err != nil {
		return Order{}, err
	}
	if !ok || o.CustomerID != customerID {
		return Order{}, ErrNotFound
	}
	return o, nil
}

// History returns up to limit (1 to 100) orders, newest first.
func (s *Service) History(ctx context.Context, customerID string, limit int, after Position) ([]Order, Position, error) {
	return s.Store.History(ctx, customerID, limit, after)
}
