package promotionsstore_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/memory"
	"rialto/functions/promotions"
	"rialto/functions/promotions/promotionsstore"
)

// Whatever is done to a coupon, by environments that know it more or less, with calls that are refused, not sent or lose
// their answer: after every write the budget balances and customers' uses are counted, and once all calls get through,
// every redemption that is not an order's comes back.
//
// Seen to catch: a ledger that counts what is free and not what is owed; a return that does not count the customer's use
// back, or does not ask what its shard owes; a coupon that is saved over another change.
func TestAnySequenceBalances(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		db := memory.New()
		now := noon
		failing := true
		fail := func(_ context.Context, _ string, writes []store.Write) error {
			if failing && writes != nil {
				switch rapid.IntRange(0, 9).Draw(t, "fault") {
				case 0:
					return fault.New(fault.Unavailable, "away", "injected")
				case 1:
					return &store.Refused{Reasons: make([]store.Reason, len(writes))}
				}
			}
			return nil
		}
		db.Before = fail
		db.After = func(ctx context.Context, op string, writes []store.Write) error {
			check(t, db)
			if err := fail(ctx, op, writes); err != nil && failing {
				return fault.New(fault.Unavailable, "away", "injected")
			}
			return nil
		}
		envs := make([]promotionsstore.Store, 2)
		for i := range envs {
			env := shards.New(db, func() time.Time { return now }, func() float64 { return float64(rapid.IntRange(0, 99).Draw(t, "chance")) / 100 })
			env.Pause = func(context.Context, int) error { return nil }
			envs[i] = promotionsstore.New(env)
		}
		c := coupon(0)
		c.PerCustomer = 2
		for range rapid.IntRange(5, 40).Draw(t, "steps") {
			s := envs[rapid.IntRange(0, 1).Draw(t, "environment")]
			step(t, s, &c, &now)
		}
		failing = false
		for n := range 8 {
			r := redemption(fmt.Sprint("ord_", n), fmt.Sprint("cus_", n/3))
			if _, err := envs[0].Return(ctx, r, now); err != nil && fault.Code(err) != "redemption_committed" {
				t.Fatal(err)
			}
		}
		if held := check(t, db); held > 0 {
			t.Fatalf("%d uses are held by nobody", held)
		}
	})
}

// step does one thing to the coupon.
func step(t *rapid.T, s promotionsstore.Store, c *promotions.Coupon, now *time.Time) {
	n := rapid.IntRange(0, 7).Draw(t, "order")
	r := redemption(fmt.Sprint("ord_", n), fmt.Sprint("cus_", n/3))
	*now = now.Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "wait")) * time.Second)
	switch rapid.IntRange(0, 9).Draw(t, "step") {
	case 0, 1, 2:
		_ = s.Redeem(ctx, r, c.PerCustomer)
	case 3, 4:
		_, _ = s.Return(ctx, r, *now)
	case 5:
		_ = s.DB.Transact(ctx, promotionsstore.Commit(r.OrderID, ref, noon))
	case 6:
		c.Budget = rapid.Int64Range(0, 6).Draw(t, "budget")
		current, err := s.Coupon(ctx, ref)
		if err == nil || fault.Code(err) == "coupon_invalid" {
			_ = s.Save(ctx, *c, current)
		}
	case 7:
		_ = s.Grow(ctx, ref, rapid.IntRange(1, 2).Draw(t, "more"))
	case 8, 9:
		_, _ = s.Restore(ctx, r, *now)
	}
}

// check judges the tables as they are, and counts the uses that are held.
func check(t *rapid.T, db *memory.DB) (held int) {
	var budgets []promotions.Budget
	var granted, budget int64
	for _, i := range db.Items("coupons") {
		var x struct {
			SK     string `dynamodbav:"sk"`
			Budget int64  `dynamodbav:"budget"`
		}
		var b promotions.Budget
		if err := store.Unmarshal(i, &x); err != nil {
			t.Fatal(err)
		}
		switch err := store.Unmarshal(i, &b); {
		case err != nil:
			t.Fatal(err)
		case x.SK == "budget":
			budgets, granted = append(budgets, b), granted+b.Granted
		case x.SK == "rules":
			budget = x.Budget
		}
	}
	var all []promotions.Redemption
	uses := map[string]int64{}
	for _, i := range db.Items("redemptions") {
		var x struct {
			PK   string `dynamodbav:"pk"`
			Uses int64  `dynamodbav:"uses"`
			promotions.Redemption
		}
		if err := store.Unmarshal(i, &x); err != nil {
			t.Fatal(err)
		}
		if of, count := strings.CutPrefix(x.PK, "!uses#"+ref.String()+"#"); count {
			uses[of] += x.Uses
			if x.Uses > 2 {
				t.Fatalf("%s has %d uses", of, x.Uses)
			}
			continue
		}
		all = append(all, x.Redemption)
		switch x.State {
		case promotions.Held:
			held++
			uses[x.CustomerID]--
		case promotions.Committed:
			uses[x.CustomerID]--
		}
	}
	if err := promotions.Balance(budgets, all); err != nil || granted != budget {
		t.Fatalf("%d of %d granted: %v", granted, budget, err)
	}
	for who, n := range uses {
		if n != 0 {
			t.Fatalf("%s: %d uses more counted than there are", who, n)
		}
	}
	return held
}
