package e2e

import (
	"context"
	"net/http"
	"testing"
	"time"

	"rialto/localstack/demo/shop"
)

// life is an order as its customer sees it.
type life struct {
	Status                    string
	Paid, Refunded, Cancelled struct{ Amount int64 }
	Totals                    struct{ Total struct{ Amount int64 } }
	Lines                     []struct{ Line, Status string }
}

// bought is an order of one unit that its seller ships, with the parcel once the seller sees it.
type bought struct {
	seller   *shop.Seller
	buyer    *shopper
	sku      sku
	order    string
	shipment string
}

func (b *bought) parcel() string { return "/seller/v1/orders/" + b.order + "/shipments/" + b.shipment }

func (b *bought) life(ctx context.Context, t *testing.T) (l life) {
	t.Helper()
	if _, err := b.buyer.Call(ctx, http.MethodGet, "/api/v1/orders/"+b.order, nil, &l); err != nil {
		t.Fatal(err)
	}
	return l
}

// buyOne sells one unit of a new product of a new seller, who has two.
func buyOne(ctx context.Context, t *testing.T) *bought {
	t.Helper()
	return buy(ctx, t, 1)
}

func buy(ctx context.Context, t *testing.T, units int) *bought {
	t.Helper()
	b := &bought{sku: newSKU(ctx, t, "Sold by its seller", 2), buyer: mustShopper(ctx, t, "pm_card_visa")}
	b.seller = mustSeller(t, b.sku.seller)
	offer := terms(2000, "seller")
	offer["sku"] = "E2E-1"
	call(ctx, t, b.seller, http.MethodPut, "/seller/v1/offers/"+b.sku.product, offer, nil, shop.With("If-Match", `"1"`))
	o, err := b.buyer.checkout(ctx, b.buyer.mustPut(ctx, t, b.sku, units).ID, shop.NewKey())
	if err != nil || o.Status != "placed" {
		t.Fatalf("%+v %v", o, err)
	}
	b.order = o.OrderID
	return b
}

// arrive waits until the seller sees the parcel.
func (b *bought) arrive(ctx context.Context, t *testing.T) {
	t.Helper()
	var sold soldOrder
	until(ctx, t, "the seller sees the order", 3*time.Minute, func() bool {
		_, err := b.seller.Call(ctx, http.MethodGet, "/seller/v1/orders/"+b.order, nil, &sold)
		return err == nil && len(sold.Shipments) == 1
	})
	b.shipment = sold.Shipments[0].ID
}

// free waits until nothing of an order is held any more: no money, and no unit.
func (b *bought) free(ctx context.Context, t *testing.T) {
	t.Helper()
	until(ctx, t, "its unit and its money are free", 4*time.Minute, func() bool {
		money, err := auditor.MoneyOf(ctx, b.order)
		if err != nil || money.Captured != 0 {
			t.Fatalf("%+v %v", money, err)
		}
		st, err := auditor.Stock(ctx, b.sku.product, b.sku.seller)
		if err != nil {
			t.Fatal(err)
		}
		return money.Open == 0 && st.Balanced() && st.Committed == 0 && st.Available == 2
	})
}

// The seller of a parcel sees where it goes, and what its own names in it are; another seller does not.
func TestASellerSeesWhereItsParcelGoes(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	b := buyOne(ctx, t)
	b.arrive(ctx, t)
	var slip struct {
		Option string                       `json:"shipping_option_id"`
		ShipTo struct{ Name, Line1 string } `json:"ship_to"`
		Lines  []struct {
			SKU, Title string
			Quantity   int64
		}
	}
	call(ctx, t, b.seller, http.MethodGet, b.parcel()+"/packing-slip", nil, &slip)
	if slip.ShipTo.Name == "" || slip.ShipTo.Line1 == "" || slip.Option != "standard" || len(slip.Lines) != 1 || slip.Lines[0].SKU != "E2E-1" ||
		slip.Lines[0].Quantity != 1 || slip.Lines[0].Title == "" {
		t.Errorf("%+v", slip)
	}
	var order struct {
		ShipTo struct{ Name string } `json:"ship_to"`
	}
	call(ctx, t, b.seller, http.MethodGet, "/seller/v1/orders/"+b.order, nil, &order)
	if order.ShipTo.Name != slip.ShipTo.Name {
		t.Errorf("%+v", order)
	}
	other := mustSeller(t, shop.NewID("sel_"))
	if a, err := other.Do(ctx, http.MethodGet, b.parcel()+"/packing-slip", nil); err != nil || a.Status != http.StatusNotFound {
		t.Errorf("another seller: %+v %v", a, err)
	}
}

