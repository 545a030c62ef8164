package e2e

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"rialto/localstack/demo/shop"
)

// newCoupon imports a coupon of 15.55 percent off and returns its code.
func newCoupon(ctx context.Context, t *testing.T, budget int) string {
	t.Helper()
	code := strings.ToUpper(strings.TrimPrefix(shop.NewID("X"), "X"))
	var report struct {
		Written int
		Rows    []map[string]any
	}
	invoke(ctx, t, "promotions-import", map[string]any{"coupons": []any{map[string]any{"marketplace": "US", "code": code, "kind": "percent",
		"basis_points": 1_555, "minimum": usd(1_000),
		"valid_from": time.Now().Add(-time.Hour).UTC(), "valid_until": time.Now().Add(time.Hour).UTC(), "budget": budget}}}, &report)
	if report.Written != 1 {
		t.Fatalf("%+v", report)
	}
	return code
}

// redeem puts a coupon into the cart and returns what it takes off, or the problem's code.
func (s *shopper) redeem(ctx context.Context, code string) (off int64, problem string, err error) {
	a, err := s.Do(ctx, http.MethodPost, "/api/v1/cart/coupons", map[string]string{"code": code}, shop.Key(shop.NewKey()))
	if err != nil || a.Status != http.StatusOK {
		return 0, a.Problem().Code, err
	}
	var c struct {
		Breakdown struct {
			Discount struct{ Amount int64 }
		}
		Coupons []struct{ Code, Status string }
	}
	if err := a.Into(&c); err != nil || len(c.Coupons) != 1 || c.Coupons[0].Status != "applied" {
		return 0, "", err
	}
	return c.Breakdown.Discount.Amount, "", nil
}

// 30 shoppers want a coupon of which there are 8 uses. Seen to catch: a budget that is read, decreased and written.
func TestThirtyShoppersAfterACouponOfEight(t *testing.T) {
	ctx := deployed(t)
	const shoppers, uses = 30, 8
	k, code := newSKU(ctx, t, "Coupon lamp", 200), newCoupon(ctx, t, uses)
	crowd := gather(ctx, t, shoppers, func(s *shopper) (cart, error) {
		c, err := s.put(ctx, k, 2)
		if err != nil {
			return c, err
		}
		off, problem, err := s.redeem(ctx, strings.ToLower(code))
		if err == nil && off != 622 { // 15.55 % of 39.98
			t.Errorf("%d off, %s", off, problem)
		}
		return c, err
	})
	got := map[string]int{}
	var placed []string
	for _, o := range crowd.checkOut(ctx, t) {
		if got[o.Status+o.Code]++; o.Status == "placed" {
			placed = append(placed, o.OrderID)
		}
	}
	if got["placed"] != uses || got["coupon_exhausted"]+got["failedcoupon_exhausted"] != shoppers-uses {
		t.Errorf("%v", got)
	}
	if c, err := auditor.Coupon(ctx, "US", code); err != nil || !c.Balanced() || c.Available != 0 || c.Held != 0 || c.Committed != uses ||
		c.Customers != uses {
		t.Errorf("%+v %v", c, err)
	}
	if st := balanced(ctx, t, k); st.Available != 200-2*uses {
		t.Errorf("%+v", st)
	}
	for _, id := range placed { // 39.98 - 6.22 and 2.45 of tax on it, and what shipping costs everybody
		o, err := auditor.Order(ctx, id)
		money, merr := auditor.MoneyOf(ctx, id)
		if err != nil || merr != nil || o.Discount != 622 || o.Total-599 != 3_376+245 || money.Open+money.Captured != o.Total {
			t.Errorf("%+v %+v %v %v", o, money, err, merr)
		}
	}
}

// Seen to catch: a declined card that keeps its use.
func TestACouponComesBack(t *testing.T) {
	ctx := deployed(t)
	k, code := newSKU(ctx, t, "Returned lamp", 10), newCoupon(ctx, t, 1)
	s := mustShopper(ctx, t, "pm_card_visa_chargeDeclined")
	c := s.mustPut(ctx, t, k, 1)
	if _, problem, err := s.redeem(ctx, "no-such-coupon"); err != nil || problem != "coupon_invalid" {
		t.Error(problem, err)
	}
	if off, problem, err := s.redeem(ctx, code); err != nil || off != 311 {
		t.Error(off, problem, err)
	}
	if o, err := s.checkout(ctx, c.ID, shop.NewKey()); err != nil || o.Code != "payment_declined" {
		t.Errorf("%+v %v", o, err)
	}
	if c, err := auditor.Coupon(ctx, "US", code); err != nil || !c.Balanced() || c.Available != 1 || c.Customers != 0 {
		t.Errorf("%+v %v", c, err)
	}
	a, err := s.Do(ctx, http.MethodDelete, "/api/v1/cart/coupons/"+code, nil, shop.Key(shop.NewKey()))
	if err != nil || a.Status != http.StatusOK {
		t.Errorf("%d %v", a.Status, err)
	}
	other := mustShopper(ctx, t, "pm_card_visa")
	c = other.mustPut(ctx, t, k, 1)
	if off, problem, err := other.redeem(ctx, code); err != nil || off != 311 {
		t.Error(off, problem, err)
	}
	if o, err := other.checkout(ctx, c.ID, shop.NewKey()); err != nil || o.Status != "placed" {
		t.Errorf("%+v %v", o, err)
	}
	other.mustPut(ctx, t, k, 1)
	if off, problem, err := other.redeem(ctx, code); err != nil || off != 311 {
		t.Error(off, problem, err)
	}
	if o, err := other.checkout(ctx, c.ID, shop.NewKey()); err != nil || o.Code != "coupon_used" {
		t.Errorf("%+v %v", o, err)
	}
}

