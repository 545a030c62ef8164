package main

import (
	"context"
	"testing"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
	"rialto/functions/internal/outbox"
	"rialto/functions/inventory"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/laboratory/memory"
	"rialto/functions/offers"
	"rialto/functions/offers/offersstore"
)

// The two stores as they are wired: a received unit and its event give the offer the box; an event that is none is
// refused, so that it ends where a person finds it.
func TestDecide(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), memory.New()
	book, shelf := &offersstore.Store{DB: db}, inventorystore.Store{DB: db}
	svc := &offers.Service{Book: book, Boxes: book, Stock: shelf, Now: func() time.Time { return time.Unix(0, 0) }}
	do := func(ctx context.Context, e outbox.Event) error {
		what, err := subject(e)
		if err != nil {
			return err
		}
		return settle(svc)(ctx, what)
	}

	o := offers.Offer{ProductID: ids.Derive(ids.Product, "p"), SellerID: ids.Derive(ids.Seller, "s"), Marketplace: "US", Price: money.Of(1, "USD"), Shipping: money.Of(0, "USD"), Version: 1}
	if err := book.Save(ctx, o, offers.Offer{}); err != nil {
		t.Fatal(err)
	}
	send := func(name string, data any) {
		t.Helper()
		e, err := outbox.New(name, o.ProductID, data)
		if err != nil {
			t.Fatal(err)
		}
		if err := do(ctx, e); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(inStock bool, version int64) {
		t.Helper()
		if w, err := book.Winner(ctx, o.ProductID, "US"); err != nil || w.Offer.SellerID != o.SellerID || w.InStock != inStock || w.Version != version {
			t.Fatal(w, err)
		}
	}
	send("OfferChanged", offers.OfferChanged{ProductID: o.ProductID, Marketplace: "US", SellerID: o.SellerID, Version: 1, Price: o.Price})
	expect(false, 1)
	sku := inventory.SKU{ProductID: o.ProductID, SellerID: o.SellerID}
	if _, err := shelf.Receive(ctx, inventory.Receipt{ID: "r1", SKU: sku, Centre: "us-west-1", Quantity: 3}); err != nil {
		t.Fatal(err)
	}
	change := inventory.BandChange{ProductID: sku.ProductID, SellerID: sku.SellerID, Centre: "us-west-1", Band: inventory.Low, Available: 3}
	send("StockBandChanged", change)
	expect(true, 2)
	send("StockBandChanged", change) // delivered again
	expect(true, 2)

	for _, e := range []outbox.Event{{Name: "BuyBoxChanged"}, {Name: "OfferChanged", Data: []byte(`[]`)}, {Name: "StockBandChanged", Data: []byte(`"x"`)}} {
		if err := do(ctx, e); fault.Of(err).Kind != fault.Malformed {
			t.Error(e.Name, err)
		}
	}
}
