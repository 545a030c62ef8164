package accounts

import (
	"context"
	"fmt"
	"strings"
	"time"

	"rialto/functions/carts"
	"rialto/functions/clickstream"
	"rialto/functions/customers"
	"rialto/functions/fulfillment"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/rate"
	"rialto/functions/notifications"
	"rialto/functions/orders"
	"rialto/functions/payments"
	"rialto/functions/reviews"
)

// Customers is what customers holds.
type Customers interface {
	Export(ctx context.Context, customerID string) (customers.Export, error)
	Erase(ctx context.Context, customerID string) error
}

// Users are who can sign in.
type Users interface {
	// Close ends a customer's sessions and takes them off, for good. Again, or for who never was one, it is a success.
	Close(ctx context.Context, customerID string) error
}

// Addresses opens addresses that were sealed into orders; there says whether one still can be.
type Addresses interface {
	OpenAddress(ctx context.Context, ownerID, addressID string, sealed []byte) (a customers.Address, there bool, err error)
}

// Orders are the orders' table.
type Orders interface {
	Get(ctx context.Context, orderID string) (orders.Order, bool, error)
	History(ctx context.Context, customerID string, in orders.Period, limit int, after orders.Position) ([]orders.Order, orders.Position, error)
	// Take gives a guest's order to an account, and tells whether it was the guest's.
	Take(ctx context.Context, orderID, guestID, customerID string) (bool, error)
}

// Parcels are what became of orders.
type Parcels interface {
	Shipments(ctx context.Context, orderID string) ([]fulfillment.Shipment, error)
	OfOrder(ctx context.Context, orderID string) ([]fulfillment.Return, error)
	// Openings lists which sellers were shown where an order goes.
	Openings(ctx context.Context, orderID string) ([]fulfillment.Opening, error)
	// Forget drops what was written in an order's returns.
	Forget(ctx context.Context, orderID string) error
}

// Payments are how orders were paid, parcel by parcel.
type Payments interface {
	Get(ctx context.Context, orderID, group string) (payments.Payment, bool, error)
}

// Mails are what customers were told, and which mails they want.
type Mails interface {
	OfOrder(ctx context.Context, orderID string) ([]notifications.Notification, error)
	Preferences(ctx context.Context, customerID string) (notifications.Preferences, error)
	// ForgetOrder and Forget drop both.
	ForgetOrder(ctx context.Context, orderID string) error
	Forget(ctx context.Context, customerID string) error
}

// Ratings are what customers say of sellers. Errors: reviews.ErrNoRating.
type Ratings interface {
	Rating(ctx context.Context, orderID, sellerID string) (reviews.Rating, error)
	// Forget drops what a rating says, if there is one.
	Forget(ctx context.Context, orderID, sellerID string) error
}

// Reviews are what customers say of products.
type Reviews interface {
	Of(ctx context.Context, customerID string) ([]reviews.Review, error)
	VotesOf(ctx context.Context, customerID string) ([]reviews.Vote, error)
	// Forget keeps their stars alone.
	Forget(ctx context.Context, customerID string) error
}

// Consents are what customers agreed to.
type Consents interface {
	Get(ctx context.Context, customerID string) (clickstream.Consent, error)
	Delete(ctx context.Context, customerID string) error
}

// Carts are the carts' table.
type Carts interface {
	Get(ctx context.Context, cartID string) (carts.Cart, bool, error)
	Delete(ctx context.Context, cartID string) error
}

// Tokens makes guests' tokens, for one order or for all that is theirs, and tells whose one is.
type Tokens interface {
	Guest(ctx context.Context, subject, orderID string, now time.Time, lifetime time.Duration) (string, error)
	// Owner fails as unauthorized for a token that is no guest's.
	Owner(ctx context.Context, token string) (guestID string, err error)
}

// Guesses counts what is tried, and says how long to wait.
type Guesses interface {
	TakeOf(ctx context.Context, key string, limit rate.Limit, now time.Time) (time.Duration, error)
}

