package reviews

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/cas"
	"rialto/functions/orders"
)

// Store keeps ratings.
type Store interface {
	// Rating returns a rating, or ErrNoRating.
	Rating(ctx context.Context, orderID, sellerID string) (Rating, error)
	// Save writes a rating over before, the zero Rating for none, with its part of the seller's tally; it fails with
	// ErrChanged if another stands there.
	Save(ctx context.Context, r, before Rating) error
}

// Orders knows whose an order is, or says orders.ErrNotFound.
type Orders interface {
	Owner(ctx context.Context, orderID string) (customerID string, placedAt time.Time, err error)
}

// Shipments knows whether a seller has any in an order, and whether one of them was delivered.
type Shipments interface {
	Delivered(ctx context.Context, orderID, sellerID string) (any, delivered bool, err error)
}

// Service is the context's use cases.
type Service struct {
	Store     Store
	Orders    Orders
	Shipments Shipments
	Now       func() time.Time
}

// Rate says what a customer thinks of a seller of an order of theirs, or something else than before; replaces, unless
// nil, is the version that the change is meant for. The same again is a success and changes nothing. Errors:
// invalid_rating, order_not_found, seller_not_in_order, not_delivered, version_mismatch, rating_changed if the customer
// keeps changing it.
func (s *Service) Rate(ctx context.Context, want Rating, replaces *int64) (stands Rating, created bool, err error) {
	if err := want.Check(); err != nil {
		return Rating{}, false, err
	}
	if err := s.entitled(ctx, want); err != nil {
		return Rating{}, false, err
	}
	reread := func() (Rating, error) {
		r, err := s.Store.Rating(ctx, want.OrderID, want.SellerID)
		if errors.Is(err, ErrNoRating) {
			return Rating{}, nil
		}
		return r, err
	}
	current, err := reread()
	if err != nil {
		return Rating{}, false, err
	}
	_, err = cas.Update(current, ErrChanged, func(current Rating) (bool, error) {
		if stands = current; current.Version > 0 && current.Stars == want.Stars && current.Text == want.Text {
			return false, nil
		}
		if replaces != nil && *replaces != current.Version {
			return false, ErrStale
		}
		now := s.Now().UTC()
		stands = want
		stands.Version, stands.CreatedAt, stands.UpdatedAt = current.Version+1, current.CreatedAt, now
		if created = current.Version == 0; created {
			stands.CreatedAt = now
		}
		return true, s.Store.Save(ctx, stands, current)
	}, reread)
	return stands, created && err == nil, err
}

// entitled tells whether the customer may rate the seller of the order.
func (s *Service) entitled(ctx context.Context, r Rating) error {
	var owner string
	var any, delivered bool
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { owner, _, err = s.Orders.Owner(ctx, r.OrderID); return err })
	g.Go(func() (err error) {
		any, delivered, err = s.Shipments.Delivered(ctx, r.OrderID, r.SellerID)
		return err
	})
	if err := g.Wait(); err != nil {
		return err
	}
	switch {
	case owner != r.CustomerID:
		return orders.ErrNotFound
	case !any:
		return ErrNoSuchSeller
	case !delivered:
		return ErrNotDelivered
	}
	return nil
}

// Rating returns what a customer said of a seller of an order of theirs. Errors: rating_not_found, for another's too.
func (s *Service) Rating(ctx context.Context, customerID, orderID, sellerID string) (Rating, error) {
	r, err := s.Store.Rating(ctx, orderID, sellerID)
	if err == nil && r.CustomerID != customerID {
		err = ErrNoRating
	}
	if err != nil {
		return Rating{}, err
	}
	return r, nil
}
