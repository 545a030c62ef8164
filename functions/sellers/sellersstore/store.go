// Package sellersstore keeps sellers: an item each in the table sellers, by its id, with its profile and its tier.
package sellersstore

import (
	"context"
	"fmt"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ratelimit"
	"rialto/functions/internal/store"
	"rialto/functions/sellers"
)

const table = "sellers"

// Store is the only code that knows these keys.
type Store struct{ DB store.DB }

func key(sellerID string) store.Key { return store.Key{PK: sellerID} }

// Profile returns a seller's profile, one of version 0 if it has put none.
func (s Store) Profile(ctx context.Context, sellerID string) (sellers.Profile, error) {
	var p sellers.Profile
	i, err := s.DB.Get(ctx, table, key(sellerID))
	if err != nil {
		return p, fmt.Errorf("get seller: %w", err)
	}
	if err := store.Unmarshal(i, &p); err != nil {
		return p, fmt.Errorf("read seller: %w", err)
	}
	p.CreatedAt, p.UpdatedAt = p.CreatedAt.UTC(), p.UpdatedAt.UTC()
	return p, nil
}

// SaveProfile writes what a seller says of itself over the profile of version previous, 0 for none. It leaves the tier
// as it is. Errors: profile_changed.
func (s Store) SaveProfile(ctx context.Context, p sellers.Profile, previous int64) error {
	w := store.Update(table, key(p.SellerID)).Set("seller_id", p.SellerID).Set("display_name", p.Name).Set("country", p.Country).
		Set("version", p.Version).SetIfAbsent("created_at", p.CreatedAt).Set("updated_at", p.UpdatedAt).Named("seller")
	if previous == 0 {
		w = w.If(store.Lacks("version"))
	} else {
		w = w.If(store.Eq("version", previous))
	}
	_, err := s.DB.Apply(ctx, w)
	if _, failed := store.FailedCondition(err); failed {
		return sellers.ErrProfileChanged
	}
	return refusal("save seller", err)
}

// SetTier gives a seller a tier, and its bucket the tier's limit, both or neither.
func (s Store) SetTier(ctx context.Context, sellerID, tier string) error {
	t := sellers.TierNamed(tier)
	return refusal("set tier", s.DB.Transact(ctx, store.Update(table, key(sellerID)).Set("tier", t.Name).Named("seller"),
		ratelimit.SetLimit(sellerID, ratelimit.Limit{Name: t.Name, Rate: t.Rate, Burst: t.Burst})))
}

// refusal makes a fault of what may pass later.
func refusal(what string, err error) error { return store.Explained(what, err, errBusy) }

var errBusy = fault.New(fault.Throttled, "sellers_throttled", "too much is asked of this seller's records just now")
