package promotionsstore_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/storetest"
	"rialto/functions/promotions"
	"rialto/functions/promotions/promotionsstore"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	ref  = promotions.Ref{Marketplace: "US", Code: "SAVE-10"}
)

func coupon(budget int64) promotions.Coupon {
	return promotions.Coupon{Ref: ref, Kind: promotions.Percent, BasisPoints: 1_000, Most: money.Of(5_000, "USD"), From: noon,
		Until: noon.Add(time.Hour), Budget: budget, PerCustomer: 1}
}

// imported imports coupons and returns how many were written.
func imported(t *testing.T, s promotionsstore.Store, cs ...promotions.Coupon) int {
	t.Helper()
	var b promotions.Batch
	for _, c := range cs {
		row, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		b.Coupons = append(b.Coupons, row)
	}
	report, err := (&promotions.Service{Store: s, Now: func() time.Time { return noon }}).Import(ctx, b)
	if err != nil || report.Failed > 0 {
		t.Fatalf("%+v %v", report, err)
	}
	return report.Written
}

func redemption(order, customer string) promotions.Redemption {
	return promotions.Redemption{Ref: ref, OrderID: order, CustomerID: customer, ExpiresAt: noon.Add(time.Minute).UnixMilli()}
}

// balanced checks the coupon's ledger against the redemptions of some orders, and returns how many uses are free.
func balanced(t *testing.T, db store.DB, orders ...string) (free int64) {
	t.Helper()
	shards, err := promotionsstore.Store{DB: db}.Budget(ctx, ref)
	if err != nil {
		t.Fatal(err)
	}
	var all []promotions.Redemption
	for _, o := range orders {
		i, err := db.Get(ctx, "redemptions", store.Key{PK: o, SK: ref.String()})
		if err != nil {
			t.Fatal(err)
		}
		var r promotions.Redemption
		if err := store.Unmarshal(i, &r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	if err := promotions.Balance(shards, all); err != nil {
		t.Error(err)
	}
	for _, b := range shards {
		free += b.Available
	}
	return free
}

// Seen to catch: a budget that is set and not changed by the difference; one that is not written with the rules.
func TestACouponStandsAsItsRowSays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := promotionsstore.Store{DB: db}
		if _, err := s.Coupon(ctx, ref); fault.Code(err) != "coupon_invalid" {
			t.Fatal(err)
		}
		c := coupon(3)
		for n, want := range []int{1, 0} {
			if got := imported(t, s, c); got != want {
				t.Fatalf("time %d: %d written", n, got)
			}
		}
		for _, o := range []string{"ord_1", "ord_2", "ord_3"} {
			if err := s.Redeem(ctx, redemption(o, "cus_"+o), 1); err != nil {
				t.Fatal(err)
			}
		}
		c.Budget, c.BasisPoints = 2, 2_000 // one is used that should not be: the next that returns pays for it
		imported(t, s, c)
		found, err := s.Coupon(ctx, ref)
		if c.Version = 2; err != nil || found != c {
			t.Fatalf("%+v %v", found, err)
		}
		if did, err := s.Return(ctx, redemption("ord_1", "cus_ord_1"), noon); err != nil || !did {
			t.Fatal(did, err)
		}
		if free := balanced(t, db, "ord_1", "ord_2", "ord_3"); free != 0 {
			t.Errorf("%d free", free)
		}
		c.Budget = 5
		imported(t, s, c)
		if free := balanced(t, db, "ord_1", "ord_2", "ord_3"); free != 3 {
			t.Errorf("%d free", free)
		}
	})
}

