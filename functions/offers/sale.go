package offers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rialto/functions/internal/money"
)

// Sale is another, lower price for a while: from Starts until Ends, and not at it. The zero Sale is none.
type Sale struct {
	Price  money.Amount `json:"price" dynamodbav:"price"`
	Starts time.Time    `json:"starts_at" dynamodbav:"starts_at"`
	Ends   time.Time    `json:"ends_at" dynamodbav:"ends_at"`
}

// MaxSale is how long a sale may last.
const MaxSale = 366 * 24 * time.Hour

// None tells whether there is no sale.
func (s Sale) None() bool { return s == Sale{} }

// At is the offer as it is sold at an instant: during its sale its price is that one's. Nobody is told of a sale beforehand, so it is
// no part of what is sold.
//
// Whoever sells asks for it, with a clock of its own: carts, quotes and lists of offers are right to the second. What a decision has
// chosen is kept until the next turn (Turns), at which the boxes that are due are decided anew (DueBoxes).
func (o Offer) At(now time.Time) Offer {
	if s := o.Sale; !s.None() && !now.Before(s.Starts) && now.Before(s.Ends) && s.Price.Minor < o.Price.Minor {
		o.Price = s.Price
	}
	o.Sale = Sale{}
	return o
}

// Turns is the next instant after now at which an offer's price is another, the zero time for none.
func (o Offer) Turns(now time.Time) time.Time {
	switch s := o.Sale; {
	case s.None() || !now.Before(s.Ends):
		return time.Time{}
	case now.Before(s.Starts):
		return s.Starts
	default:
		return s.Ends
	}
}

func (f *flaws) sale(o Offer, currency string) {
	s := o.Sale
	if s.None() {
		return
	}
	f.amount("/sale/price", s.Price, 1, currency)
	f.unless(s.Price.Minor < o.Price.Minor, "/sale/price/amount", "out_of_range", "must be less than the price")
	f.unless(s.Ends.After(s.Starts) && s.Ends.Sub(s.Starts) <= MaxSale, "/sale/ends_at", "out_of_range", "must be after starts_at, by a year at most")
	whole := func(t time.Time) bool { return t.Equal(t.Truncate(time.Second)) && t.Location() == time.UTC }
	f.unless(whole(s.Starts) && whole(s.Ends), "/sale/starts_at", "bad_format", "and ends_at must be whole seconds in UTC")
}

// sold are offers as they are sold at an instant, and the first at which any of them turns.
func sold(list []Offer, now time.Time) (at []Offer, turns time.Time) {
	at = make([]Offer, len(list))
	for i, o := range list {
		if t := o.Turns(now); !t.IsZero() && o.OnSale() && (turns.IsZero() || t.Before(turns)) {
			turns = t
		}
		at[i] = o.At(now)
	}
	return at, turns
}

// Sold reads offers as they are sold now.
type Sold struct {
	Store interface {
		GetMany(ctx context.Context, keys ...Key) (map[Key]Offer, error)
	}
	Now func() time.Time
}

// GetMany returns those there are, by key.
func (s Sold) GetMany(ctx context.Context, keys ...Key) (map[Key]Offer, error) {
	found, err := s.Store.GetMany(ctx, keys...)
	for k, o := range found {
		found[k] = o.At(s.Now())
	}
	return found, err
}

// DueBoxes lists the buy boxes of which an offer's price has turned since they were decided.
type DueBoxes interface {
	DueBoxes(ctx context.Context, now time.Time) ([]BuyBox, error)
}

// Turn decides anew the buy boxes that are due. One that fails is due the next time, too; until a box is decided it is not off the list,
// however long nobody looked.
func (d *Decider) Turn(ctx context.Context, due DueBoxes) error {
	list, err := due.DueBoxes(ctx, d.Now())
	if err != nil {
		return err
	}
	for _, b := range list {
		if failed := d.Decide(ctx, b.ProductID, b.Marketplace); failed != nil {
			err = errors.Join(err, fmt.Errorf("decide %s in %s: %w", b.ProductID, b.Marketplace, failed))
		}
	}
	return err
}