// A seller of two units of which one is sold sees both.
func TestASellerSeesItsStock(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	b := buyOne(ctx, t)
	for _, path := range []string{"/seller/v1/inventory", "/seller/v1/inventory/" + b.sku.product} {
		until(ctx, t, "the index has the stock, and what was sold is counted", time.Minute, func() bool {
			var list struct {
				Inventory []struct {
					Centre                               string `json:"fulfillment_center_id"`
					Available, Reserved, Held, Committed int64
				}
			}
			call(ctx, t, b.seller, http.MethodGet, path, nil, &list)
			if len(list.Inventory) != 1 {
				return false
			}
			x := list.Inventory[0]
			if x.Centre != "us-west-2" || x.Available != 1 || x.Reserved != 1 || x.Held+x.Committed != 1 {
				t.Fatalf("%+v", x)
			}
			return x.Committed == 1
		})
	}
}

// A customer cancels at once, before anybody has seen the order; and a seller says that it cannot ship.
func TestAnOrderIsCancelled(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	b := buyOne(ctx, t)
	for range 2 {
		var l life
		if _, err := b.buyer.Call(ctx, http.MethodPost, "/api/v1/orders/"+b.order+"/cancel", map[string]any{}, &l); err != nil ||
			l.Status != "cancelled" || l.Cancelled != l.Totals.Total || l.Paid.Amount != 0 {
			t.Fatalf("%+v %v", l, err)
		}
	}
	b.free(ctx, t)
	var list struct {
		Orders []struct {
			Status string
			Items  []struct{ Title, Status string }
		}
	}
	if _, err := b.buyer.Call(ctx, http.MethodGet, "/api/v1/orders", nil, &list); err != nil || len(list.Orders) != 1 ||
		list.Orders[0].Status != "cancelled" || list.Orders[0].Items[0].Title == "" {
		t.Errorf("%+v %v", list, err)
	}
	s := buyOne(ctx, t)
	s.arrive(ctx, t)
	call(ctx, t, s.seller, http.MethodPost, s.parcel()+"/cancel", map[string]string{"reason": "it is broken"}, nil)
	s.free(ctx, t)
	if l := s.life(ctx, t); l.Status != "cancelled" || l.Cancelled != l.Totals.Total {
		t.Errorf("%+v", l)
	}
}

// Of two units a customer wants one: the other is for sale again, and what is left is shipped and paid alone.
func TestAUnitOfAnOrderIsCancelled(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	b := buy(ctx, t, 2)
	b.arrive(ctx, t)
	line := b.life(ctx, t).Lines[0].Line
	var l life
	for range 2 {
		served(ctx, t, b.buyer.Client, post, "/api/v1/orders/"+b.order+"/cancel",
			map[string]any{"lines": []any{map[string]any{"line": line, "quantity": 1}}}, &l)
		if l.Status != "placed" || l.Cancelled.Amount < 2000 || l.Cancelled.Amount*2 > l.Totals.Total.Amount {
			t.Fatalf("%+v", l)
		}
	}
	var sold struct {
		Shipments []struct {
			Lines     []struct{ Quantity int64 }
			Cancelled []struct {
				Quantity int64
				By       string
			} `json:"units_cancelled"`
		}
	}
	call(ctx, t, b.seller, get, "/seller/v1/orders/"+b.order, nil, &sold)
	if x := sold.Shipments[0]; len(x.Lines) != 1 || x.Lines[0].Quantity != 1 || len(x.Cancelled) != 1 || x.Cancelled[0].Quantity != 1 ||
		x.Cancelled[0].By != "shopper" {
		t.Errorf("%+v", sold)
	}
	until(ctx, t, "the unit is for sale again", 3*time.Minute, func() bool {
		st, err := auditor.Stock(ctx, b.sku.product, b.sku.seller)
		if err != nil {
			t.Fatal(err)
		}
		return st.Balanced() && st.Committed == 1 && st.Available == 1
	})
	call(ctx, t, b.seller, post, b.parcel()+"/confirm", map[string]string{"carrier": "Post", "tracking_number": "RL-1234"}, nil)
	until(ctx, t, "what is left is paid", 3*time.Minute, func() bool {
		l = b.life(ctx, t)
		return l.Paid.Amount > 0
	})
	if money, err := auditor.MoneyOf(ctx, b.order); err != nil || l.Paid.Amount != l.Totals.Total.Amount-l.Cancelled.Amount ||
		money.Captured != l.Paid.Amount || money.Open != 0 {
		t.Errorf("%+v %+v %v", l, money, err)
	}
}

