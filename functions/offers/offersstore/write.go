package offersstore

import (
	"context"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
	"rialto/functions/offers"
)

// Save writes an offer over before, the zero Offer for none. It fails with offer_changed if one of another version
// stands there, and with sku_taken if another of the seller's offers in the marketplace has its sku.
func (s *Store) Save(ctx context.Context, o, before offers.Offer) error {
	w := over(store.Put(table, keyOf(o.Key()), listed{recordOf(o), listingOf(o.Key())}).Named("offer"), before.Version)
	if o.SKU == before.SKU {
		return s.put(ctx, w, offers.ErrChanged)
	}
	writes := []store.Write{w}
	if before.SKU != "" {
		writes = append(writes, freed(before))
	}
	if o.SKU != "" {
		writes = append(writes, store.Put(table, claimOf(o.Key(), o.SKU),
			claim{o.ProductID}).If(store.Any(store.Absent(), store.Eq("product_id", o.ProductID))).Named("sku"))
	}
	err := s.DB.Transact(ctx, writes...)
	if r, refused := store.AsRefused(err); refused {
		if _, failed := r.Failed("offer"); failed {
			return offers.ErrChanged
		}
		if _, failed := r.Failed("sku"); failed {
			return offers.ErrSKUTaken
		}
	}
	return refusal("save offer", err)
}

// Delete takes an offer away, and frees its sku. It fails with offer_changed if one of another version stands there, or none.
func (s *Store) Delete(ctx context.Context, o offers.Offer) error {
	writes := []store.Write{store.Delete(table, keyOf(o.Key())).If(store.Eq("version", o.Version)).Named("offer")}
	if o.SKU != "" {
		writes = append(writes, freed(o))
	}
	err := s.DB.Transact(ctx, writes...)
	if r, refused := store.AsRefused(err); refused {
		if _, failed := r.Failed("offer"); failed {
			return offers.ErrChanged
		}
	}
	return refusal("delete offer", err)
}

// freed is the write that takes an offer's sku from it.
func freed(o offers.Offer) store.Write {
	return store.Delete(table, claimOf(o.Key(), o.SKU)).If(store.Any(store.Absent(), store.Eq("product_id", o.ProductID))).Named("freed sku")
}

// SaveBuyBox writes a buy box over the one of version previous, 0 for none. It fails with buy_box_changed if
// another stands there.
func (s *Store) SaveBuyBox(ctx context.Context, w offers.BuyBox, previous int64) error {
	return s.put(ctx, over(store.Put(table, keyOfBuyBox(w.ProductID, w.Marketplace), buyBoxOf(w)).Named("buy box"), previous), offers.ErrBuyBoxChanged)
}

// over is a write that only an item of that version, 0 for none, admits.
func over(w store.Write, previous int64) store.Write {
	if previous == 0 {
		return w.If(store.Absent())
	}
	return w.If(store.Eq("version", previous))
}

func (s *Store) put(ctx context.Context, w store.Write, changed error) error {
	_, err := s.DB.Apply(ctx, w)
	if _, failed := store.FailedCondition(err); failed {
		return changed
	}
	return refusal("save "+w.Name, err)
}

// refusal makes a fault of what may pass later.
func refusal(what string, err error) error { return store.Explained(what, err, errBusy) }

var errBusy = fault.New(fault.Throttled, "offers_throttled", "the offers are too busy just now")