// Seen to catch: a return that leaves no tombstone, or forgets the customer's count; a redemption that counts before it
// knows itself; a commit at the very end of the hold.
func TestTheLifeOfARedemption(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := promotionsstore.Store{DB: db}
		imported(t, s, coupon(2))
		redeem := func(order, customer, want string) {
			t.Helper()
			if err := s.Redeem(ctx, redemption(order, customer), 1); fault.Code(err) != want {
				t.Fatalf("redeem %s: %v, want %q", order, err, want)
			}
		}
		giveBack := func(order, customer string, want bool, code string) {
			t.Helper()
			if did, err := s.Return(ctx, redemption(order, customer), noon); did != want || fault.Code(err) != code {
				t.Fatalf("return %s: %v %v", order, did, err)
			}
		}
		commit := func(order string, at time.Time, want string) {
			t.Helper()
			err := db.Transact(ctx, promotionsstore.Commit(order, ref, at))
			if r, ok := store.AsRefused(err); ok {
				err = promotionsstore.CommitRefusal(r)
			}
			if fault.Code(err) != want {
				t.Fatalf("commit %s: %v, want %q", order, err, want)
			}
		}
		redeem("ord_1", "cus_a", "")
		redeem("ord_1", "cus_a", "")
		redeem("ord_2", "cus_a", "coupon_used")
		giveBack("ord_1", "cus_a", true, "")
		giveBack("ord_1", "cus_a", false, "")
		redeem("ord_1", "cus_a", "redemption_released")
		commit("ord_1", noon, "redemption_released")
		giveBack("ord_3", "cus_a", false, "")
		redeem("ord_3", "cus_a", "redemption_released")
		redeem("ord_4", "cus_a", "")
		commit("ord_5", noon, "redemption_missing")
		commit("ord_4", noon.Add(time.Minute), "redemption_expired")
		commit("ord_4", noon.Add(time.Minute-time.Millisecond), "")
		commit("ord_4", noon, "redemption_committed")
		redeem("ord_4", "cus_a", "redemption_committed")
		giveBack("ord_4", "cus_a", false, "redemption_committed")
		redeem("ord_6", "cus_b", "")
		redeem("ord_6", "cus_b", "") // though nothing is left
		redeem("ord_7", "cus_c", "coupon_exhausted")
		redeem("ord_8", "cus_b", "coupon_used")
		if free := balanced(t, db, "ord_1", "ord_2", "ord_3", "ord_4", "ord_5", "ord_6", "ord_7", "ord_8"); free != 0 {
			t.Errorf("%d free", free)
		}
	})
}

// The use of an order that is cancelled whole is free again, for all and for its customer, once. Seen to catch: a use that comes back
// at each repetition, one that comes back of an order which was never placed.
func TestTheUseOfACancelledOrderComesBackOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := promotionsstore.New(shards.New(db, time.Now, rand.Float64))
		imported(t, s, coupon(1))
		service := &promotions.Service{Store: s, Now: func() time.Time { return noon }}
		told := func(order, code, want string) {
			t.Helper()
			data := fmt.Sprintf(`{"order_id":%q,"customer_id":"cus_a","marketplace":"US","coupon":%q}`, order, code)
			if err := service.HandleEvent(ctx, "OrderCancelled", []byte(data)); fault.Code(err) != want {
				t.Errorf("%s: %v, want %q", order, err, want)
			}
		}
		if err := s.Redeem(ctx, redemption("ord_1", "cus_a"), 1); err != nil {
			t.Fatal(err)
		}
		told("ord_1", ref.Code, "redemption_missing") // it is held by a checkout
		if err := db.Transact(ctx, promotionsstore.Commit("ord_1", ref, noon)); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			told("ord_1", ref.Code, "")
			told("ord_2", ref.Code, "")
			told("ord_1", "", "")
			if free := balanced(t, db, "ord_1", "ord_2"); free != 1 {
				t.Errorf("%d free", free)
			}
		}
		if err := s.Redeem(ctx, redemption("ord_3", "cus_a"), 1); err != nil {
			t.Error("its customer cannot use it again:", err)
		}
		told("ord_1", ref.Code, "")
		if free := balanced(t, db, "ord_1", "ord_2", "ord_3"); free != 0 {
			t.Errorf("%d free", free)
		}
	})
}

// Two returns of one redemption at once give one use back. Seen to catch: a return by what was read before another's.
func TestAUseComesBackOnce(t *testing.T) {
	t.Parallel()
	db := memory.New()
	s := promotionsstore.Store{DB: db}
	imported(t, s, coupon(5))
	for _, o := range []string{"ord_1", "ord_2"} {
		if err := s.Redeem(ctx, redemption(o, "cus_"+o), 1); err != nil {
			t.Fatal(err)
		}
	}
	once := false
	db.Before = func(ctx context.Context, op string, _ []store.Write) error {
		if op != "Transact" || once {
			return nil
		}
		once = true
		did, err := s.Return(ctx, redemption("ord_1", "cus_ord_1"), noon)
		if !did {
			t.Error("the other gave nothing back:", err)
		}
		return err
	}
	if did, err := s.Return(ctx, redemption("ord_1", "cus_ord_1"), noon); err != nil || did || !once {
		t.Error(did, err, once)
	}
	if free := balanced(t, db, "ord_1", "ord_2"); free != 4 {
		t.Errorf("%d free", free)
	}
}

