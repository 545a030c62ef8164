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

// nameKey is of the item that says whose a name is: of each look there is one.
func nameKey(name string) store.Key { return store.Key{PK: "name#" + sellers.Looks(name)} }

// SaveProfile writes what a seller says of itself over the profile previous, of version 0 for none, and takes its name, which
// nobody else may go by. It leaves the tier as it is. Errors: profile_changed, name_taken.
func (s Store) SaveProfile(ctx context.Context, p, previous sellers.Profile) error {
	w := store.Update(table, key(p.SellerID)).Set("seller_id", p.SellerID).Set("display_name", p.Name).Set("country", p.Country).
		Set("legal", p.Legal).Set("version", p.Version).SetIfAbsent("created_at", p.CreatedAt).Set("updated_at", p.UpdatedAt).Named("seller")
	if previous.Version == 0 {
		w = w.If(store.Lacks("version"))
	} else {
		w = w.If(store.Eq("version", previous.Version))
	}
	name := nameKey(p.Name)
	writes := []store.Write{w, store.Put(table, name, owner{p.SellerID}).If(store.Any(store.Absent(), store.Eq("seller_id", p.SellerID))).Named("name")}
	if old := nameKey(previous.Name); previous.Version > 0 && old != name {
		writes = append(writes, store.Delete(table, old).If(store.Any(store.Absent(), store.Eq("seller_id", p.SellerID))).Named("old name"))
	}
	err := s.DB.Transact(ctx, writes...)
	if refused, ok := store.AsRefused(err); ok {
		if _, failed := refused.Failed("seller"); failed {
			return sellers.ErrProfileChanged
		}
		if _, failed := refused.Failed("name"); failed {
			return sellers.ErrNameTaken
		}
	}
	return refusal("save seller", err)
}

// owner is an item that says whose a name is.
type owner struct {
	SellerID string `dynamodbav:"seller_id"`
}

// SetTier gives a seller a tier, and its bucket the tier's limit, both or neither.
func (s Store) SetTier(ctx context.Context, sellerID, tier string) error {
	t := sellers.TierNamed(tier)
	return refusal("set tier", s.DB.Transact(ctx, store.Update(table, key(sellerID)).Set("tier", t.Name).Named("seller"),
		ratelimit.SetLimit(sellerID, ratelimit.Limit{Name: t.Name, Rate: t.Rate, Burst: t.Burst})))
}

// Block sets whether a seller is blocked, and tells whether it was not so before.
func (s Store) Block(ctx context.Context, sellerID string, blocked bool) (bool, error) {
	other := store.Eq("blocked", true)
	if blocked {
		other = store.Not(other) // of nobody it was said before, too
	}
	_, err := s.DB.Apply(ctx, store.Update(table, key(sellerID)).Set("seller_id", sellerID).Set("blocked", blocked).Add("standing", 1).
		If(other).Named("seller"))
	if _, so := store.FailedCondition(err); so {
		return false, nil
	}
	return err == nil, refusal("block seller", err)
}

// Blocked tells whether a seller is blocked.
func (s Store) Blocked(ctx context.Context, sellerID string) (bool, error) {
	p, err := s.Profile(ctx, sellerID)
	return p.Blocked, err
}

// refusal makes a fault of what may pass later.
func refusal(what string, err error) error { return store.Explained(what, err, errBusy) }

var errBusy = fault.New(fault.Throttled, "sellers_throttled", "too much is asked of this seller's records just now")
