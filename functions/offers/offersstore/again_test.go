package offersstore

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/money"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
	"rialto/functions/offers"
)

// heard is a topic that somebody listens to.
type heard struct{ events []outbox.Event }

func (h *heard) Publish(_ context.Context, es []outbox.Event) error {
	h.events = append(h.events, es...)
	return nil
}

// All buy boxes are told of as their changes were, invocation by invocation, and no offer is. Seen to catch: a page that is left out,
// boxes without an offer.
func TestBuyBoxesAreToldOfAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := &Store{DB: db}
		var want []string
		for n := range 7 {
			w := offers.BuyBox{ProductID: fmt.Sprint("p", n/2), Marketplace: []string{"US", "DE"}[n%2], Version: 1, Offers: n}
			if n > 2 {
				w.Offer = offers.Offer{ProductID: w.ProductID, Marketplace: w.Marketplace, SellerID: "s", ID: "o", SellerName: "North",
					Price: money.Of(int64(100+n), "USD"), Shipping: money.Of(0, "USD"), Version: 1}
			}
			if err := s.SaveBuyBox(t.Context(), w, 0); err != nil {
				t.Fatal(err)
			}
			stored, err := s.BuyBox(t.Context(), w.ProductID, w.Marketplace)
			if err != nil {
				t.Fatal(err)
			}
			data, err := shown(stored)
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(data)
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, string(text))
		}
		topic, now := &heard{}, time.Now()
		again := BuyBoxesAgain{DB: db.(store.Scanner), Topic: topic, Now: func() time.Time { return now }}
		ctx, cancel := context.WithDeadline(t.Context(), now.Add(time.Second)) // a page an invocation
		defer cancel()
		for in := (AgainInput{}); ; {
			out, err := again.Publish(ctx, in)
			if err != nil {
				t.Fatal(err)
			}
			if in.After = out.After; in.After == "" {
				break
			}
		}
		var got []string
		known := map[string]bool{}
		for _, e := range topic.events {
			got, known[e.ID] = append(got, string(e.Data)), true
			if e.Name != "BuyBoxChanged" || e.Version != 1 || !e.OccurredAt.Equal(now) {
				t.Errorf("%+v", e)
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if d := cmp.Diff(want, got); d != "" || len(known) != 7 {
			t.Error(d, len(known))
		}
	})
}
