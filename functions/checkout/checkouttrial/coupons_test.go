package checkouttrial_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"rialto/functions/checkout"
	"rialto/functions/internal/money"
	"rialto/functions/orders"
	"rialto/functions/promotions"
	"rialto/functions/promotions/promotionsstore"
)

// couponLine is the smallest cart with a coupon of so many uses, of which no shard has many.
func couponLine(uses int64) []good {
	g := oneLine(50)
	g[0].coupon = &promotions.Coupon{
		Ref:         promotions.Ref{Marketplace: "US", Code: "SAVE-15"},
		Kind:        promotions.Percent,
		BasisPoints: 1_555,
		Minimum:     money.Of(1_000, "USD"),
		From:        dawn.Add(-time.Hour),
		Until:       dawn.Add(30 * 24 * time.Hour),
		Budget:      uses,
		PerCustomer: 1,
	}
	return g
}

// coupon is what the customers' carts have, nil for none.
func (w *world) coupon() *promotions.Coupon { return w.goods[0].coupon }

// issue imports the coupon and divides its budget.
func (w *world) issue() {
	w.t.Helper()
	c := w.coupon()
	if c == nil {
		return
	}
	coupons := promotionsstore.Store{DB: w.db}
	row, err := json.Marshal(c)
	if err != nil {
		w.t.Fatal(err)
	}
	report, err := (&promotions.Service{Store: coupons, Now: w.clock}).Import(context.Background(), promotions.Batch{Coupons: []json.RawMessage{row}})
	if err != nil || report.Written != 1 {
		w.t.Fatal(report, err)
	}
	if err := coupons.Grow(context.Background(), c.Ref, 3); err != nil {
		w.t.Fatal(err)
	}
}

// usedUpMeanwhile lets others use, between the quote and the redemption, all that is left of the coupon.
func usedUpMeanwhile(w *world, _ *execution, state string) error {
	if state != "Redeem" || len(w.db.Items("redemptions")) > 0 {
		return nil
	}
	c, now := w.coupon(), w.clock()
	for n := range c.Budget {
		r := promotions.Redemption{
			Ref:        c.Ref,
			OrderID:    fmt.Sprint(another, n),
			CustomerID: fmt.Sprint("cus_other", n),
			ExpiresAt:  now.Add(time.Minute).UnixMilli(),
		}
		if err := (promotionsstore.Store{DB: w.db}).Redeem(context.Background(), r, 1); err != nil {
			w.t.Errorf("used by another: %v", err)
		}
		if _, err := w.db.Apply(context.Background(), promotionsstore.Commit(r.OrderID, c.Ref, now)); err != nil {
			w.t.Errorf("used by another: %v", err)
		}
	}
	return nil
}

// watchedCoupon checks what must hold of the coupon after every single write: its budget balances, and every customer's
// uses are counted, and not too many. Others write meanwhile, so it looks at both tables as of one instant.
func (w *world) watchedCoupon() {
	c := w.coupon()
	if c == nil {
		return
	}
	now := w.db.View("coupons", "redemptions")
	var shards []promotions.Budget
	for _, i := range decoded[struct {
		SK string `dynamodbav:"sk"`
		promotions.Budget
	}](w.t, now["coupons"]) {
		if i.SK == "budget" {
			shards = append(shards, i.Budget)
		}
	}
	var redeemed []promotions.Redemption
	counted, uses := map[string]int64{}, map[string]int64{}
	for _, i := range decoded[struct {
		PK   string `dynamodbav:"pk"`
		Uses int64  `dynamodbav:"uses"`
		promotions.Redemption
	}](w.t, now["redemptions"]) {
		if of, count := strings.CutPrefix(i.PK, "!uses#"); count {
			counted[of[strings.LastIndex(of, "#")+1:]] = i.Uses
			continue
		}
		redeemed = append(redeemed, i.Redemption)
		if i.State == promotions.Held || i.State == promotions.Committed {
			uses[i.CustomerID]++
		}
	}
	if err := promotions.Balance(shards, redeemed); err != nil {
		blame(w.t, "coupon-equation", "%v", err)
	}
	var granted int64
	for _, s := range shards {
		granted += s.Granted
	}
	if granted != c.Budget {
		blame(w.t, "coupon-equation", "%d uses are granted, the budget is %d", granted, c.Budget)
	}
	for who, n := range uses {
		if n != counted[who] || n > c.PerCustomer {
			blame(w.t, "coupon-used-too-often", "%s has %d uses, counted as %d; %d are allowed", who, n, counted[who], c.PerCustomer)
		}
		delete(counted, who)
	}
	for who, n := range counted {
		if n != 0 {
			blame(w.t, "coupon-used-too-often", "%s has no use, counted as %d", who, n)
		}
	}
}

