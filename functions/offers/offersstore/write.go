package offersstore

import (
	"context"
	"fmt"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
	"rialto/functions/offers"
)

// Save writes an offer over the one of version previous, 0 for none. It fails with offer_changed if another
// stands there.
func (s *Store) Save(ctx context.Context, o offers.Offer, previous int64) error {
	return s.put(ctx, store.Put(table, keyOf(o.Key()), record(o)).Named("offer"), previous, offers.ErrChanged)
}

// SaveWinner writes a buy box over the one of version previous, 0 for none. It fails with buy_box_changed if
// another stands there.
func (s *Store) SaveWinner(ctx context.Context, w offers.Winner, previous int64) error {
	b := box{w.ProductID, w.Marketplace, record(w.Offer), w.InStock, w.Version, w.DecidedAt, w.Offers}
	return s.put(ctx, store.Put(table, winnerOf(w.ProductID, w.Marketplace), b).Named("winner"), previous, offers.ErrBoxChanged)
}

func (s *Store) put(ctx context.Context, w store.Write, previous int64, changed error) error {
	if previous == 0 {
		w = w.If(store.Absent())
	} else {
		w = w.If(store.Eq("version", previous))
	}
	_, err := s.DB.Apply(ctx, w)
	if err == nil {
		return nil
	}
	if _, failed := store.FailedCondition(err); failed {
		return changed
	}
	if r, ok := store.AsRefused(err); ok && r.Transient() {
		return fault.New(fault.Throttled, "offers_throttled", "the offers are too busy just now").Because(err)
	}
	return fmt.Errorf("save %s: %w", w.Name, err)
}