// Of two changes of a coupon that read the same, one is made. Seen to catch: a budget that both have raised.
func TestACouponIsChangedAsItWasRead(t *testing.T) {
	t.Parallel()
	s := promotionsstore.Store{DB: memory.New()}
	imported(t, s, coupon(3))
	current, err := s.Coupon(ctx, ref)
	if err != nil {
		t.Fatal(err)
	}
	more := coupon(10)
	if err := s.Save(ctx, more, current); err != nil {
		t.Fatal(err)
	}
	if err := s.Save(ctx, more, current); fault.Code(err) != "coupon_changed" {
		t.Error(err)
	}
	if free := balanced(t, s.DB); free != 10 {
		t.Errorf("%d free", free)
	}
}

// An environment keeps a coupon for a second, and knows after it what an operator has changed elsewhere. Seen to catch: a coupon that
// was stopped, and is taken for as long as an environment lives.
func TestAStoppedCouponIsKnownSoon(t *testing.T) {
	t.Parallel()
	db, now := memory.New(), noon
	env := shards.New(db, func() time.Time { return now }, rand.Float64)
	s := promotionsstore.New(env)
	imported(t, s, coupon(3))
	if _, err := s.Coupon(ctx, ref); err != nil {
		t.Fatal(err)
	}
	elsewhere := &promotions.Service{Store: promotionsstore.Store{DB: db}, Now: func() time.Time { return noon.Add(time.Minute) }}
	if _, err := elsewhere.Stop(ctx, ref); err != nil {
		t.Fatal(err)
	}
	now = now.Add(env.MaxAge)
	if c, err := s.Coupon(ctx, ref); err != nil || !c.Until.Equal(noon.Add(time.Minute)) {
		t.Errorf("%+v %v", c, err)
	}
}

// What may be left out stands for one use by a customer, and a use that could not be committed any more is not taken. An order's use
// comes back in its own marketplace.
func TestWhatACouponStandsForWhenItDoesNotSay(t *testing.T) {
	t.Parallel()
	db := memory.New()
	s := &promotions.Service{Store: promotionsstore.Store{DB: db}, Now: func() time.Time { return noon }}
	c := coupon(3)
	c.PerCustomer, c.Marketplace, c.Most = 0, "DE", money.Of(5_000, "EUR")
	if made, err := s.Put(ctx, c); err != nil || made.PerCustomer != 1 {
		t.Fatalf("%+v %v", made, err)
	}
	in := promotions.RedeemInput{OrderID: "ord_1", CustomerID: "cus_a", Coupon: promotions.Terms{Ref: c.Ref, PerCustomer: 1}, ExpiresAt: noon}
	if _, err := s.Redeem(ctx, in); fault.Code(err) != "redemption_expired" {
		t.Error(err)
	}
	in.ExpiresAt = noon.Add(time.Minute)
	if _, err := s.Redeem(ctx, in); err != nil {
		t.Fatal(err)
	}
	if err := db.Transact(ctx, promotionsstore.Commit("ord_1", c.Ref, noon)); err != nil {
		t.Fatal(err)
	}
	if err := s.HandleEvent(ctx, "OrderCancelled", []byte(`{"order_id":"ord_1","marketplace":"DE","coupon":"SAVE-10"}`)); err != nil {
		t.Fatal(err)
	}
	if budget, err := (promotionsstore.Store{DB: db}).Budget(ctx, c.Ref); err != nil || budget[0].Available != 3 {
		t.Errorf("%+v %v", budget, err)
	}
}

// Twenty customers, each with two orders at once, want seven uses of a divided budget: seven of them get one each. Seen to
// catch: a count of uses that is read before the transaction.
func TestNoUseIsGivenTwice(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		imported(t, promotionsstore.Store{DB: db}, coupon(7))
		if err := (promotionsstore.Store{DB: db}).Grow(ctx, ref, 3); err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		var all sync.WaitGroup
		var orders []string
		got, by := map[string]int{}, map[string]int{}
		for n := range 40 {
			order, customer := fmt.Sprint("ord_", n), fmt.Sprint("cus_", n/2)
			orders = append(orders, order)
			all.Go(func() {
				s := promotionsstore.New(shards.New(db, time.Now, rand.Float64))
				err := s.Redeem(ctx, redemption(order, customer), 1)
				for fault.Of(err).Kind.Transient() && err != nil {
					err = s.Redeem(ctx, redemption(order, customer), 1)
				}
				mu.Lock()
				defer mu.Unlock()
				if got[fault.Code(err)]++; err == nil {
					by[customer]++
				}
			})
		}
		all.Wait()
		if got[""] != 7 || len(by) != 7 || got["coupon_exhausted"]+got["coupon_used"] != 33 {
			t.Errorf("%v %v", got, by)
		}
		if free := balanced(t, db, orders...); free != 0 {
			t.Errorf("%d free", free)
		}
	})
}