// auditCoupon checks what must hold when nothing is open: no use is held, one is committed exactly for every order, and
// each order's discount is what the coupon says.
func (w *world) auditCoupon(placed map[string]orders.Order) {
	w.t.Helper()
	c := w.coupon()
	if c == nil {
		return
	}
	w.watchedCoupon()
	redeemed := map[string]bool{}
	for _, r := range itemsOf[promotions.Redemption](w, "redemptions") {
		switch r.State {
		case promotions.Held:
			blame(w.t, "stranded-redemption", "%+v", r)
		case promotions.Committed:
			redeemed[r.OrderID] = true
			if o := placed[r.OrderID]; o.Coupon != r.Code && !strings.HasPrefix(r.OrderID, another) {
				blame(w.t, "redemption-without-order", "%+v", r)
			}
		}
	}
	for id, o := range placed {
		if !redeemed[id] {
			blame(w.t, "order-without-redemption", "%s", id)
		}
		if want := (o.Totals.Items.Minor*c.BasisPoints + 5_000) / 10_000; o.Totals.Discount.Minor != want {
			blame(w.t, "discount-differs", "%s has %d off %d, its coupon says %d", id, o.Totals.Discount.Minor, o.Totals.Items.Minor, want)
		}
	}
}

func TestACouponIsRedeemedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, couponLine(2))
	buy := func(who, key, want string) {
		t.Helper()
		reply, err := w.front.Checkout(context.Background(), who, key, request(w.fill(who), "pm_card_visa"))
		got := string(reply.State)
		if reply.Failure != nil {
			got = reply.Failure.Code
		}
		if err != nil || got != want {
			t.Fatalf("%s %s: %+v %v, want %s", who, key, reply, err, want)
		}
	}
	buy(customer, "key-0001", "PLACED")
	buy(customer, "key-0002", "coupon_used")
	buy(neighbour, "key-0001", "PLACED")
	buy("cus_cccccccccccccccccccccccccc", "key-0001", "coupon_exhausted")
	if n := w.audit(); n != 2 {
		t.Errorf("%d orders", n)
	}
	for _, o := range w.orders() { // 15.55 % of 39.98 off; 7.25 % of the rest is tax
		if o.Totals.Discount.Minor != 622 || o.Totals.Tax.Minor != 245 || o.Totals.Total.Minor != 3998-622+245+798+599 {
			t.Errorf("%+v", o.Totals)
		}
	}
}

// Seen to catch: a budget that is read and then written.
func TestManyAfterACoupon(t *testing.T) {
	t.Parallel()
	const shoppers, uses = 40, 7
	w := newWorld(t, couponLine(uses))
	w.goods[0].coupon.Budget = uses
	got := map[string]int{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for n := range shoppers {
		who := fmt.Sprintf("cus_%026d", n)
		cart := w.fill(who)
		all.Go(func() {
			reply, err := w.front.Checkout(context.Background(), who, "key-0001", request(cart, "pm_card_visa"))
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if reply.State == checkout.Placed {
				got["placed"]++
			} else {
				got[reply.Failure.Code]++
			}
		})
	}
	all.Wait()
	if n := w.audit(); n != uses || got["placed"] != uses || got["coupon_exhausted"] != shoppers-uses {
		t.Errorf("%d orders, %v", n, got)
	}
}
