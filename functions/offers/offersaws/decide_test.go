package offersaws_test

import (
	"context"
	"encoding/json"
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
	"rialto/functions/offers/offersaws"
	"rialto/functions/offers/offersstore"

	"github.com/aws/aws-lambda-go/events"
)

// The two stores as they are wired: a received unit and its event give the offer the box; an event that is none is
// refused, so that it ends where a person finds it.
func TestDecide(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), memory.New()
	book, stock := &offersstore.Store{DB: db}, inventorystore.Store{DB: db}
	o := offers.Offer{ProductID: ids.Derive(ids.Product, "p"), SellerID: ids.Derive(ids.Seller, "s"), Marketplace: "US", Price: money.Of(1, "USD"),
		Shipping: money.Of(0, "USD"), Version: 1}
	h := offersaws.ReceiveChanges(&offers.Decider{Store: book, Stock: stock, Now: func() time.Time { return time.Unix(0, 0) }})
	refused := func(e outbox.Event) bool {
		t.Helper()
		e.ID, e.Key = "evt_1", o.ProductID
		body, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		out, err := h(ctx, events.SQSEvent{Records: []events.SQSMessage{{MessageId: "1", Body: string(body)}}})
		if err != nil {
			t.Fatal(err)
		}
		return len(out.BatchItemFailures) == 1
	}
	if err := book.Save(ctx, o, offers.Offer{}); err != nil {
		t.Fatal(err)
	}
	send := func(name string, data any) {
		t.Helper()
		e, err := outbox.New(name, o.ProductID, data)
		if err != nil {
			t.Fatal(err)
		}
		if refused(e) {
			t.Fatal(e, "was refused")
		}
	}
	expect := func(inStock bool, version int64) {
		t.Helper()
		if w, err := book.BuyBox(ctx, o.ProductID, "US"); err != nil || w.Offer.SellerID != o.SellerID || w.InStock != inStock || w.Version != version {
			t.Fatal(w, err)
		}
	}
	send("OfferChanged", offers.OfferChanged{ProductID: o.ProductID, Marketplace: "US", SellerID: o.SellerID, Version: 1, Price: o.Price})
	expect(false, 1)
	sku := inventory.SKU{ProductID: o.ProductID, SellerID: o.SellerID}
	if _, err := stock.Receive(ctx, inventory.Receipt{ID: "r1", SKU: sku, Centre: "us-west-1", Quantity: 3}); err != nil {
		t.Fatal(err)
	}
	change := inventory.BandChange{ProductID: sku.ProductID, SellerID: sku.SellerID, Centre: "us-west-1", Band: inventory.Low, Available: 3}
	send("StockBandChanged", change)
	expect(true, 2)
	send("StockBandChanged", change) // delivered again
	expect(true, 2)

	for _, e := range []outbox.Event{{Name: "BuyBoxChanged"}, {Name: "OfferChanged", Data: []byte(`[]`)},
		{Name: "StockBandChanged", Data: []byte(`"x"`)}} {
		if _, err := offers.ConcernOf(e.Name, e.Data); fault.Of(err).Kind != fault.Malformed || !refused(e) {
			t.Error(e.Name, err)
		}
	}
}
