package operators

import (
	"context"

	"rialto/functions/fulfillment"
	"rialto/functions/orders"
)

// Placed reads orders as they were placed.
type Placed interface {
	Get(ctx context.Context, orderID string) (orders.Order, bool, error)
}

// Lives are what customers can ask and say of their orders.
type Lives interface {
	Order(ctx context.Context, customerID, orderID string) (fulfillment.Life, error)
}

// Orders is what operators see and do of orders.
type Orders struct {
	Placed Placed
	Lives  Lives
}

// Order returns an order, whoever's, with what became of it. Errors: order_not_found.
func (s *Orders) Order(ctx context.Context, orderID string) (fulfillment.Life, error) {
	o, found, err := s.Placed.Get(ctx, orderID)
	if err == nil && !found {
		err = orders.ErrNotFound
	}
	if err != nil {
		return fulfillment.Life{}, err
	}
	return s.Lives.Order(ctx, o.CustomerID, orderID)
}
