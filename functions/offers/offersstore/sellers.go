package offersstore

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/store"
	"rialto/functions/offers"
)

const (
	profilePrefix = "seller#"
	claimPrefix   = "sku#"
)

// sellerProfile is a stored SellerProfile. Its version rises with each change.
type sellerProfile struct {
	SellerID string `dynamodbav:"of_seller"`
	Rating   int64  `dynamodbav:"rating"`
	Ratings  int64  `dynamodbav:"ratings"`
	Rated    int64  `dynamodbav:"rated"`
	Name     string `dynamodbav:"seller_name"`
	Named    int64  `dynamodbav:"named"`
	Blocked  bool   `dynamodbav:"blocked"`
	Standing int64  `dynamodbav:"standing"`
	Version  int64  `dynamodbav:"version"`
}

func (x sellerProfile) profile() offers.SellerProfile {
	return offers.SellerProfile{SellerID: x.SellerID, Rating: x.Rating, Ratings: x.Ratings, Rated: x.Rated, Name: x.Name, Named: x.Named,
		Blocked: x.Blocked, Standing: x.Standing}
}

// claim says which product's offer has a sku.
type claim struct {
	ProductID string `dynamodbav:"product_id"`
}

func profileOf(seller string) store.Key { return store.Key{PK: profilePrefix + seller, SK: "profile"} }

func claimOf(k offers.Key, sku string) store.Key {
	return store.Key{PK: claimPrefix + k.SellerID + "#" + k.Marketplace + "#" + sku, SK: "claim"}
}

func listingOf(k offers.Key) string { return k.Marketplace + "#" + k.ProductID }

// ofSeller tells whether an item is neither an offer nor a buy box.
func ofSeller(i store.Item) bool {
	pk := text(i, "pk")
	return strings.HasPrefix(pk, profilePrefix) || strings.HasPrefix(pk, claimPrefix)
}

// SellerProfiles returns what is known of sellers, by id, each read consistently.
func (s *Store) SellerProfiles(ctx context.Context, sellers ...string) (map[string]offers.SellerProfile, error) {
	gets := make([]store.Get, len(sellers))
	for i, id := range sellers {
		gets[i] = store.Get{Table: table, Key: profileOf(id)}
	}
	items, err := store.Existing(ctx, s.DB, gets)
	if err != nil {
		return nil, fmt.Errorf("get seller profiles: %w", err)
	}
	out := make(map[string]offers.SellerProfile, len(items))
	for _, i := range items {
		x, err := decodeSellerProfile(i)
		if err != nil {
			return nil, err
		}
		out[x.SellerID] = x.profile()
	}
	return out, nil
}

func decodeSellerProfile(i store.Item) (sellerProfile, error) {
	var x sellerProfile
	if err := store.Unmarshal(i, &x); err != nil {
		return x, fmt.Errorf("read seller profile: %w", err)
	}
	return x, nil
}

// Rating returns what customers think of a seller, in hundredths of a star, and how many do; 0 and 0 if nobody has.
func (s *Store) Rating(ctx context.Context, seller string) (rating, count int64, err error) {
	all, err := s.SellerProfiles(ctx, seller)
	return all[seller].Rating, all[seller].Ratings, err
}

// UpdateSellerProfile makes a change of what is known of a seller, made from what stands; none if change returns that.
func (s *Store) UpdateSellerProfile(ctx context.Context, seller string, change func(offers.SellerProfile) offers.SellerProfile) error {
	for {
		i, err := s.DB.Get(ctx, table, profileOf(seller))
		if err != nil {
			return fmt.Errorf("get seller profile: %w", err)
		}
		x, err := decodeSellerProfile(i)
		if err != nil {
			return err
		}
		before := x.profile()
		before.SellerID = seller
		after := change(before)
		if after == before {
			return nil
		}
		next := sellerProfile{seller, after.Rating, after.Ratings, after.Rated, after.Name, after.Named, after.Blocked, after.Standing, x.Version + 1}
		w := over(store.Put(table, profileOf(seller), next).Named("seller profile"), x.Version)
		if err = s.put(ctx, w, errOvertaken); err != errOvertaken { // each failure means that another got in
			return err
		}
	}
}

var errOvertaken = errors.New("another profile was saved meanwhile")

// OfSeller returns up to limit offers of a seller, of one marketplace or ("") all, after a place ("" for the first),
// and where the next page begins, "" on the last. The order is stable and means nothing. Which offers there are is
// what the index says, and may be a moment behind; each is read consistently. It fails with invalid_cursor on an
// after that is no place in that list.
func (s *Store) OfSeller(ctx context.Context, seller, marketplace, after string, limit int) ([]offers.Offer, string, error) {
	q := store.Query{Table: table, Index: bySeller, HashAttr: "seller_id", Hash: seller, SortAttr: "listing", Limit: limit}
	if marketplace != "" {
		q.Prefix = marketplace + "#"
	}
	if after != "" {
		market, product, _ := strings.Cut(after, "#")
		if !strings.HasPrefix(after, q.Prefix) || !ids.Valid(ids.Product, product) {
			return nil, "", fault.ErrCursor
		}
		k := keyOf(offers.Key{ProductID: product, Marketplace: market, SellerID: seller})
		q.After = store.Item{"pk": value(k.PK), "sk": value(k.SK), "seller_id": value(seller), "listing": value(after)}
	}
	page, err := s.DB.Query(ctx, q)
	if err != nil {
		return nil, "", fmt.Errorf("list seller's offers: %w", err)
	}
	var keys []offers.Key
	for _, i := range page.Items {
		market, _, _ := strings.Cut(text(i, "sk"), "#")
		keys = append(keys, offers.Key{ProductID: text(i, "pk"), Marketplace: market, SellerID: seller})
	}
	found, err := s.GetMany(ctx, keys...)
	if err != nil {
		return nil, "", err
	}
	var out []offers.Offer
	for _, k := range keys {
		if o, there := found[k]; there {
			out = append(out, o)
		}
	}
	if page.Next == nil || len(keys) == 0 {
		return out, "", nil
	}
	return out, listingOf(keys[len(keys)-1]), nil
}

// BySKU returns the seller's offer in a marketplace that has a sku, or offer_not_found.
func (s *Store) BySKU(ctx context.Context, seller, marketplace, sku string) (offers.Offer, error) {
	k := offers.Key{Marketplace: marketplace, SellerID: seller}
	i, err := s.DB.Get(ctx, table, claimOf(k, sku))
	if err != nil {
		return offers.Offer{}, fmt.Errorf("get sku: %w", err)
	}
	if i == nil {
		return offers.Offer{}, offers.ErrOfferNotFound
	}
	k.ProductID = text(i, "product_id")
	o, err := s.Get(ctx, k)
	if err == nil && o.SKU != sku { // it was given up between the two reads
		return offers.Offer{}, offers.ErrOfferNotFound
	}
	return o, err
}

func value(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
