package offersstore

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
	"rialto/functions/offers"
)

func TestBuyBoxesAreThoseOfOneProduct(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), &Store{DB: db}
		want := map[string]offers.BuyBox{}
		for _, w := range []offers.BuyBox{{ProductID: "p", Marketplace: "US", Version: 1}, {ProductID: "p", Marketplace: "DE", Version: 1, Offers: 2},
			{ProductID: "q", Marketplace: "FR", Version: 1}} {
			if err := s.SaveBuyBox(ctx, w, 0); err != nil {
				t.Fatal(err)
			}
			stored, err := s.BuyBox(ctx, w.ProductID, w.Marketplace)
			if err != nil {
				t.Fatal(err)
			}
			if w.ProductID == "p" {
				want[w.Marketplace] = stored
			}
		}
		got, err := s.BuyBoxesOf(ctx, "p")
		if d := cmp.Diff(want, got); err != nil || d != "" || len(got) != 2 {
			t.Error(err, d)
		}
	})
}
