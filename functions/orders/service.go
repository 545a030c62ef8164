package orders

import "context"

// Shelf is what the use cases need of the store.
type Shelf interface {
	Get(ctx context.Context, orderID string) (Order, bool, error)
	History(ctx context.Context, customerID string, limit int, after Position) ([]Order, Position, error)
}

// Position is where a page of history ends; the zero Position is the start, and the end.
type Position struct {
	OrderID  string `json:"o,omitempty"`
	PlacedAt string `json:"p,omitempty"`
}

// Service answers questions about orders.
type Service struct{ Shelf Shelf }

// Order returns an order of the customer. Errors: ErrNotFound, for another's too.
func (s *Service) Order(ctx context.Context, customerID, orderID string) (Order, error) {
	o, ok, err := s.Shelf.Get(ctx, orderID)
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
	return s.Shelf.History(ctx, customerID, limit, after)
}
