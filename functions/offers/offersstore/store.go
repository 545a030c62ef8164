// Package offersstore keeps offers and buy boxes in the table offers. Keys: pk is the product, sk is
//
//	<marketplace>#<seller_id>   an offer
//	<marketplace>#!winner       the buy box; it sorts before the offers, so a query reads it first
//
// Two kinds of items are of sellers, each under a key of its own, so that no seller's are together in one place:
//
//	seller#<seller_id>, profile                   what the offers know of a seller
//	sku#<seller_id>#<marketplace>#<sku>, claim    which offer has the seller's sku
//
// The index by_seller lists a seller's offers by <marketplace>#<product_id>. It holds keys only, and they never
// change: a new price or count costs it no write. What is left, new offers, spreads over the products' ids, which are
// random, so DynamoDB can split the collection of a seller with millions of them.
package offersstore

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"rialto/functions/internal/store"
	"rialto/functions/offers"
)

const (
	table     = "offers"
	buyBoxKey = "!winner"
	bySeller  = "by_seller"
)

// Store is the only code that knows the keys of offers.
type Store struct{ DB store.DB }

func keyOf(k offers.Key) store.Key {
	return store.Key{PK: k.ProductID, SK: k.Marketplace + "#" + k.SellerID}
}

func keyOfBuyBox(product, marketplace string) store.Key {
	return keyOf(offers.Key{ProductID: product, Marketplace: marketplace, SellerID: buyBoxKey})
}

// Get returns an offer, or offer_not_found.
func (s *Store) Get(ctx context.Context, k offers.Key) (offers.Offer, error) {
	i, err := s.DB.Get(ctx, table, keyOf(k))
	if err != nil {
		return offers.Offer{}, fmt.Errorf("get offer: %w", err)
	}
	if i == nil {
		return offers.Offer{}, offers.ErrOfferNotFound
	}
	return decodeOffer(i)
}

// SKU returns what a seller calls its offer of a product in a marketplace, "" if it calls it nothing, or has none.
func (s *Store) SKU(ctx context.Context, product, marketplace, seller string) (string, error) {
	o, err := s.Get(ctx, offers.Key{ProductID: product, Marketplace: marketplace, SellerID: seller})
	if errors.Is(err, offers.ErrOfferNotFound) {
		return "", nil
	}
	return o.SKU, err
}

// GetMany returns the offers there are of keys, each read consistently.
func (s *Store) GetMany(ctx context.Context, keys ...offers.Key) (map[offers.Key]offers.Offer, error) {
	gets := make([]store.Get, len(keys))
	for i, k := range keys {
		gets[i] = store.Get{Table: table, Key: keyOf(k)}
	}
	items, err := store.Existing(ctx, s.DB, gets)
	if err != nil {
		return nil, fmt.Errorf("get offers: %w", err)
	}
	out := make(map[offers.Key]offers.Offer, len(items))
	for _, i := range items {
		o, err := decodeOffer(i)
		if err != nil {
			return nil, err
		}
		out[o.Key()] = o
	}
	return out, nil
}

// List returns the buy box of a product in a marketplace as it stood before its offers were read, and all
// offers, paused ones too, by seller. The reads are consistent.
func (s *Store) List(ctx context.Context, product, marketplace string) (offers.BuyBox, []offers.Offer, error) {
	var box offers.BuyBox
	var list []offers.Offer
	q := store.Query{Table: table, Hash: product, Prefix: marketplace + "#"}
	for i, err := range store.Items(ctx, s.DB, q) {
		if err != nil {
			return box, nil, fmt.Errorf("list offers: %w", err)
		}
		if isBuyBox(i) {
			if box, err = decodeBuyBox(i); err != nil {
				return box, nil, err
			}
			continue
		}
		o, err := decodeOffer(i)
		if err != nil {
			return box, nil, err
		}
		list = append(list, o)
	}
	return box, list, nil
}

// BuyBox returns the buy box of a product in a marketplace, the zero BuyBox if none was decided.
func (s *Store) BuyBox(ctx context.Context, product, marketplace string) (offers.BuyBox, error) {
	i, err := s.DB.Get(ctx, table, keyOfBuyBox(product, marketplace))
	if err != nil || i == nil {
		return offers.BuyBox{}, wrap("get buy box", err)
	}
	return decodeBuyBox(i)
}

// BuyBoxes returns the buy boxes there are of products in a marketplace, by product.
func (s *Store) BuyBoxes(ctx context.Context, marketplace string, products ...string) (map[string]offers.BuyBox, error) {
	gets := make([]store.Get, len(products))
	for i, p := range products {
		gets[i] = store.Get{Table: table, Key: keyOfBuyBox(p, marketplace)}
	}
	return s.buyBoxes(ctx, gets, func(w offers.BuyBox) string { return w.ProductID })
}

// buyBoxes returns the buy boxes there are, by what names one among them.
func (s *Store) buyBoxes(ctx context.Context, gets []store.Get, name func(offers.BuyBox) string) (map[string]offers.BuyBox, error) {
	items, err := store.Existing(ctx, s.DB, gets)
	if err != nil {
		return nil, fmt.Errorf("get buy boxes: %w", err)
	}
	out := make(map[string]offers.BuyBox, len(items))
	for _, i := range items {
		w, err := decodeBuyBox(i)
		if err != nil {
			return nil, err
		}
		out[name(w)] = w
	}
	return out, nil
}

func isBuyBox(i store.Item) bool { return strings.HasSuffix(text(i, "sk"), "#"+buyBoxKey) }

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
