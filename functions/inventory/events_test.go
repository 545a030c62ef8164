package inventory_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/fault"
	"rialto/functions/inventory"
	"rialto/functions/inventory/inventorystore"
)

// Seen to catch: a cancelled shipment booked as gone.
func TestAShipmentBooksItsHolds(t *testing.T) {
	t.Parallel()
	sku := inventory.SKU{ProductID: "p", SellerID: "s"}
	plan := inventory.Plan{Lines: []inventory.PlannedLine{{Line: sku.String(), ProductID: "p", SellerID: "s",
		Picks: []inventory.Pick{{Centre: "us-west-1", Quantity: 2}}}}}
	data := []byte(`{"order_id":"ord_1","shipment_id":"shp_1","lines":[{"line":"p#s","fulfillment_center_id":"us-west-1","quantity":2}]}`)
	for event, want := range map[string]inventory.Stock{
		"ShipmentShipped":   {SKU: sku, Centre: "us-west-1", Available: 1, Received: 3, Shipped: 2, Version: 3},
		"ShipmentCancelled": {SKU: sku, Centre: "us-west-1", Available: 3, Received: 3, Version: 3},
	} {
		svc, s := service()
		receipt := inventory.Receipt{ID: "r1", SKU: sku, Centre: "us-west-1", Quantity: 3}
		if _, err := svc.Receive(ctx, inventory.Batch{Rows: []inventory.Receipt{receipt}}); err != nil {
			t.Fatal(err)
		}
		if _, err := svc.Hold(ctx, inventory.HoldInput{OrderID: "ord_1", Plan: plan, ExpiresAt: now.Add(time.Minute)}); err != nil {
			t.Fatal(err)
		}
		if err := s.DB.Transact(ctx, inventorystore.Commit("ord_1", plan, now)...); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := svc.HandleEvent(ctx, event, data, now); err != nil {
				t.Fatal(err)
			}
		}
		stock, err := s.Stock(ctx, sku)
		if diff := cmp.Diff([]inventory.Stock{want}, stock); err != nil || diff != "" {
			t.Error(event, err, diff)
		}
	}
}

// What an event tells of happened when it says, or else when it occurred, however late it comes: here a day after a count that
// had seen it. Seen to catch: the time of the delivery; the event's own time in place of what it says.
func TestAnEventTellsOfThenNotOfNow(t *testing.T) {
	t.Parallel()
	svc, s := service()
	sku := inventory.SKU{ProductID: "p", SellerID: "s"}
	at := now.Add(-24 * time.Hour)
	count := inventory.Change{ID: "k1", SKU: sku, Centre: "us-west-1", Kind: inventory.Counted, Quantity: 5, AsOf: at}
	if _, err := svc.Apply(ctx, []inventory.Change{count}); err != nil {
		t.Fatal(err)
	}
	for n, x := range []struct {
		occurred time.Time
		received string
		want     int64
	}{
		{at.Add(-time.Minute), ``, 5},
		{at.Add(time.Minute), `,"received_at":"2026-11-26T07:59:00Z"`, 5},
		{at.Add(-time.Minute), `,"received_at":"2026-11-26T08:01:00Z"`, 6},
		{at.Add(time.Minute), ``, 7},
	} {
		data := fmt.Sprintf(`{"return_id":"ret_%d","order_id":"ord_1","seller_id":"s","lines":[`+
			`{"line":"p#s","product_id":"p","fulfillment_center_id":"us-west-1","quantity":1}]%s}`, n, x.received)
		if err := svc.HandleEvent(ctx, "ReturnReceived", []byte(data), x.occurred); err != nil {
			t.Fatal(err)
		}
		if stock, err := s.Stock(ctx, sku); err != nil || stock[0].Available != x.want {
			t.Error(n, stock, err)
		}
	}
}

// A return comes back once, however often it is told; one that cannot be booked is told again. Seen to catch: units that
// come back as new goods.
func TestAReturn(t *testing.T) {
	t.Parallel()
	svc, s := service()
	returned := func(id, quantity string) error {
		return svc.HandleEvent(ctx, "ReturnReceived", []byte(`{"return_id":"`+id+`","order_id":"ord_1","seller_id":"s","lines":[`+
			`{"line":"p#s","product_id":"p","fulfillment_center_id":"us-west-1","quantity":`+quantity+`}]}`), now)
	}
	for range 2 {
		if err := returned("ret_a", "2"); err != nil {
			t.Fatal(err)
		}
	}
	stock, err := s.Stock(ctx, inventory.SKU{ProductID: "p", SellerID: "s"})
	if err != nil || len(stock) != 1 || stock[0].Available != 2 || stock[0].Returned != 2 || stock[0].Received != 0 {
		t.Error(stock, err)
	}
	if err := returned("ret_b", "0"); err == nil {
		t.Error("nothing comes back, and nobody is told")
	}
}

// Lines of one return may be of the same units in the same centre, and each comes back. Seen to catch: a change's id that
// follows from the return alone (the second line is refused as another change, or taken for the first told again).
func TestEachLineOfAReturnComesBack(t *testing.T) {
	t.Parallel()
	svc, s := service()
	line := func(line, product, quantity string) string {
		return `{"line":"` + line + `","product_id":"` + product + `","fulfillment_center_id":"us-west-1","quantity":` + quantity + `}`
	}
	data := []byte(`{"return_id":"ret_a","order_id":"ord_1","seller_id":"s","lines":[` + line("1", "p", "2") + `,` + line("2", "p", "2") + `,` +
		line("3", "q", "1") + `]}`)
	for range 2 {
		if err := svc.HandleEvent(ctx, "ReturnReceived", data, now); err != nil {
			t.Fatal(err)
		}
	}
	for product, want := range map[string]int64{"p": 4, "q": 1} {
		stock, err := s.Stock(ctx, inventory.SKU{ProductID: product, SellerID: "s"})
		if err != nil || len(stock) != 1 || stock[0].Available != want || stock[0].Returned != want {
			t.Errorf("%s: %+v %v", product, stock, err)
		}
	}
}

func TestEventsThatAreNone(t *testing.T) {
	t.Parallel()
	svc, _ := service()
	for event, want := range map[string]string{"OrderCancelled": "unknown_event", "OrderPlaced": "malformed_event",
		"ShipmentShipped": "malformed_event"} {
		if err := svc.HandleEvent(ctx, event, []byte(`{"order_id":5}`), now); fault.Code(err) != want {
			t.Error(event, err)
		}
	}
}