// Service is what spans contexts for one person.
type Service struct {
	Customers Customers
	Users     Users
	Addresses Addresses
	Orders    Orders
	Parcels   Parcels
	Payments  Payments
	Mails     Mails
	Ratings   Ratings
	Reviews   Reviews
	Carts     Carts
	Consents  Consents
	Baskets   Baskets
	Tokens    Tokens
	Guesses   Guesses
	Now       func() time.Time
}

// Pass opens one order.
type Pass struct {
	OrderID          string
	Token, Link      string // Link is the token of a link, for a mail
	Until, LinkUntil time.Time
}

// perOrder bounds how many e-mail addresses are tried with an order's number.
var perOrder = rate.Limit{Name: "lookup-order", Rate: 10, Burst: 10, Per: time.Hour}

// LookUp gives whoever knows an order's number, as it is typed off or pasted from a mail, and the e-mail address that it was placed with a
// pass to it. Errors: orders.ErrNotFound, whatever is wrong; too_many_requests.
func (s *Service) LookUp(ctx context.Context, orderID, email string) (Pass, error) {
	orderID = strings.ToLower(strings.Trim(strings.TrimSpace(orderID), "#."))
	now := s.Now().UTC().Truncate(time.Second)
	wait, err := s.Guesses.TakeOf(ctx, perOrder.Name+"#"+orderID, perOrder, now)
	if err != nil {
		return Pass{}, err
	}
	if wait > 0 {
		return Pass{}, fault.New(fault.Throttled, "too_many_requests", "this was asked for too often; try again later").After(wait)
	}
	o, found, err := s.Orders.Get(ctx, orderID)
	if err != nil {
		return Pass{}, err
	}
	if !found {
		return Pass{}, orders.ErrNotFound
	}
	a, err := s.address(ctx, o)
	if err != nil {
		return Pass{}, err
	}
	parcels, err := s.Parcels.Shipments(ctx, orderID)
	if err != nil {
		return Pass{}, err
	}
	end := windowEnd(parcels, now)
	if a.Email == "" || !customers.SameEmail(a.Email, email) || !now.Before(end) {
		return Pass{}, orders.ErrNotFound
	}
	return s.pass(ctx, o, now, end)
}

func (s *Service) pass(ctx context.Context, o orders.Order, now, end time.Time) (Pass, error) {
	p := Pass{OrderID: o.ID, Until: now.Add(passLife), LinkUntil: end}
	var err error
	if p.Token, err = s.Tokens.Guest(ctx, o.CustomerID, o.ID, now, passLife); err != nil {
		return Pass{}, fmt.Errorf("pass: %w", err)
	}
	if p.Link, err = s.Tokens.Guest(ctx, o.CustomerID, o.ID, now, end.Sub(now).Truncate(time.Second)); err != nil {
		return Pass{}, fmt.Errorf("pass: %w", err)
	}
	return p, nil
}

// address opens an order's address; that of somebody erased is empty.
func (s *Service) address(ctx context.Context, o orders.Order) (customers.Address, error) {
	a, _, err := s.Addresses.OpenAddress(ctx, o.Sealer(), o.Delivery.AddressID, o.Delivery.Sealed)
	return a, err
}

// Claim moves the orders of the guest whose token is shown to a customer's account, and returns which. Errors:
// invalid_guest_token.
func (s *Service) Claim(ctx context.Context, customerID, guestToken string) ([]string, error) {
	guestID, err := s.Tokens.Owner(ctx, guestToken)
	if err != nil {
		if fault.Of(err).Kind == fault.Unauthorized {
			err = errGuest.Because(err)
		}
		return nil, err
	}
	moved := []string{}
	for o, err := range s.history(ctx, guestID) {
		if err != nil {
			return nil, err
		}
		taken, err := s.Orders.Take(ctx, o.ID, guestID, customerID)
		if err != nil {
			return nil, err
		}
		if taken {
			moved = append(moved, o.ID)
		}
	}
	return moved, nil
}
