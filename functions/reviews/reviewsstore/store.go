// Package reviewsstore keeps ratings of sellers, and reviews of products (reviews.go). Keys:
//
//	ratings         ord_…, sel_…          what a customer thinks of a seller by an order
//	seller_ratings  sel_…, part#<number>  a part of the seller's tally; which one a rating is in, its order's id says
package reviewsstore

import (
	"context"
	"errors"
	"fmt"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
	"rialto/functions/reviews"
)

const (
	ratings = "ratings"
	tallies = "seller_ratings"
	// parts is into how many a tally is divided. A transaction takes some 8 ms, and two that meet are tried again, so
	// that many let a seller have some thousand ratings a second.
	parts = 16
)

// Store is the only code that knows these keys.
type Store struct{ DB store.DB }

func partKey(r reviews.Rating) store.Key {
	return store.Key{PK: r.SellerID, SK: partName(store.Bucket(r.OrderID, parts))}
}

func partName(n int) string { return fmt.Sprintf("part#%02d", n) }

// Rating returns a rating, or rating_not_found.
func (s Store) Rating(ctx context.Context, orderID, sellerID string) (reviews.Rating, error) {
	i, err := s.DB.Get(ctx, ratings, store.Key{PK: orderID, SK: sellerID})
	if err != nil {
		return reviews.Rating{}, fmt.Errorf("get rating: %w", err)
	}
	if i == nil {
		return reviews.Rating{}, reviews.ErrNoRating
	}
	var r reviews.Rating
	if err := store.Unmarshal(i, &r); err != nil {
		return r, fmt.Errorf("read rating: %w", err)
	}
	r.CreatedAt, r.UpdatedAt = r.CreatedAt.UTC(), r.UpdatedAt.UTC()
	return r, nil
}

// Save writes a rating over before, the zero Rating for none, with its part of the tally. It fails with rating_changed
// if one of another version stands there.
func (s Store) Save(ctx context.Context, r, before reviews.Rating) error {
	w := store.Put(ratings, store.Key{PK: r.OrderID, SK: r.SellerID}, r).Named("rating")
	tally := store.Update(tallies, partKey(r)).Add("stars", r.Stars-before.Stars).Add("changes", 1).Named("tally")
	if before.Version == 0 {
		w, tally = w.If(store.Absent()), tally.Add("ratings", 1)
	} else {
		w, tally = w.If(store.Eq("version", before.Version)), tally.Add("ratings", 0)
	}
	err := s.DB.Transact(ctx, w, tally)
	if refused, ok := store.AsRefused(err); ok {
		if _, failed := refused.Failed("rating"); failed {
			return reviews.ErrChanged
		}
	}
	return store.Explained("save rating", err, errBusy)
}

// Forget drops what a rating says, and keeps its stars: they are in its seller's tally.
func (s Store) Forget(ctx context.Context, orderID, sellerID string) error {
	_, err := s.DB.Apply(ctx, store.Update(ratings, store.Key{PK: orderID, SK: sellerID}).Remove("text").If(store.Exists()).Named("rating"))
	if _, none := store.FailedCondition(err); none {
		return nil
	}
	return store.Explained("forget rating", err, errBusy)
}

var errBusy = fault.New(fault.Throttled, "ratings_throttled", "the seller's ratings are too busy just now")

// Tally sums a seller's ratings, read consistently. It is not of one instant: ratings that come meanwhile may be in it
// or not. But one that is read after another counts at least as many changes of each part, so of two with as many
// changes in all, of which no more come, both are the whole.
func (s Store) Tally(ctx context.Context, sellerID string) (reviews.Tally, error) {
	var sum reviews.Tally
	for i, err := range store.Items(ctx, s.DB, store.Query{Table: tallies, Hash: sellerID}) {
		var t reviews.Tally
		if err == nil {
			err = store.Unmarshal(i, &t)
		}
		if err != nil {
			return sum, fmt.Errorf("read tally: %w", err)
		}
		sum = sum.Add(t)
	}
	return sum, nil
}

// Events says of which seller a part of a tally changed. Sums makes the event whole.
func Events(c outbox.Change) ([]outbox.Event, error) { return ofKey(c, "SellerRated") }

// ofKey is an event, yet without data, of what a part of a tally is of.
func ofKey(c outbox.Change, name string) ([]outbox.Event, error) {
	if c.New == nil {
		return nil, nil
	}
	var key struct {
		PK string `dynamodbav:"pk"`
	}
	if err := store.Unmarshal(c.New, &key); err != nil {
		return nil, fmt.Errorf("read change: %w", err)
	}
	if key.PK == "" {
		return nil, errors.New("a tally of nobody")
	}
	e, err := outbox.New(name, key.PK, nil)
	return []outbox.Event{e}, err
}

// Sums publishes, of each seller that events are of, one with the sum as it is now: the changes are in it, for they were
// committed before.
type Sums struct {
	Store Store
	Topic outbox.Topic
}

// Publish sends the last event of each seller, with its data.
func (s Sums) Publish(ctx context.Context, es []outbox.Event) error {
	return publishLast(ctx, s.Topic, es, func(seller string) (any, error) {
		t, err := s.Store.Tally(ctx, seller)
		return t.Rated(seller), err
	})
}

// publishLast sends the last event of each key with the data that stands now.
func publishLast(ctx context.Context, to outbox.Topic, es []outbox.Event, stands func(key string) (any, error)) error {
	last := map[string]int{}
	for n, e := range es {
		last[e.Key] = n
	}
	var whole []outbox.Event
	for n, e := range es {
		if last[e.Key] != n {
			continue
		}
		data, err := stands(e.Key)
		if err != nil {
			return err
		}
		made, err := outbox.New(e.Name, e.Key, data)
		if err != nil {
			return err
		}
		e.Data = made.Data
		whole = append(whole, e)
	}
	return to.Publish(ctx, whole)
}
