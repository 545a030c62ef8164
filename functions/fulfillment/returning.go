package fulfillment

import (
	"context"
	"errors"
	"slices"
	"time"

	"rialto/functions/carts"
	"rialto/functions/orders"
)

// Returns is what returning needs of the store.
type Returns interface {
	// Return returns one, or ErrNoReturn.
	Return(ctx context.Context, orderID, returnID string) (Return, error)
	OfOrder(ctx context.Context, orderID string) ([]Return, error)
	Asked(ctx context.Context, orderID, shipmentID string) (Units, error)
	// Request stores a return with the units as they are with it; it fails with ErrUnitsChanged if they are not of the
	// version before.
	Request(ctx context.Context, r Return, units Units) error
	// Resolve stores a return that still stands where it stood, and tells whether it did. One that is appealed is on the list of
	// those as long as it is.
	Resolve(ctx context.Context, was, now Return) (bool, error)
	// Appeals lists the returns whose appeals are not decided, the oldest appeal first, after a place ("" for the first).
	Appeals(ctx context.Context, after string, limit int) (list []Return, next string, err error)
	// Sent lists a seller's returns, the latest first, after a place ("" for the first).
	Sent(ctx context.Context, seller, after string, limit int) (list []Return, next string, err error)
}

// ReturnService is how shoppers send something back.
type ReturnService struct {
	Shipments interface {
		Shipments(ctx context.Context, orderID string) ([]Shipment, error)
	}
	Orders   Orders
	Returns  Returns
	Baskets  Baskets
	Products Products
	Now      func() time.Time
}

// ReceivingService is what becomes of what is sent back: sellers receive or reject it, and its money is given back.
type ReceivingService struct {
	Returns Returns
	Now     func() time.Time
}

// requestTries bounds how often a request is tried that others come before.
const requestTries = 8

// Request asks to send units of a parcel back. The same key and request again returns the same return. Errors:
// order_not_found, shipment_not_found, not_delivered, return_window_over, invalid_return, idempotency_key_reused,
// exchange_unavailable, return_contended if others keep asking.
func (s *ReturnService) Request(ctx context.Context, key string, want ReturnRequest) (r Return, replayed bool, err error) {
	o, there, err := s.Orders.Get(ctx, want.OrderID)
	if err != nil {
		return Return{}, false, err
	}
	if !there || o.CustomerID != want.CustomerID {
		return Return{}, false, orders.ErrNotFound
	}
	for range requestTries {
		made, err := s.Returns.Return(ctx, want.OrderID, want.id(key))
		if err == nil {
			if !want.same(made) {
				return Return{}, false, ErrKeyReused
			}
			return made, true, nil
		}
		if !errors.Is(err, ErrNoReturn) {
			return Return{}, false, err
		}
		r, after, err := s.draft(ctx, want.id(key), want, o)
		if err != nil {
			return Return{}, false, err
		}
		if x := want.exchanging(r).Exchange; x != nil {
			if err := s.exchange(ctx, o, &r, carts.Owner{ID: want.CustomerID, Guest: want.Guest}, *x); err != nil {
				return Return{}, false, err
			}
		}
		if err = s.Returns.Request(ctx, r, after); !errors.Is(err, ErrUnitsChanged) {
			return r, false, err
		}
	}
	return Return{}, false, ErrUnitsChanged
}

// draft makes a return of a request, and the units as they are with it.
func (s *ReturnService) draft(ctx context.Context, id string, want ReturnRequest, o orders.Order) (Return, Units, error) {
	parcels, err := s.Shipments.Shipments(ctx, want.OrderID)
	if err != nil {
		return Return{}, Units{}, err
	}
	n := slices.IndexFunc(parcels, func(x Shipment) bool { return x.ID == want.ShipmentID })
	now := s.Now().UTC()
	switch {
	case n < 0:
		return Return{}, Units{}, ErrNoShipment
	case parcels[n].State != Delivered:
		return Return{}, Units{}, ErrNotDelivered
	case now.Sub(parcels[n].UpdatedAt) > ReturnWindow:
		return Return{}, Units{}, ErrWindowOver
	}
	x := parcels[n]
	before, err := s.Returns.Asked(ctx, want.OrderID, want.ShipmentID)
	if err != nil {
		return Return{}, Units{}, err
	}
	if err := want.check(x, before); err != nil {
		return Return{}, Units{}, err
	}
	standing, err := s.Returns.OfOrder(ctx, want.OrderID)
	if err != nil {
		return Return{}, Units{}, err
	}
	charges, err := chargesBack(want, o, x, parcels, standing, now)
	if err != nil {
		return Return{}, Units{}, err
	}
	return NewReturn(id, want, o, x, before, charges, now)
}

