package e2e

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"

	"rialto/localstack/demo/shop"
)

// 200 shoppers want an item of which there are 50. Seen to catch: stock that is read, decreased and written.
func TestTwoHundredCheckoutsOfFiftyUnits(t *testing.T) {
	ctx := deployed(t)
	const shoppers, units = 200, 50
	k := newSKU(ctx, t, "Rare lamp", units)
	crowd := gather(ctx, t, shoppers, func(s *shopper) (cart, error) { return s.put(ctx, k, 1) })
	got := map[string]int{}
	for _, o := range crowd.checkOut(ctx, t) {
		got[o.Status+o.Code]++
	}
	if got["placed"] != units || got["item_unavailable"]+got["faileditem_unavailable"] != shoppers-units {
		t.Errorf("%v", got)
	}
	if st := balanced(ctx, t, k); st.Available != 0 || st.Committed+st.Shipped != units {
		t.Errorf("%+v", st)
	}
	orders, open := 0, int64(0)
	for _, b := range crowd.buyers {
		ids, err := auditor.OrdersOf(ctx, b.ID)
		if err != nil {
			t.Fatal(err)
		}
		orders += len(ids)
		last, err := auditor.LastCheckout(ctx, b.ID)
		if err != nil {
			t.Fatal(err)
		}
		money, err := auditor.MoneyOf(ctx, last.OrderID)
		if err != nil {
			t.Fatal(err)
		}
		if money.Open+money.Captured > 0 {
			open++
		}
		if (money.Open+money.Captured > 0) != (len(ids) == 1) {
			t.Errorf("%s: %d orders, %+v", b.ID, len(ids), money)
		}
	}
	if orders != units || open != units {
		t.Errorf("%d orders, %d authorizations, %d units", orders, open, units)
	}
}

// crowd is shoppers with a cart each.
type crowd struct {
	buyers []*shopper
	carts  []cart
}

// gather signs n shoppers in and has each fill a cart.
func gather(ctx context.Context, t *testing.T, n int, fill func(*shopper) (cart, error)) crowd {
	t.Helper()
	c := crowd{make([]*shopper, n), make([]cart, n)}
	var g errgroup.Group
	g.SetLimit(16)
	for i := range n {
		g.Go(func() (err error) {
			if c.buyers[i], err = newShopper(ctx, "pm_card_visa"); err != nil {
				return err
			}
			c.carts[i], err = fill(c.buyers[i])
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	return c
}

// checkOut lets all buy at once.
func (c crowd) checkOut(ctx context.Context, t *testing.T) []outcome {
	t.Helper()
	outcomes := make([]outcome, len(c.buyers))
	var g errgroup.Group
	for i, buyer := range c.buyers {
		g.Go(func() (err error) {
			outcomes[i], err = buyer.checkout(ctx, c.carts[i].ID, shop.NewKey())
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	return outcomes
}

// Two tabs, two keys, one cart. Seen to catch: a pivot without the cart's version.
func TestTwoKeysOfOneCartMakeOneOrder(t *testing.T) {
	ctx := deployed(t)
	k := newSKU(ctx, t, "Double lamp", 10)
	s := mustShopper(ctx, t, "pm_card_visa")
	c := s.mustPut(ctx, t, k, 1)
	var g errgroup.Group
	for range 2 {
		g.Go(func() error { _, err := s.checkout(ctx, c.ID, shop.NewKey()); return err })
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	ids, err := auditor.OrdersOf(ctx, s.ID)
	if err != nil || len(ids) != 1 {
		t.Fatalf("%v %v", ids, err)
	}
	if st := balanced(ctx, t, k); st.Available != 9 {
		t.Errorf("%+v", st)
	}
}

// callers is how many use one key, and wave how many of them at once; in process it is all of them
// (functions/checkout/checkouttrial/fire_test.go).
const callers, wave = 1000, 100

func TestOneKeyAThousandTimes(t *testing.T) {
	ctx := deployed(t)
	k := newSKU(ctx, t, "Key lamp", 50)
	s := mustShopper(ctx, t, "pm_card_visa")
	c, key := s.mustPut(ctx, t, k, 1), shop.NewKey()
	var mu sync.Mutex
	got := map[string]int{}
	var g errgroup.Group
	g.SetLimit(wave)
	for range callers {
		g.Go(func() error {
			a, err := s.Do(ctx, http.MethodPost, "/api/v1/orders/checkout", s.Order(c.ID), shop.Key(key))
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			got[fmt.Sprint(a.Status, a.Problem().Code, a.Header.Get("Idempotent-Replayed"))]++
			if a.Status == http.StatusConflict && a.Header.Get("Retry-After") == "" {
				t.Error("409 without Retry-After")
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if n := got["201"] + got["201true"] + got["409checkout_in_progress"] + got["202"] + got["202true"]; n != callers || got["201"]+got["202"] != 1 {
		t.Errorf("%v", got)
	}
	if o, err := s.checkout(ctx, c.ID, key); err != nil || o.Status != "placed" || o.Header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("%+v %v", o, err)
	}
	s.Method = "pmt_other"
	if o, err := s.checkout(ctx, c.ID, key); err != nil || o.HTTP != http.StatusUnprocessableEntity || o.Code != "idempotency_key_reused" {
		t.Errorf("%+v %v", o, err)
	}
	ids, err := auditor.OrdersOf(ctx, s.ID)
	if err != nil || len(ids) != 1 {
		t.Fatalf("%v %v", ids, err)
	}
	if money, err := auditor.MoneyOf(ctx, ids[0]); err != nil || money.Intents != 1 {
		t.Errorf("%+v %v", money, err)
	}
	if holds, err := auditor.Holds(ctx, ids[0]); err != nil || len(holds) != 1 {
		t.Errorf("%v %v", holds, err)
	}
	if st := balanced(ctx, t, k); st.Available != 49 {
		t.Errorf("%+v", st)
	}
}
