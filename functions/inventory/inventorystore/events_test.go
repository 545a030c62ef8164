package inventorystore

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/events"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
	"rialto/functions/laboratory/memory"
)

func image(t *testing.T, key store.Key, record any) store.Item {
	t.Helper()
	db := memory.New()
	if _, err := db.Apply(ctx, store.Put(inventoryTable, key, record)); err != nil {
		t.Fatal(err)
	}
	return db.Items(inventoryTable)[0]
}

// Seen to catch: a field renamed in the event alone; a receipt told as new stock.
func TestEventsAreAsTheirExample(t *testing.T) {
	t.Parallel()
	b, err := events.Files.ReadFile("inventory/StockBandChanged.v1.example.json")
	if err != nil {
		t.Fatal(err)
	}
	var example struct {
		outbox.Event
		Data inventory.BandChange `json:"data"`
	}
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	if err := d.Decode(&example); err != nil {
		t.Fatal(err)
	}
	sku := inventory.SKU{ProductID: example.Data.ProductID, SellerID: example.Data.SellerID}
	stock := func(n int64) store.Item {
		return image(t, stockKey(sku, example.Data.Centre), inventory.Stock{SKU: sku, Centre: example.Data.Centre, Available: n})
	}
	got, err := Events(outbox.Change{Old: stock(6), New: stock(5), At: time.Now()})
	if err != nil || len(got) != 1 {
		t.Fatal(got, err)
	}
	got[0].ID, got[0].OccurredAt = example.ID, example.OccurredAt
	a, err := json.Marshal(got[0])
	if err != nil {
		t.Fatal(err)
	}
	var have, want any
	if json.Unmarshal(a, &have) != nil || json.Unmarshal(b, &want) != nil {
		t.Fatal("no JSON")
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
	for name, c := range map[string]struct {
		change outbox.Change
		want   int
	}{
		"inside a band": {outbox.Change{Old: stock(9), New: stock(6)}, 0},
		"new stock":     {outbox.Change{New: stock(0)}, 1},
		"gone":          {outbox.Change{Old: stock(1)}, 0},
		"a receipt":     {outbox.Change{New: image(t, changeKey("r1"), record{ID: "r1", SKU: sku, Centre: "c1", Quantity: 1})}, 0},
	} {
		if got, err := Events(c.change); err != nil || len(got) != c.want {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
}
