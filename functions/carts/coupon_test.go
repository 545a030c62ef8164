package carts_test

import (
	"context"
	"testing"
	"time"

	"rialto/functions/carts"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/inventory"
	"rialto/functions/promotions"
)

// fives is the coupons of a shop: FIVE takes five dollars off ten, LATE is over, and OWN is the seller t's.
type fives struct{}

func (fives) Coupon(_ context.Context, r promotions.Ref) (promotions.Coupon, error) {
	c := promotions.Coupon{Ref: r, Kind: promotions.Fixed, Amount: money.Of(500, "USD"), Minimum: money.Of(1_000, "USD"),
		From: time.Unix(0, 0), Until: time.Unix(100, 0), PerCustomer: 1}
	switch {
	case r.Marketplace != "US" || r.Code != "FIVE" && r.Code != "LATE" && r.Code != "OWN":
		return promotions.Coupon{}, promotions.ErrInvalid
	case r.Code == "LATE":
		c.Until = time.Unix(1, 0)
	case r.Code == "OWN":
		c.SellerID = "t"
	}
	return c, nil
}

type plenty struct{}

func (plenty) Stock(_ context.Context, skus ...inventory.SKU) (out []inventory.Stock, err error) {
	for _, s := range skus {
		out = append(out, inventory.Stock{SKU: s, Centre: "us-west-2", Available: 100})
	}
	return out, nil
}

// Seen to catch: a coupon that is put into a cart which it takes nothing off; a quote that leaves it out when it is no
// longer good, so that more is paid than was shown; a line's discount that is not in the quote.
func TestACouponInTheCart(t *testing.T) {
	t.Parallel()
	s := service()
	s.Coupons, s.Stock = fives{}, plenty{}
	key := guards()
	add := func(product string, quantity, off, total int64, refused string) {
		t.Helper()
		v, err := s.Add(ctx, owner, us, key(), product, "s", quantity)
		if err != nil || v.Breakdown.Discount.Minor != off || v.Breakdown.Total.Minor != total || fault.Code(v.Refused) != refused {
			t.Fatalf("%+v %v %v", v.Breakdown, v.Refused, err)
		}
	}
	quote := func(off int64, code string) carts.Quote {
		t.Helper()
		q, err := quoter(s).Quote(ctx, carts.QuoteInput{CartID: carts.IDOf(owner.ID, "US"), CustomerID: owner.ID, Marketplace: "US"})
		if fault.Code(err) != code || q.Discount.Minor != off || (q.Coupon != nil) != (off > 0) || off > 0 && q.Coupon.PerCustomer != 1 {
			t.Fatalf("%+v %v", q, err)
		}
		return q
	}
	add("p", 6, 0, 600, "")
	if _, err := s.Redeem(ctx, owner, us, key(), "five"); fault.Code(err) != "coupon_not_applicable" {
		t.Fatal(err)
	}
	add("q", 4, 0, 1_000, "")
	for _, code := range []string{"SIX", "LATE"} {
		if _, err := s.Redeem(ctx, owner, us, key(), code); fault.Code(err) != "coupon_invalid" {
			t.Fatal(code, err)
		}
	}
	if v, err := s.Redeem(ctx, owner, us, key(), " five "); err != nil || v.Cart.Coupon != "FIVE" || v.Breakdown.Discount.Minor != 500 ||
		v.Breakdown.Total.Minor != 500 {
		t.Fatalf("%+v %v", v, err)
	}
	q := quote(500, "")
	if q.Coupon.Code != "FIVE" || q.Lines[0].Discount.Minor != 300 || q.Lines[1].Discount.Minor != 200 || q.Items.Minor != 1_000 {
		t.Errorf("%+v", q)
	}
	if v, err := s.Set(ctx, owner, us, key(), "p", "s", 5); err != nil || fault.Code(v.Refused) != "coupon_not_applicable" ||
		v.Breakdown.Total.Minor != 900 {
		t.Fatalf("%+v %v", v, err)
	}
	quote(0, "coupon_not_applicable")
	add("p", 1, 500, 500, "")
	s.Now = func() time.Time { return time.Unix(100, 0) }
	if v, err := s.Show(ctx, owner, us); err != nil || fault.Code(v.Refused) != "coupon_invalid" || v.Breakdown.Total.Minor != 1_000 {
		t.Fatalf("%+v %v", v, err)
	}
	quote(0, "coupon_invalid")
	if _, err := s.Unredeem(ctx, owner, us, key(), "SIX"); fault.Code(err) != "cart_coupon_not_found" {
		t.Fatal(err)
	}
	if v, err := s.Unredeem(ctx, owner, us, key(), "five"); err != nil || v.Cart.Coupon != "" || v.Refused != nil {
		t.Fatalf("%+v %v", v, err)
	}
	quote(0, "")
}

// A seller's coupon needs, and is taken off, what that seller sells. Seen to catch: a coupon that others' lines make applicable.
func TestASellersCouponIsForItsOffers(t *testing.T) {
	t.Parallel()
	s := service()
	s.Coupons, s.Stock = fives{}, plenty{}
	key := guards()
	add := func(product, seller string, units int64) {
		t.Helper()
		if _, err := s.Add(ctx, owner, us, key(), product, seller, units); err != nil {
			t.Fatal(err)
		}
	}
	add("p", "s", 50)
	add("p", "t", 9)
	if _, err := s.Redeem(ctx, owner, us, key(), "OWN"); fault.Code(err) != "coupon_not_applicable" {
		t.Fatal(err)
	}
	add("q", "t", 1)
	v, err := s.Redeem(ctx, owner, us, key(), "OWN")
	if err != nil || v.Breakdown.Discount.Minor != 500 || v.Breakdown.Total.Minor != 5_500 {
		t.Fatalf("%+v %v", v.Breakdown, err)
	}
	q, err := quoter(s).Quote(ctx, carts.QuoteInput{CartID: carts.IDOf(owner.ID, "US"), CustomerID: owner.ID, Marketplace: "US"})
	if err != nil || q.Coupon.SellerID != "t" || q.Discount.Minor != 500 {
		t.Fatal(q, err)
	}
	for _, l := range q.Lines {
		if want := map[string]int64{"p#s": 0, "p#t": 450, "q#t": 50}[l.Line]; l.Discount.Minor != want {
			t.Errorf("%s has %d off, want %d", l.Line, l.Discount.Minor, want)
		}
	}
}

// guards returns a guard of a new key at each call.
func guards() func() carts.Guard {
	keys := 0
	return func() carts.Guard {
		keys++
		return carts.Guard{Key: "key-" + string(rune('a'+keys))}
	}
}

func TestAGuestsCouponIsMerged(t *testing.T) {
	t.Parallel()
	for of, want := range map[string]string{"": "FIVE", "SIX": "SIX"} {
		into, guest := carts.New("cus_1", false, "US"), carts.New("cus_2", true, "US")
		into.Coupon, guest.Coupon = of, "FIVE"
		if into.Absorb(guest); into.Coupon != want {
			t.Errorf("%q: %q", of, into.Coupon)
		}
	}
}