// An operator makes one coupon, changes it and ends it, before it has begun too; one that is over stays as it was. Seen to catch: a
// coupon that was stopped before it began, and that no check would take.
func TestACouponIsMadeAndStopped(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		now := noon
		s := &promotions.Service{Store: promotionsstore.Store{DB: db}, Now: func() time.Time { return now }}
		if _, err := s.Stop(ctx, ref); fault.Code(err) != "coupon_invalid" {
			t.Fatal(err)
		}
		bad := coupon(3)
		bad.BasisPoints = 10_000
		if _, err := s.Put(ctx, bad); fault.Code(err) != "coupon_malformed" {
			t.Fatal(err)
		}
		if _, err := s.Put(ctx, coupon(3)); err != nil {
			t.Fatal(err)
		}
		for _, from := range []time.Time{noon.Add(-time.Hour), noon.Add(time.Hour)} {
			c := coupon(3)
			c.From, c.Until = from, noon.Add(48*time.Hour)
			if _, err := s.Put(ctx, c); err != nil {
				t.Fatal(err)
			}
			stopped, err := s.Stop(ctx, promotions.Ref{Marketplace: ref.Marketplace, Code: " " + strings.ToLower(ref.Code)})
			if err != nil || !stopped.Until.Equal(noon) || stopped.Check() != nil {
				t.Fatalf("%+v %v", stopped, err)
			}
			now = noon.Add(time.Minute)
			if again, err := s.Stop(ctx, ref); err != nil || !again.Until.Equal(noon) {
				t.Fatalf("%+v %v", again, err)
			}
			now = noon
			if found, err := s.Coupon(ctx, ref); err != nil || !found.Until.Equal(noon) || found.Budget != 3 {
				t.Fatalf("%+v %v", found, err)
			}
		}
	})
}

// A seller makes, lists and ends its own coupons; a code is who made it first, and nobody else changes or ends that. Seen to catch: an
// operator who changes what a seller bears; a list with coupons of others.
func TestASellersOwnCoupons(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := &promotions.Service{Store: promotionsstore.Store{DB: db}, Now: func() time.Time { return noon }}
		put := func(seller, code string, budget int64) error {
			c := coupon(budget)
			c.Code, c.SellerID = code, seller
			_, err := s.Put(ctx, c)
			return err
		}
		for _, code := range []string{"MINE1", "MINE2", "MINE3"} {
			if err := put("sel_a", code, 3); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(put("sel_a", "MINE2", 5), put("sel_b", "OTHERS", 3), put("", "ALL", 3)); err != nil {
			t.Fatal(err)
		}
		for seller, code := range map[string]string{"sel_b": "MINE1", "": "MINE2", "sel_a": "ALL"} {
			if err := put(seller, code, 9); fault.Code(err) != "coupon_taken" {
				t.Errorf("%q takes %s: %v", seller, code, err)
			}
		}
		got := ""
		for next, begun := "", false; !begun || next != ""; begun = true {
			page, after, err := s.Own(ctx, "sel_a", next, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range page {
				got += fmt.Sprint(c.Code, " ", c.Budget, " ", c.SellerID, " ")
			}
			next = after
		}
		if got != "MINE1 3 sel_a MINE2 5 sel_a MINE3 3 sel_a " {
			t.Fatal(got)
		}
		mine := promotions.Ref{Marketplace: ref.Marketplace, Code: "MINE1"}
		if _, err := s.StopOwn(ctx, "sel_b", mine); fault.Code(err) != "coupon_invalid" {
			t.Fatal(err)
		}
		if c, err := s.StopOwn(ctx, "sel_a", mine); err != nil || !c.Until.Equal(noon) || c.SellerID != "sel_a" {
			t.Fatal(c, err)
		}
		if c, err := s.Stop(ctx, promotions.Ref{Marketplace: ref.Marketplace, Code: "MINE3"}); err != nil || c.SellerID != "sel_a" {
			t.Fatal("an operator ends any: ", c, err)
		}
	})
}
