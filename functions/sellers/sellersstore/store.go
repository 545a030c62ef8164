// Package sellersstore keeps sellers and feeds. Keys:
//
//	sellers  sel_…                                    a seller: its profile and its tier
//	feeds    fed_…, feed                              a feed; in the index by_seller, by when it was created
//	         fed_…, chunk#<number>                    a chunk that is counted
//	         key#<seller>#<idempotency key>, key      the feed that a key made
//	         file#<seller>#<etag>, file               the feed that last came with such a file
//	         told#<seller>, profile                   what others are told of the seller's profile
//
// Every request of a seller writes to the table sellers, so nobody reads its stream: what others are to hear of is
// written to feeds beside it.
package sellersstore

import (
	"context"
	"fmt"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ratelimit"
	"rialto/functions/internal/store"
	"rialto/functions/sellers"
)

const (
	sellersTable = "sellers"
	feedsTable   = "feeds"
	bySeller     = "by_seller"

	feedSK      = "feed"
	toldSK      = "profile"
	chunkPrefix = "chunk#"
)

// Store is the only code that knows these keys.
type Store struct{ DB store.DB }

func sellerKey(id string) store.Key { return store.Key{PK: id} }
func feedKey(id string) store.Key   { return store.Key{PK: id, SK: feedSK} }
func chunkKey(id string, n int64) store.Key {
	return store.Key{PK: id, SK: fmt.Sprintf("%s%010d", chunkPrefix, n)}
}
func madeKey(seller, key string) store.Key {
	return store.Key{PK: "key#" + seller + "#" + key, SK: "key"}
}
func toldKey(seller string) store.Key { return store.Key{PK: "told#" + seller, SK: toldSK} }
func fileKey(seller, etag string) store.Key {
	return store.Key{PK: "file#" + seller + "#" + etag, SK: "file"}
}

// Profile returns a seller's profile, one of version 0 if it has put none.
func (s Store) Profile(ctx context.Context, sellerID string) (sellers.Profile, error) {
	var p sellers.Profile
	i, err := s.DB.Get(ctx, sellersTable, sellerKey(sellerID))
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
	w := store.Update(sellersTable, sellerKey(p.SellerID)).Set("seller_id", p.SellerID).Set("display_name", p.Name).Set("country", p.Country).
		Set("version", p.Version).SetIfAbsent("created_at", p.CreatedAt).Set("updated_at", p.UpdatedAt).Named("seller")
	if previous == 0 {
		w = w.If(store.Lacks("version"))
	} else {
		w = w.If(store.Eq("version", previous))
	}
	err := s.DB.Transact(ctx, w, store.Put(feedsTable, toldKey(p.SellerID), p.Changed()).Named("told"))
	if r, refused := store.AsRefused(err); refused {
		if _, failed := r.Failed("seller"); failed {
			return sellers.ErrProfileChanged
		}
	}
	return refusal("save seller", err)
}

// SetTier gives a seller a tier, and its bucket the tier's limit, both or neither.
func (s Store) SetTier(ctx context.Context, sellerID, tier string) error {
	t := sellers.TierNamed(tier)
	return refusal("set tier", s.DB.Transact(ctx, store.Update(sellersTable, sellerKey(sellerID)).Set("tier", t.Name).Named("seller"),
		ratelimit.SetLimit(sellerID, ratelimit.Limit{Name: t.Name, Rate: t.Rate, Burst: t.Burst})))
}

// refusal makes a fault of what may pass later.
func refusal(what string, err error) error { return store.Explained(what, err, errBusy) }

var errBusy = fault.New(fault.Throttled, "sellers_throttled", "too much is asked of this seller's records just now")
