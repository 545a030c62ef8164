package catalog_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"rialto/functions/catalog"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/internal/money"
	"rialto/functions/internal/outbox"
	"rialto/functions/laboratory/memory"
)

// What the offers publish is what a page shows, however often and in whatever order it comes; what is no such event is
// refused, so that it ends where a person finds it. Seen to catch: a field of the event that is read by another name.
func TestBuyBox(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := &catalogstore.Store{DB: memory.New()}
	h := outbox.Handle(catalog.BuyBoxProjection{BuyBoxes: s}.HandleEvent)
	example, err := os.ReadFile("../../events/offers/BuyBoxChanged.v1.example.json")
	if err != nil {
		t.Fatal(err)
	}
	changed := func(old, new string) string {
		if !strings.Contains(string(example), old) {
			t.Fatal(old)
		}
		return strings.Replace(string(example), old, new, 1)
	}
	send := func(refused int, bodies ...string) {
		t.Helper()
		var e events.SQSEvent
		for _, b := range bodies {
			e.Records = append(e.Records, events.SQSMessage{MessageId: b, Body: b})
		}
		if out, err := h(ctx, e); err != nil || len(out.BatchItemFailures) != refused {
			t.Fatal(out, err)
		}
	}
	send(0, changed(`"in_stock": true`, `"in_stock": false`))
	newer := strings.Replace(changed(`"version": 4`, `"version": 5`), `"offer_count": 3`, `"offer_count": 4`, 1)
	send(0, newer, string(example))
	send(0, newer)
	want := catalog.BuyBox{ProductID: "prd_bbbbbbbbbbbbbbbbbbbbbbbbbb", Marketplace: "US", OfferID: "off_dddddddddddddddddddddddddd",
		SellerID:   "sel_cccccccccccccccccccccccccc",
		SellerName: "Alba Outdoor", Price: money.Of(10999, "USD"), Landed: money.Of(11498, "USD"), InStock: true, OfferCount: 4, Version: 5,
		Condition: "new"}
	if got, err := s.BuyBox(ctx, want.ProductID, "US"); err != nil || got != want {
		t.Error(got, err)
	}
	send(4, changed("BuyBoxChanged", "OfferChanged"), changed(`"US"`, `"XX"`), changed(`"version": 4`, `"version": 0`),
		changed(`"in_stock": true`, `"in_stock": 1`))
}
