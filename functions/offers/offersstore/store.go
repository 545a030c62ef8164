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
	"fmt"
	"strings"

	"rialto/functions/internal/store"
	"rialto/functions/offers"
)

const (
	table     = "offers"
	winnerKey = "!winner"
	bySeller  = "by_seller"
)

// Store is the only code that knows the keys of offers.
type Store struct{ DB store.DB }

func keyOf(k offers.Key) store.Key {
	return store.Key{PK: k.ProductID, SK: k.Marketplace + "#" + k.SellerID}
}

func winnerOf(product, marketplace string) store.Key {
	return keyOf(offers.Key{ProductID: product, Marketplace: marketplace, SellerID: winnerKey})
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
func (s *Store) List(ctx context.Context, product, marketplace string) (offers.Winner, []offers.Offer, error) {
	var winner offers.Winner
	var list []offers.Offer
	q := store.Query{Table: table, Hash: product, Prefix: marketplace + "#"}
	for i, err := range store.Items(ctx, s.DB, q) {
		if err != nil {
			return winner, nil, fmt.Errorf("list offers: %w", err)
		}
		if isWinner(i) {
			if winner, err = decodeWinner(i); err != nil {
				return winner, nil, err
			}
			continue
		}
		o, err := decodeOffer(i)
		if err != nil {
			return winner, nil, err
		}
		list = append(list, o)
	}
	return winner, list, nil
}

// Winner returns the buy box of a product in a marketplace, the zero Winner if none was decided.
func (s *Store) Winner(ctx context.Context, product, marketplace string) (offers.Winner, error) {
	i, err := s.DB.Get(ctx, table, winnerOf(product, marketplace))
	if err != nil || i == nil {
		return offers.Winner{}, wrap("get winner", err)
	}
	return decodeWinner(i)
}

// Winners returns the buy boxes there are of products in a marketplace, by product.
func (s *Store) Winners(ctx context.Context, marketplace string, products ...string) (map[string]offers.Winner, error) {
	gets := make([]store.Get, len(products))
	for i, p := range products {
		gets[i] = store.Get{Table: table, Key: winnerOf(p, marketplace)}
	}
	return s.winners(ctx, gets, func(w offers.Winner) string { return w.ProductID })
}

// winners returns the buy boxes there are, by what names one among them.
func (s *Store) winners(ctx context.Context, gets []store.Get, name func(offers.Winner) string) (map[string]offers.Winner, error) {
	items, err := store.Existing(ctx, s.DB, gets)
	if err != nil {
		return nil, fmt.Errorf("get winners: %w", err)
	}
	out := make(map[string]offers.Winner, len(items))
	for _, i := range items {
		w, err := decodeWinner(i)
		if err != nil {
			return nil, err
		}
		out[name(w)] = w
	}
	return out, nil
}

func isWinner(i store.Item) bool { return strings.HasSuffix(text(i, "sk"), "#"+winnerKey) }

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