// A cart of two sellers' goods at 99.99 and 0.05 is paid in two parts of which the gateway takes each: the cheap one bears more of the
// delivery.
func TestACheapParcelCanBePaid(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	dear, cheap, s := newSKU(ctx, t, "A dear thing", 1), newSKU(ctx, t, "A cheap thing", 1), mustShopper(ctx, t, "pm_card_visa")
	var c cart
	for k, price := range map[sku]int64{dear: 9999, cheap: 5} {
		meant := terms(price, "rialto")
		meant["confirm_price_drop"] = true
		call(ctx, t, mustSeller(t, k.seller), put, "/seller/v1/offers/"+k.product, meant, nil, shop.With("If-Match", `"1"`))
		c = s.mustPut(ctx, t, k, 1)
	}
	o, err := s.checkout(ctx, c.ID, shop.NewKey())
	if err != nil || o.Status != "placed" {
		t.Fatalf("%+v %v", o, err)
	}
	var sum int64
	for _, k := range []sku{dear, cheap} {
		var sold struct {
			Shipments []struct{ Amount struct{ Amount int64 } }
		}
		until(ctx, t, "the seller sees the order", 3*time.Minute, func() bool {
			_, err := mustSeller(t, k.seller).Call(ctx, get, "/seller/v1/orders/"+o.OrderID, nil, &sold)
			return err == nil && len(sold.Shipments) == 1
		})
		if sum += sold.Shipments[0].Amount.Amount; sold.Shipments[0].Amount.Amount < 50 {
			t.Errorf("%+v", sold)
		}
	}
	if l := s.balance(ctx, t, o.OrderID); sum != l.Totals.Total.Amount || sum < 9999+5 {
		t.Errorf("the parcels cost %d: %+v", sum, l)
	}
}

// A seller mistypes a tracking number, and pastes the right one; what is packed is not cancelled any more.
func TestATrackingNumberIsCorrected(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	b := buyOne(ctx, t)
	b.arrive(ctx, t)
	for _, c := range []struct{ number, want string }{
		{"WRONG-1", "WRONG-1"}, {"https://carrier.example/track?n=rr%20123%20456%20789de", "RR123456789DE"},
	} {
		var x struct {
			TrackingNumber string `json:"tracking_number"`
		}
		call(ctx, t, b.seller, http.MethodPost, b.parcel()+"/confirm", map[string]string{"carrier": "Post", "tracking_number": c.number}, &x)
		if x.TrackingNumber != c.want {
			t.Fatalf("%+v", x)
		}
	}
	if a, err := b.buyer.Do(ctx, http.MethodPost, "/api/v1/orders/"+b.order+"/cancel", map[string]any{}); err != nil || a.Status != http.StatusConflict {
		t.Errorf("a packed order is cancelled: %+v %v", a, err)
	}
	var track struct {
		Shipments []struct {
			TrackingNumber string `json:"tracking_number"`
		}
	}
	if _, err := b.buyer.Call(ctx, http.MethodGet, "/api/v1/orders/"+b.order+"/tracking", nil, &track); err != nil || len(track.Shipments) != 1 ||
		track.Shipments[0].TrackingNumber != "RR123456789DE" {
		t.Errorf("%+v %v", track, err)
	}
	until(ctx, t, "it is shipped and paid", 3*time.Minute, func() bool {
		l := b.life(ctx, t)
		return (l.Status == "shipped" || l.Status == "delivered") && l.Paid == l.Totals.Total
	})
}

