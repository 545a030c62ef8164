package e2e

import (
	"context"
	"slices"
	"testing"
	"time"

	"rialto/localstack/demo/shop"
)

// An operator sends a damaged parcel again, once and for nothing: its units are taken from stock and arrive, its customer is charged
// nothing, its seller is owed for them, and the loss stands in the ledger. Seen to catch: units that were held and never sold.
func TestAnOperatorSendsAParcelAgain(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	s, k, orderID, _ := delivered(ctx, t, "Cracked lamp", "pm_card_visa")
	var track struct {
		Status    string
		Shipments []struct {
			ID string `json:"shipment_id"`
		}
	}
	served(ctx, t, s.Client, get, "/api/v1/orders/"+orderID+"/tracking", nil, &track)
	o, path := newOperator(t), "/ops/v1/orders/"+orderID+"/shipments/"+track.Shipments[0].ID+"/reship"
	damaged := map[string]any{"cause": "damaged", "reason": "the photo shows it"}
	key := shop.Key(shop.NewKey())
	refused(ctx, t, o, path, orderID)
	var sent, again struct {
		OrderID string `json:"order_id"`
	}
	for _, into := range []any{&sent, &again} {
		if _, err := o.Call(ctx, post, path, damaged, into, key); err != nil {
			t.Fatal(err)
		}
	}
	if sent.OrderID == orderID || again != sent {
		t.Fatalf("%+v %+v", sent, again)
	}
	check(ctx, t, o, bad{"a second time", post, path, damaged, []shop.Option{shop.Key(shop.NewKey())}, 409, "parcel_resent"})
	var shown struct {
		life
		ReshipOf struct {
			OrderID string `json:"order_id"`
			Cause   string
		} `json:"reship_of"`
	}
	served(ctx, t, s.Client, get, "/api/v1/orders/"+sent.OrderID, nil, &shown)
	if shown.ReshipOf.OrderID != orderID || shown.ReshipOf.Cause != "damaged" || shown.Totals.Total.Amount != 0 {
		t.Errorf("%+v", shown)
	}
	until(ctx, t, "it comes again", 3*time.Minute, func() bool {
		served(ctx, t, s.Client, get, "/api/v1/orders/"+sent.OrderID+"/tracking", nil, &track)
		return track.Status == "DELIVERED"
	})
	until(ctx, t, "both units of both parcels have left the stock", 3*time.Minute, func() bool {
		st := balanced(ctx, t, k)
		return st.Available == 1 && st.Committed == 0
	})
	k.lost(ctx, t, 2*1999)
	if money, err := auditor.MoneyOf(ctx, sent.OrderID); err != nil || money.Captured != 0 || money.Open != 0 {
		t.Errorf("%+v %v", money, err)
	}
	if l := s.balance(ctx, t, orderID); l.Refunded.Amount != 0 || l.Paid.Amount == 0 {
		t.Errorf("%+v", l)
	}
	if lines := logged(ctx, t, o, orderID); !slices.Contains(lines, "operator of "+t.Name()+"|reshipParcel|the photo shows it|done") {
		t.Errorf("%v", lines)
	}
}

// refused checks what an operator cannot have sent again of an order.
func refused(ctx context.Context, t *testing.T, o *shop.Client, path, orderID string) {
	t.Helper()
	for _, b := range []bad{
		{"what came", post, path, map[string]any{"cause": "lost", "reason": "x"}, nil, 409, "parcel_delivered"},
		{"without a cause", post, path, map[string]any{"reason": "x"}, nil, 422, "invalid_request"},
		{"no parcel", post, "/ops/v1/orders/" + orderID + "/shipments/shp_none/reship", map[string]any{"cause": "lost", "reason": "x"}, nil, 404,
			"shipment_not_found"},
	} {
		b.options = []shop.Option{shop.Key(shop.NewKey())}
		check(ctx, t, o, b)
	}
}

// lost waits until what Rialto lost of a seller's stands in the seller's journals, which balance.
func (k sku) lost(ctx context.Context, t *testing.T, minor int64) {
	t.Helper()
	seller := mustSeller(t, k.seller)
	until(ctx, t, "its seller is owed, and the loss booked", 3*time.Minute, func() bool {
		var got statement
		call(ctx, t, seller, get, "/seller/v1/statements", nil, &got)
		for _, j := range got.Journals {
			var sum, lost int64
			for _, e := range j.Entries {
				if sum += e.Amount.Amount; e.Account == "goods_losses" {
					lost += e.Amount.Amount
				}
			}
			if sum != 0 {
				t.Fatalf("%+v", j)
			}
			if lost == minor {
				return true
			}
		}
		return false
	})
}
