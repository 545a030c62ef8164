package accounts

import (
	"context"
	"errors"
	"iter"

	"rialto/functions/carts"
	"rialto/functions/clickstream"
	"rialto/functions/customers"
	"rialto/functions/fulfillment"
	"rialto/functions/marketplaces"
	"rialto/functions/notifications"
	"rialto/functions/orders"
	"rialto/functions/payments"
	"rialto/functions/reviews"
)

// Export is all that is held of a customer.
type Export struct {
	customers.Export
	Orders  []HeldOrder
	Carts   []carts.Cart
	Reviews []reviews.Review
	Votes   []reviews.Vote
	Mails   notifications.Preferences // that are wanted
	Consent clickstream.Consent
}

// HeldOrder is an order with what became of it.
type HeldOrder struct {
	orders.Order
	Address customers.Address // where it goes
	Parcels []fulfillment.Shipment
	SentTo  map[string]customers.Address // where parcels go that go elsewhere, by shipment id
	Returns []fulfillment.Return
	Ratings []reviews.Rating
	// Payments has one for each parcel; Openings are who was shown the address.
	Payments []payments.Payment
	Openings []fulfillment.Opening
	Mails    []notifications.Notification // that were sent about it, or why they were not
}

const pageSize = 100

// history are all orders of a customer, those that were taken over among them.
func (s *Service) history(ctx context.Context, customerID string) iter.Seq2[orders.Order, error] {
	return func(yield func(orders.Order, error) bool) {
		var after orders.Position
		for {
			page, next, err := s.Orders.History(ctx, customerID, orders.Period{}, pageSize, after)
			if err != nil {
				yield(orders.Order{}, err)
				return
			}
			for _, o := range page {
				if !yield(o, nil) {
					return
				}
			}
			if after = next; after == (orders.Position{}) {
				return
			}
		}
	}
}

// Export returns all that is held of a customer.
func (s *Service) Export(ctx context.Context, customerID string) (Export, error) {
	out := Export{Orders: []HeldOrder{}, Carts: []carts.Cart{}}
	var err error
	if out.Export, err = s.Customers.Export(ctx, customerID); err != nil {
		return Export{}, err
	}
	for o, err := range s.history(ctx, customerID) {
		if err != nil {
			return Export{}, err
		}
		held, err := s.held(ctx, o)
		if err != nil {
			return Export{}, err
		}
		out.Orders = append(out.Orders, held)
	}
	if out.Reviews, err = s.Reviews.Of(ctx, customerID); err != nil {
		return Export{}, err
	}
	if out.Consent, err = s.Consents.Get(ctx, customerID); err != nil {
		return Export{}, err
	}
	if out.Votes, err = s.Reviews.VotesOf(ctx, customerID); err != nil {
		return Export{}, err
	}
	if out.Mails, err = s.Mails.Preferences(ctx, customerID); err != nil {
		return Export{}, err
	}
	for _, m := range marketplaces.All() {
		c, there, err := s.Carts.Get(ctx, carts.IDOf(customerID, m.Code))
		if err != nil {
			return Export{}, err
		}
		if there {
			out.Carts = append(out.Carts, c)
		}
	}
	return out, nil
}