// An order is found by what it says. What is still for sale of it goes into the cart at today's price, which the cart then shows, and
// is not added twice.
func TestAnOrderIsBoughtAgain(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	k := newSKU(ctx, t, "Bought again", 3)
	s := mustShopper(ctx, t, "pm_card_visa")
	o, err := s.checkout(ctx, s.mustPut(ctx, t, k, 2).ID, shop.NewKey())
	if err != nil || o.Status != "placed" {
		t.Fatalf("%+v %v", o, err)
	}
	for query, want := range map[string]int{"?q=AGAIN+bought": 1, "?q=again+hat": 0, "?q=" + k.product + "&from=2026-01-01": 1,
		"?to=2020-01-01": 0} {
		var list struct{ Orders []struct{} }
		if _, err := s.Call(ctx, http.MethodGet, "/api/v1/orders"+query, nil, &list); err != nil || len(list.Orders) != want {
			t.Errorf("%s: %+v %v", query, list, err)
		}
	}
	call(ctx, t, mustSeller(t, k.seller), http.MethodPut, "/seller/v1/offers/"+k.product, terms(2100, "rialto"), nil,
		shop.With("If-Match", `"1"`))
	again, key := struct {
		Lines []struct {
			Added     int64                  `json:"quantity_added"`
			UnitPrice struct{ Amount int64 } `json:"unit_price"`
			Then      struct{ Amount int64 } `json:"unit_price_then"`
			Code      string
		}
	}{}, shop.NewKey()
	for range 2 {
		if _, err := s.Call(ctx, http.MethodPost, "/api/v1/orders/"+o.OrderID+"/buy-again", nil, &again, shop.Key(key)); err != nil {
			t.Fatal(err)
		}
		if len(again.Lines) != 1 || again.Lines[0].Added != 1 || again.Lines[0].UnitPrice.Amount != 2100 || again.Lines[0].Then.Amount != 1999 ||
			again.Lines[0].Code != "out_of_stock" {
			t.Fatalf("%+v", again)
		}
	}
	var c struct{ Lines []struct{ Quantity int64 } }
	if _, err := s.Call(ctx, http.MethodGet, "/api/v1/cart", nil, &c); err != nil || len(c.Lines) != 1 || c.Lines[0].Quantity != 1 {
		t.Errorf("%+v %v", c, err)
	}
}

// Until a parcel is packed it goes where its customer says, and its seller sees that; not to where other taxes are due.
func TestAnOrderGoesToAnotherAddress(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	b := buyOne(ctx, t)
	b.arrive(ctx, t)
	change := func(line1, region, postal string) shop.Answer {
		t.Helper()
		var a struct {
			ID string `json:"address_id"`
		}
		if _, err := b.buyer.Call(ctx, http.MethodPost, "/api/v1/addresses", map[string]string{"name": "Demo Shopper", "line1": line1, "city": "Anywhere",
			"region": region, "postal_code": postal, "country": "US"}, &a); err != nil {
			t.Fatal(err)
		}
		answer, err := b.buyer.Do(ctx, http.MethodPut, "/api/v1/orders/"+b.order+"/address", map[string]string{"shipping_address_id": a.ID})
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	if a := change("9 Pine Street", "WA", "98101"); a.Status != http.StatusConflict || a.Problem().Code != "address_changes_total" {
		t.Errorf("%+v", a)
	}
	if a := change("2 Main Street", "CA", "90012"); a.Status != http.StatusOK {
		t.Fatalf("%+v", a)
	}
	var slip struct {
		ShipTo struct{ Line1 string } `json:"ship_to"`
	}
	call(ctx, t, b.seller, http.MethodGet, b.parcel()+"/packing-slip", nil, &slip)
	if slip.ShipTo.Line1 != "2 Main Street" {
		t.Errorf("%+v", slip)
	}
	call(ctx, t, b.seller, http.MethodPost, b.parcel()+"/confirm", map[string]string{"carrier": "UPS", "tracking_number": "1Z999AA10123456784"}, nil)
	if a := change("3 Main Street", "CA", "90012"); a.Status != http.StatusConflict || a.Problem().Code != "order_packed" {
		t.Errorf("%+v", a)
	}
}
