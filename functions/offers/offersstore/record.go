package offersstore

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/internal/money"
	"rialto/functions/internal/store"
	"rialto/functions/offers"
)

// record is a stored Offer.
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
	Sale         *offers.Sale `dynamodbav:"sale,omitempty"`
	Version      int64        `dynamodbav:"version"`
	UpdatedAt    time.Time    `dynamodbav:"updated_at"`
	Followed     int64        `dynamodbav:"followed,omitempty"`
}

func recordOf(o offers.Offer) record {
	r := record{o.ID, o.ProductID, o.SellerID, o.SellerName, o.Marketplace, o.Price, o.Shipping, o.Condition, o.Fulfillment, o.Paused,
		o.Blocked, o.DeliveryDays, o.MaxPerOrder, o.SKU, nil, o.Version, o.UpdatedAt, o.Followed}
	if !o.Sale.None() {
		r.Sale = &o.Sale
	}
	return r
}

func (r record) offer() offers.Offer {
	o := offers.Offer{ID: r.ID, ProductID: r.ProductID, SellerID: r.SellerID, SellerName: r.SellerName, Marketplace: r.Marketplace, Price: r.Price,
		Shipping: r.Shipping, Condition: r.Condition, Fulfillment: r.Fulfillment, Paused: r.Paused, Blocked: r.Blocked, DeliveryDays: r.DeliveryDays,
		MaxPerOrder: r.MaxPerOrder, SKU: r.SKU, Version: r.Version, UpdatedAt: r.UpdatedAt.UTC(), Followed: r.Followed}
	if r.Sale != nil {
		o.Sale = offers.Sale{Price: r.Sale.Price, Starts: r.Sale.Starts.UTC(), Ends: r.Sale.Ends.UTC()}
	}
	return o
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
	// A box of which an offer's price will turn is in the index due, in one of some buckets; others are not.
	DueAt  string `dynamodbav:"due_at,omitempty"`
	Bucket string `dynamodbav:"due_bucket,omitempty"`
}

// sortable orders instants as texts.
const sortable = "2006-01-02T15:04:05Z"

func buyBoxOf(w offers.BuyBox) buyBox {
	b := buyBox{ProductID: w.ProductID, Marketplace: w.Marketplace, Offer: recordOf(w.Offer), InStock: w.InStock, Version: w.Version,
		DecidedAt: w.DecidedAt, Offers: w.Offers, Score: w.Score, Rating: w.Rating, DeliveryDays: w.DeliveryDays}
	if !w.Turns.IsZero() {
		b.DueAt, b.Bucket = w.Turns.UTC().Format(sortable), bucketOf(w.ProductID)
	}
	return b
}

func decodeOffer(i store.Item) (offers.Offer, error) {
	var r record
	if err := store.Unmarshal(i, &r); err != nil {
		return offers.Offer{}, fmt.Errorf("read offer: %w", err)
	}
	return r.offer(), nil
}

func decodeBuyBox(i store.Item) (offers.BuyBox, error) {
	var b buyBox
	if err := store.Unmarshal(i, &b); err != nil {
		return offers.BuyBox{}, fmt.Errorf("read buy box: %w", err)
	}
	var turns time.Time
	if b.DueAt != "" {
		var err error
		if turns, err = time.Parse(sortable, b.DueAt); err != nil {
			return offers.BuyBox{}, fmt.Errorf("read buy box: %w", err)
		}
	}
	return offers.BuyBox{Turns: turns, ProductID: b.ProductID, Marketplace: b.Marketplace, Offer: b.Offer.offer(), InStock: b.InStock,
		Version: b.Version, DecidedAt: b.DecidedAt.UTC(), Offers: b.Offers, Score: b.Score, Rating: b.Rating, DeliveryDays: b.DeliveryDays}, nil
}

func text(i store.Item, attr string) string {
	s, _ := i[attr].(*types.AttributeValueMemberS)
	if s == nil {
		return ""
	}
	return s.Value
}
