package e2e

import (
	"testing"
	"time"

	"rialto/localstack/demo/shop"
)

// exchanged is a return with what is wanted for it.
type exchanged struct {
	back
	Exchange struct {
		ProductID string                 `json:"product_id"`
		CartID    string                 `json:"cart_id"`
		OrderID   string                 `json:"order_id"`
		UnitPrice struct{ Amount int64 } `json:"unit_price"`
	}
}

// A unit is sent back for another: that is an order like any other, quoted and paid by the ordinary checkout and once, which names the
// return and is named by it; what was paid for the first comes back when that is received. Seen to catch: an event without the return
// that its order is for.
func TestAUnitIsExchanged(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	s, k, orderID, _ := delivered(ctx, t, "Exchanged lamp", "pm_card_visa")
	path, line := "/api/v1/orders/"+orderID+"/returns", k.product+"#"+k.seller
	var track struct {
		Shipments []struct {
			ID string `json:"shipment_id"`
		}
	}
	served(ctx, t, s.Client, get, "/api/v1/orders/"+orderID+"/tracking", nil, &track)
	body := func(exchange map[string]any) map[string]any {
		return map[string]any{"shipment_id": track.Shipments[0].ID, "reason": "it flickers", "exchange": exchange,
			"lines": []any{map[string]any{"line": line, "quantity": 1}}}
	}
	check(ctx, t, s.Client, bad{"another product", post, path, body(map[string]any{"product_id": "prd_other"}),
		[]shop.Option{shop.Key(shop.NewKey())}, 422, "invalid_return"})
	check(ctx, t, s.Client, bad{"a seller without an offer", post, path, body(map[string]any{"seller_id": shop.NewID("sel_")}),
		[]shop.Option{shop.Key(shop.NewKey())}, 409, "exchange_unavailable"})
	var r, again exchanged
	key := shop.Key(shop.NewKey())
	for _, into := range []*exchanged{&r, &again} {
		if _, err := s.Call(ctx, post, path, body(map[string]any{}), into, key); err != nil {
			t.Fatal(err)
		}
	}
	if r.Exchange.ProductID != k.product || r.Exchange.UnitPrice.Amount != 1999 || r.State != "REQUESTED" || again != r {
		t.Fatalf("%+v, %+v", r, again)
	}
	var quote struct {
		Totals struct{ Items struct{ Amount int64 } }
	}
	served(ctx, t, s.Client, post, "/api/v1/checkout/quote", map[string]any{"cart_id": r.Exchange.CartID, "shipping_address_id": s.Address}, &quote)
	o, err := s.checkout(ctx, r.Exchange.CartID, shop.NewKey())
	if err != nil || o.Status != "placed" || quote.Totals.Items.Amount != 1999 {
		t.Fatalf("%+v %v, quoted %+v", o, err, quote)
	}
	if more, err := s.checkout(ctx, r.Exchange.CartID, shop.NewKey()); err != nil || more.Code != "cart_empty" {
		t.Errorf("exchanged twice: %+v %v", more, err)
	}
	var placed struct {
		ExchangeOf struct {
			OrderID  string `json:"order_id"`
			ReturnID string `json:"return_id"`
		} `json:"exchange_of"`
	}
	served(ctx, t, s.Client, get, "/api/v1/orders/"+o.OrderID, nil, &placed)
	if placed.ExchangeOf.OrderID != orderID || placed.ExchangeOf.ReturnID != r.ID {
		t.Errorf("%+v", placed)
	}
	call(ctx, t, mustSeller(t, k.seller), post, "/seller/v1/orders/"+orderID+"/returns/"+r.ID+"/receive", map[string]any{}, nil)
	until(ctx, t, "the return names its order and is refunded", 3*time.Minute, func() bool {
		var list struct{ Returns []exchanged }
		served(ctx, t, s.Client, get, path, nil, &list)
		return len(list.Returns) == 1 && list.Returns[0].Exchange.OrderID == o.OrderID && list.Returns[0].State == "REFUNDED"
	})
	if l := s.balance(ctx, t, orderID); l.Refunded != r.Amount {
		t.Errorf("%+v, the return is worth %+v", l, r.Amount)
	}
}