// OfOrder lists the returns of a customer's order, the latest first. Errors: order_not_found, for another's too.
func (s *ReturnService) OfOrder(ctx context.Context, customerID, orderID string) ([]Return, error) {
	o, there, err := s.Orders.Get(ctx, orderID)
	if err != nil {
		return nil, err
	}
	if !there || o.CustomerID != customerID {
		return nil, orders.ErrNotFound
	}
	list, err := s.Returns.OfOrder(ctx, orderID)
	slices.SortFunc(list, latestFirst)
	return list, err
}

// Sent lists what is sent back to a seller, the latest first, and where the next page begins, "" on the last.
func (s *ReceivingService) Sent(ctx context.Context, seller, after string, limit int) ([]Return, string, error) {
	return s.Returns.Sent(ctx, seller, after, limit)
}

// Receive takes a seller's word that a return has come. Its units are then back in stock and its money is given back.
// The same again is a success. Errors: return_not_found, return_closed.
func (s *ReceivingService) Receive(ctx context.Context, seller, orderID, returnID string) (Return, error) {
	return s.close(ctx, seller, orderID, returnID, Received, "")
}

// Reject takes a seller's word that a return is not taken. The same again is a success. Errors: return_not_found,
// return_closed, invalid_return.
func (s *ReceivingService) Reject(ctx context.Context, seller, orderID, returnID, why string) (Return, error) {
	var f returnFlaws
	f.reason("/reason", why)
	if err := f.fault(); err != nil {
		return Return{}, err
	}
	return s.close(ctx, seller, orderID, returnID, Rejected, why)
}

func (s *ReceivingService) close(ctx context.Context, seller, orderID, returnID string, to ReturnState, note string) (Return, error) {
	for {
		r, err := s.Returns.Return(ctx, orderID, returnID)
		if err == nil && r.SellerID != seller {
			err = ErrNoReturn
		}
		if err != nil {
			return Return{}, err
		}
		if r.State != Requested {
			if r.State == Expired || r.State == Appealed || (r.State == Rejected) != (to == Rejected) || to == Rejected && r.Note != note {
				return Return{}, ErrReturnClosed
			}
			return r, nil
		}
		was := r
		r.State, r.Note, r.UpdatedAt = to, note, s.Now().UTC()
		if saved, err := s.Returns.Resolve(ctx, was, r); err != nil || saved {
			return r, err
		} // it was resolved meanwhile, for good
	}
}

// RefundedBefore is the note of a return whose money was given back before it came, by hand at the payment gateway.
const RefundedBefore = "refunded_before"

// RefundNews is what became of a return's money in one attempt to give it back: Code is empty where it was given.
type RefundNews struct {
	OrderID  string
	ReturnID string
	Code     string
	Attempt  int
	Before   bool // nothing was left to give
}

// Refunded notes what became of a return's money. News may be repeated and come in any order: the latest attempt says how the return
// stands, and of one attempt that the bank turned back what had been given.
func (s *ReceivingService) Refunded(ctx context.Context, n RefundNews) error {
	for {
		r, err := s.Returns.Return(ctx, n.OrderID, n.ReturnID)
		if err != nil || !n.laterThan(r) {
			return err
		}
		was := r
		if r.State, r.Note, r.UpdatedAt, r.RefundAttempt = Refunded, "", s.Now().UTC(), n.Attempt; n.Code != "" {
			r.State, r.Note = RefundFailed, n.Code
		} else if n.Before {
			r.Note = RefundedBefore
		}
		if saved, err := s.Returns.Resolve(ctx, was, r); err != nil || saved {
			return err
		}
	}
}

// laterThan tells whether news are later than what a return says.
func (n RefundNews) laterThan(r Return) bool {
	switch r.State {
	case Received:
		return true
	case Refunded:
		return n.Attempt > r.RefundAttempt || n.Attempt == r.RefundAttempt && n.Code != ""
	case RefundFailed:
		return n.Attempt > r.RefundAttempt
	}
	return false
}
