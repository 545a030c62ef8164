package offersstore

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/internal/money"
	"rialto/functions/internal/store"
	"rialto/functions/offers"
)

// record has the fields of an Offer in their order, so that one converts into the other.
type record struct {
	ID           string       `dynamodbav:"offer_id"`
	ProductID    string       `dynamodbav:"product_id"`
	SellerID     string       `dynamodbav:"seller_id"`
	SellerName   string       `dynamodbav:"seller_name"`
	Marketplace  string       `dynamodbav:"marketplace"`
	Price        money.Amount `dynamodbav:"price"`
	Shipping     money.Amount `dynamodbav:"shipping"`
	Condition    string       `dynamodbav:"condition"`
	Fulfillment  string       `dynamodbav:"fulfillment"`
	Paused       bool         `dynamodbav:"paused"`
	Blocked      bool         `dynamodbav:"blocked,omitempty"`
	DeliveryDays int64        `dynamodbav:"delivery_days,omitempty"`
	MaxPerOrder  int64        `dynamodbav:"max_per_order,omitempty"`
	SKU          string       `dynamodbav:"sku,omitempty"`
	Version      int64        `dynamodbav:"version"`
	UpdatedAt    time.Time    `dynamodbav:"updated_at"`
}

// listed is a record with its place among its seller's offers.
type listed struct {
	record
	Listing string `dynamodbav:"listing"`
}

// buyBox is a stored BuyBox.
type buyBox struct {
	ProductID    string    `dynamodbav:"product_id"`
	Marketplace  string    `dynamodbav:"marketplace"`
	Offer        record    `dynamodbav:"offer"`
	InStock      bool      `dynamodbav:"in_stock"`
	Version      int64     `dynamodbav:"version"`
	DecidedAt    time.Time `dynamodbav:"decided_at"`
	Offers       int       `dynamodbav:"offers"`
	Score        int64     `dynamodbav:"score"`
	Rating       int64     `dynamodbav:"rating"`
	DeliveryDays int64     `dynamodbav:"delivery_days"`
}

func buyBoxOf(w offers.BuyBox) buyBox {
	return buyBox{w.ProductID, w.Marketplace, record(w.Offer), w.InStock, w.Version, w.DecidedAt, w.Offers, w.Score, w.Rating, w.DeliveryDays}
}

func decodeOffer(i store.Item) (offers.Offer, error) {
	var r record
	if err := store.Unmarshal(i, &r); err != nil {
		return offers.Offer{}, fmt.Errorf("read offer: %w", err)
	}
	r.UpdatedAt = r.UpdatedAt.UTC()
	return offers.Offer(r), nil
}

func decodeBuyBox(i store.Item) (offers.BuyBox, error) {
	var b buyBox
	if err := store.Unmarshal(i, &b); err != nil {
		return offers.BuyBox{}, fmt.Errorf("read buy box: %w", err)
	}
	b.Offer.UpdatedAt = b.Offer.UpdatedAt.UTC()
	return offers.BuyBox{ProductID: b.ProductID, Marketplace: b.Marketplace, Offer: offers.Offer(b.Offer), InStock: b.InStock,
		Version: b.Version, DecidedAt: b.DecidedAt.UTC(), Offers: b.Offers, Score: b.Score, Rating: b.Rating, DeliveryDays: b.DeliveryDays}, nil
}

func text(i store.Item, attr string) string {
	s, _ := i[attr].(*types.AttributeValueMemberS)
	if s == nil {
		return ""
	}
	return s.Value
}
