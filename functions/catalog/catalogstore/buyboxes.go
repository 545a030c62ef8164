package catalogstore

import (
	"context"
	"fmt"

	"rialto/functions/catalog"
	"rialto/functions/internal/money"
	"rialto/functions/internal/store"
)

// buyBoxes is the table of what pages show of offers. Keys: pk is the product, sk the marketplace.
const buyBoxes = "buy_boxes"

// buyBox has the fields of a BuyBox in their order, so that one converts into the other.
type buyBox struct {
	ProductID   string       `dynamodbav:"pk"`
	Marketplace string       `dynamodbav:"sk"`
	OfferID     string       `dynamodbav:"offer_id"`
	SellerID    string       `dynamodbav:"seller_id"`
	SellerName  string       `dynamodbav:"seller_name"`
	Price       money.Amount `dynamodbav:"price"`
	Landed      money.Amount `dynamodbav:"landed"`
	InStock     bool         `dynamodbav:"in_stock"`
	OfferCount  int          `dynamodbav:"offer_count"`
	Version     int64        `dynamodbav:"version"`
	Condition   string       `dynamodbav:"condition,omitempty"`
}

func buyBoxKey(product, marketplace string) store.Key {
	return store.Key{PK: product, SK: marketplace}
}

func buyBoxOf(i store.Item) (catalog.BuyBox, error) {
	var b buyBox
	if err := store.Unmarshal(i, &b); err != nil {
		return catalog.BuyBox{}, fmt.Errorf("read buy box: %w", err)
	}
	return catalog.BuyBox(b), nil
}

// BuyBox returns what pages show of a product's offers in a marketplace, the zero BuyBox if no event told of any.
func (s *Store) BuyBox(ctx context.Context, product, marketplace string) (catalog.BuyBox, error) {
	i, err := s.DB.Get(ctx, buyBoxes, buyBoxKey(product, marketplace))
	if err != nil {
		return catalog.BuyBox{}, fmt.Errorf("get buy box: %w", err)
	}
	return buyBoxOf(i)
}

// BuyBoxes returns the buy boxes there are of products in a marketplace, by product.
func (s *Store) BuyBoxes(ctx context.Context, marketplace string, products ...string) (map[string]catalog.BuyBox, error) {
	gets := make([]store.Get, len(products))
	for n, p := range products {
		gets[n] = store.Get{Table: buyBoxes, Key: buyBoxKey(p, marketplace)}
	}
	items, err := store.Existing(ctx, s.DB, gets)
	if err != nil {
		return nil, fmt.Errorf("get buy boxes: %w", err)
	}
	out := make(map[string]catalog.BuyBox, len(items))
	for _, i := range items {
		b, err := buyBoxOf(i)
		if err != nil {
			return nil, err
		}
		out[b.ProductID] = b
	}
	return out, nil
}

// SaveBuyBox writes a buy box unless one of the same or a higher version stands there.
func (s *Store) SaveBuyBox(ctx context.Context, b catalog.BuyBox) error {
	w := store.Put(buyBoxes, buyBoxKey(b.ProductID, b.Marketplace), buyBox(b)).Named("buy box")
	return refusal("save buy box", store.ApplyNewer(ctx, s.DB, w, b.Version))
}