// The only use of a coupon is free again once its order is cancelled whole, and its customer may use it again.
func TestACancelledOrderGivesItsCouponBack(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	k, code := newSKU(ctx, t, "Cancelled lamp", 10), newCoupon(ctx, t, 1)
	call(ctx, t, mustSeller(t, k.seller), http.MethodPut, "/seller/v1/offers/"+k.product, terms(1999, "seller"), nil, shop.With("If-Match", `"1"`))
	s := mustShopper(ctx, t, "pm_card_visa")
	order := func() (id string) {
		t.Helper()
		c := s.mustPut(ctx, t, k, 1)
		if off, problem, err := s.redeem(ctx, code); err != nil || off != 311 {
			t.Fatal(off, problem, err)
		}
		o, err := s.checkout(ctx, c.ID, shop.NewKey())
		if err != nil || o.Status != "placed" {
			t.Fatalf("%+v %v", o, err)
		}
		return o.OrderID
	}
	if _, err := s.Call(ctx, http.MethodPost, "/api/v1/orders/"+order()+"/cancel", map[string]any{}, nil); err != nil {
		t.Fatal(err)
	}
	until(ctx, t, "the use is free", 3*time.Minute, func() bool {
		c, err := auditor.Coupon(ctx, "US", code)
		if err != nil || !c.Balanced() {
			t.Fatalf("%+v %v", c, err)
		}
		return c.Available == 1 && c.Customers == 0
	})
	order()
}

// Seen to catch: a sale that is booked without its discount, so that the seller bears it.
func TestTheSellerIsPaidAsIfThereWereNoCoupon(t *testing.T) {
	ctx := deployed(t)
	k, code := newSKU(ctx, t, "Statement lamp", 10), newCoupon(ctx, t, 1)
	s := mustShopper(ctx, t, "pm_card_visa")
	c := s.mustPut(ctx, t, k, 1)
	if off, problem, err := s.redeem(ctx, code); err != nil || off != 311 {
		t.Fatal(off, problem, err)
	}
	o, err := s.checkout(ctx, c.ID, shop.NewKey())
	if err != nil || o.Status != "placed" {
		t.Fatalf("%+v %v", o, err)
	}
	seller, err := shop.NewSeller(k.seller)
	if err != nil {
		t.Fatal(err)
	}
	var statement struct {
		Journals []struct {
			Entries []struct {
				Account string
				Amount  struct{ Amount int64 }
			}
		}
		Totals []struct{ Discounts, Net struct{ Amount int64 } }
	}
	until(ctx, t, "the sale is booked", 4*time.Minute, func() bool {
		if _, err := seller.Call(ctx, http.MethodGet, "/seller/v1/statements", nil, &statement); err != nil {
			t.Fatal(err)
		}
		return len(statement.Journals) > 0
	})
	sum, of := int64(0), map[string]int64{}
	for _, e := range statement.Journals[len(statement.Journals)-1].Entries {
		sum += e.Amount.Amount
		of[e.Account] += e.Amount.Amount
	}
	// 19.99 were sold, of which the customer did not pay 3.11; the 5.99 of delivery are Rialto's, who delivers.
	if sum != 0 || of["discounts_granted"] != 311 || of["seller_payable"]+of["commission_revenue"] != -1_999 || of["delivery_revenue"] != -599 ||
		of["gateway_clearing"] != 1_999+599-311-of["tax_withheld"] {
		t.Errorf("%+v", statement)
	}
}

// A seller's own coupon takes a tenth off what that seller sells, and off nothing else; nobody else can take its code or end it.
func TestASellersOwnCoupon(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	mine, other := newSKU(ctx, t, "Own coupon lamp", 5), newSKU(ctx, t, "Own coupon vase", 5)
	seller, err := shop.NewSeller(mine.seller)
	if err != nil {
		t.Fatal(err)
	}
	rival, err := shop.NewSeller(other.seller)
	if err != nil {
		t.Fatal(err)
	}
	code := strings.ToUpper(strings.TrimPrefix(shop.NewID("X"), "X"))
	path := "/seller/v1/coupons/US/" + code
	terms := map[string]any{"kind": "percent", "basis_points": 1_000, "budget": 3,
		"valid_from": time.Now().Add(-time.Hour).UTC(), "valid_until": time.Now().Add(time.Hour).UTC()}
	if _, err := seller.Call(ctx, http.MethodPut, path, terms, nil); err != nil {
		t.Fatal(err)
	}
	check(ctx, t, rival.Client, bad{"another's code", http.MethodPut, path, terms, nil, http.StatusConflict, "coupon_taken"})
	check(ctx, t, rival.Client, bad{"another's coupon", http.MethodPost, path + "/stop", nil, nil, http.StatusUnprocessableEntity, "coupon_invalid"})
	var list struct{ Coupons []struct{ Code string } }
	_, err = seller.Call(ctx, http.MethodGet, "/seller/v1/coupons", nil, &list)
	if err != nil || len(list.Coupons) != 1 || list.Coupons[0].Code != code {
		t.Fatal(list, err)
	}
	s := mustShopper(ctx, t, "pm_card_visa")
	s.mustPut(ctx, t, mine, 2)
	c := s.mustPut(ctx, t, other, 1)
	if off, problem, err := s.redeem(ctx, code); off != 400 || err != nil { // a tenth of 39.98
		t.Fatal(off, problem, err)
	}
	if o, err := s.checkout(ctx, c.ID, shop.NewKey()); err != nil || o.Status != "placed" {
		t.Fatalf("%+v %v", o, err)
	}
}
