package e2e

import (
	"testing"
	"time"

	"rialto/localstack/demo/shop"
)

// A sale's price is everywhere while it lasts, the page's buy box and the cart with what it was before; and so is the price itself once
// the sale has ended, which nobody has to say.
func TestASaleBeginsAndEnds(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	k, s := newSKU(ctx, t, "Lamp on sale", 5), mustShopper(ctx, t, "pm_card_visa")
	seller, page := mustSeller(t, k.seller), "/api/v1/products/"+k.product
	c := s.mustPut(ctx, t, k, 2)
	sell := func(version string, ends time.Time) {
		t.Helper()
		offer := terms(1999, "rialto")
		offer["sale"] = map[string]any{"price": usd(1499), "starts_at": time.Now().Add(-time.Hour).UTC().Format(time.RFC3339),
			"ends_at": ends.UTC().Format(time.RFC3339)}
		call(ctx, t, seller, put, "/seller/v1/offers/"+k.product, offer, nil, shop.With("If-Match", version))
	}
	costs := func(now, before int64) {
		t.Helper()
		until(ctx, t, "the offer has its price", time.Minute, func() bool {
			var list struct{ Offers []struct{ Price price } }
			served(ctx, t, s.Client, get, page+"/offers", nil, &list)
			return len(list.Offers) == 1 && list.Offers[0].Price.Amount == now
		})
		var shown struct {
			Lines []struct {
				UnitPrice price `json:"unit_price"`
				Was       price
			}
		}
		served(ctx, t, s.Client, get, "/api/v1/cart", nil, &shown)
		if len(shown.Lines) != 1 || shown.Lines[0].UnitPrice.Amount != now || shown.Lines[0].Was.Amount != before {
			t.Errorf("%+v, want %d and %d before", shown, now, before)
		}
		var q quote
		served(ctx, t, s.Client, post, "/api/v1/checkout/quote", map[string]string{"cart_id": c.ID, "shipping_address_id": s.Address}, &q)
		if len(q.Lines) != 1 || q.Lines[0].UnitPrice.Amount != now || len(q.Changes) != 0 {
			t.Errorf("%+v, want %d", q, now)
		}
		until(ctx, t, "the page shows it", time.Minute, func() bool {
			var p struct {
				BuyBox buyBox `json:"buy_box"`
			}
			_ = stage.Invoke(ctx, "offers-turn", map[string]any{}, nil) // it is due every minute, and what fails is due the next time
			served(ctx, t, s.Client, get, page, nil, &p)
			return p.BuyBox.Price.Amount == now
		})
	}
	sell(`"1"`, time.Now().Add(time.Hour))
	costs(1499, 1999)
	sell(`"2"`, time.Now().Add(2*time.Second))
	costs(1999, 1499)
}