// held is an order with what became of it.
func (s *Service) held(ctx context.Context, o orders.Order) (HeldOrder, error) {
	h := HeldOrder{Order: o, SentTo: map[string]customers.Address{}}
	var err error
	if h.Address, err = s.address(ctx, o); err != nil {
		return h, err
	}
	if h.Parcels, err = s.Parcels.Shipments(ctx, o.ID); err != nil {
		return h, err
	}
	for _, x := range h.Parcels {
		if to := x.ShipTo; to != nil {
			a, _, err := s.Addresses.OpenAddress(ctx, to.OwnerID, to.AddressID, to.Sealed)
			if err != nil {
				return h, err
			}
			h.SentTo[x.ID] = a
		}
	}
	if h.Returns, err = s.Parcels.OfOrder(ctx, o.ID); err != nil {
		return h, err
	}
	for _, seller := range sellersOf(o) {
		r, err := s.Ratings.Rating(ctx, o.ID, seller)
		if errors.Is(err, reviews.ErrNoRating) {
			continue
		}
		if err != nil {
			return h, err
		}
		h.Ratings = append(h.Ratings, r)
	}
	if h.Openings, err = s.Parcels.Openings(ctx, o.ID); err != nil {
		return h, err
	}
	for _, x := range o.Shipments {
		p, there, err := s.Payments.Get(ctx, o.ID, x.Group)
		if err != nil {
			return h, err
		}
		if there {
			h.Payments = append(h.Payments, p)
		}
	}
	h.Mails, err = s.Mails.OfOrder(ctx, o.ID)
	return h, err
}

// Erase destroys all that names a customer, for good: what they wrote in returns, ratings and reviews, their carts, the records of
// mails, the user that signs in, and the keys of theirs and of the guests whose orders they took over. Again is a success. Errors:
// orders_open, which names those orders; users_unavailable.
func (s *Service) Erase(ctx context.Context, customerID string) error {
	var all []orders.Order
	var waiting []string
	for o, err := range s.history(ctx, customerID) {
		if err != nil {
			return err
		}
		all = append(all, o)
		parcels, err := s.Parcels.Shipments(ctx, o.ID)
		if err != nil {
			return err
		}
		returns, err := s.Parcels.OfOrder(ctx, o.ID)
		if err != nil {
			return err
		}
		if open(parcels, returns) {
			waiting = append(waiting, o.ID)
		}
	}
	if len(waiting) > 0 {
		return refuseErasure(waiting)
	}
	persons := []string{customerID}
	seen := map[string]bool{customerID: true}
	for _, o := range all {
		if err := s.forget(ctx, o); err != nil {
			return err
		}
		if who := o.Sealer(); !seen[who] {
			seen[who] = true
			persons = append([]string{who}, persons...) // the account itself last: until then it can ask again
		}
	}
	for _, who := range persons {
		if err := s.erase(ctx, who); err != nil {
			return err
		}
	}
	return nil
}

// forget drops what a customer wrote about an order, was told, and wanted in exchange.
func (s *Service) forget(ctx context.Context, o orders.Order) error {
	returns, err := s.Parcels.OfOrder(ctx, o.ID)
	if err != nil {
		return err
	}
	for _, r := range returns {
		if r.Exchange == nil {
			continue
		}
		if err := s.Carts.Delete(ctx, r.Exchange.CartID); err != nil {
			return err
		}
	}
	if err := s.Parcels.Forget(ctx, o.ID); err != nil {
		return err
	}
	if err := s.Mails.ForgetOrder(ctx, o.ID); err != nil {
		return err
	}
	for _, seller := range sellersOf(o) {
		if err := s.Ratings.Forget(ctx, o.ID, seller); err != nil {
			return err
		}
	}
	return nil
}

// erase drops what a person wrote of products, what they agreed to, which mails they wanted, their carts, their user, and the key at
// last: until that is gone, the token that asked for it is good to ask again. By that key alone the lake of clicks knew them.
func (s *Service) erase(ctx context.Context, personID string) error {
	if err := s.Reviews.Forget(ctx, personID); err != nil {
		return err
	}
	if err := s.Consents.Delete(ctx, personID); err != nil {
		return err
	}
	for _, m := range marketplaces.All() {
		if err := s.Carts.Delete(ctx, carts.IDOf(personID, m.Code)); err != nil {
			return err
		}
	}
	if err := s.Mails.Forget(ctx, personID); err != nil {
		return err
	}
	if err := s.Users.Close(ctx, personID); err != nil {
		return err
	}
	return s.Customers.Erase(ctx, personID)
}
