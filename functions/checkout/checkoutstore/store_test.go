package checkoutstore_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/checkout"
	"rialto/functions/checkout/checkoutstore"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
	"rialto/functions/laboratory/storetest"
	"rialto/functions/orders"
	"rialto/functions/promotions"
)

var (
	ctx = context.Background()
	t0  = time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
)

func newRecord(key string, at time.Time) checkout.Record {
	r := checkout.Record{
		Ref: checkout.Ref{
			ID:         checkout.IDOf("cus_1", key),
			CustomerID: "cus_1",
			OrderID:    ids.Derive(ids.Order, key, at.String()),
			Epoch:      1,
			Run:        "run_1",
		},
		State:     checkout.Open,
		Request:   checkout.Request{CartID: "crt_1", Marketplace: "US"},
		CreatedAt: at,
		DueAt:     at.Add(checkout.Due),
	}
	r.Hash = r.Request.Hash()
	return r
}

func draft(r checkout.Record) *checkout.Draft {
	usd := money.Of(100, "USD")
	return &checkout.Draft{
		CartID:      "crt_1",
		CartVersion: 3,
		MethodToken: "pm_1",
		Coupon:      &promotions.Terms{Ref: promotions.Ref{Marketplace: "US", Code: "SAVE-10"}, PerCustomer: 1},
		Plan: inventory.Plan{
			Lines: []inventory.PlannedLine{
				{Line: "p#s", ProductID: "p", SellerID: "s", Picks: []inventory.Pick{{Centre: "c1", Quantity: 1}, {Centre: "c2", Quantity: 2}}},
				{Line: "gift", ProductID: "q", SellerID: "s", Picks: []inventory.Pick{{Centre: "c1", Quantity: 1}}},
			},
		},
		Order: orders.Order{
			ID:         r.OrderID,
			CustomerID: r.CustomerID,
			Totals:     orders.Totals{Items: usd, Total: usd},
			Lines:      []orders.Line{{Line: "p#s", Amount: usd, Quantity: 1}},
			Shipments:  []orders.Shipment{{Group: "g1", Amount: usd}, {Group: "g2", Amount: usd}},
		},
	}
}

func begin(t *testing.T, s checkoutstore.Store, r checkout.Record) {
	t.Helper()
	if found, err := s.Begin(ctx, r); err != nil || found != nil {
		t.Fatalf("begin: %+v %v", found, err)
	}
}

// claim begins a record and claims it, and returns another run of the same checkout beside it.
func claim(t *testing.T, s checkoutstore.Store) (begun, claimed checkout.Record, stranger checkout.Ref) {
	t.Helper()
	begun = newRecord("k", t0)
	begin(t, s, begun)
	claimed, err := s.Claim(ctx, begun.Ref, draft(begun), t0.Add(checkout.HoldFor))
	if err != nil {
		t.Fatal(err)
	}
	stranger = begun.Ref
	stranger.Run = "run_2"
	return begun, claimed, stranger
}

// Seen to catch: a key that is free while its record is open; one that is free before a day is over.
func TestAKeyIsTakenUntilItsRecordIsOverAndOld(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := checkoutstore.Store{DB: db, Buckets: 4}
		r := newRecord("k", t0)
		begin(t, s, r)
		day := newRecord("k", t0.Add(25*time.Hour))
		if found, err := s.Begin(ctx, day); err != nil || found == nil || found.OrderID != r.OrderID || found.State != checkout.Open {
			t.Fatalf("an open record was replaced: %+v %v", found, err)
		}
		if _, err := s.Fail(ctx, r.Ref, checkout.FailureOf("cart_empty"), t0); err != nil {
			t.Fatal(err)
		}
		if found, err := s.Begin(ctx, newRecord("k", t0.Add(23*time.Hour))); err != nil || found == nil || found.Failure.Code != "cart_empty" {
			t.Fatalf("a young answer is gone: %+v %v", found, err)
		}
		begin(t, s, day)
		if got, ok, err := s.Get(ctx, r.ID); err != nil || !ok || got.OrderID != day.OrderID || got.Failure != nil {
			t.Fatalf("%+v %v %v", got, ok, err)
		}
	})
}

// Seen to catch: a Claim that does not look at who has the record.
func TestOneRunClaims(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := checkoutstore.Store{DB: db, Buckets: 4}
		r := newRecord("k", t0)
		begin(t, s, r)
		var won atomic.Int32
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				ref := r.Ref
				ref.Run = "run_" + string(rune('a'+i))
				for range 2 { // a claim whose answer was lost is made again
					if _, err := s.Claim(ctx, ref, draft(r), t0.Add(checkout.HoldFor)); err == nil {
						won.Add(1)
					} else if !errors.Is(err, checkout.ErrClaimLost) {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if won.Load() != 2 {
			t.Fatalf("%d claims passed, one run's two should", won.Load())
		}
	})
}

func TestThePlanNeverChanges(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := checkoutstore.Store{DB: db, Buckets: 4}
		r := newRecord("k", t0)
		begin(t, s, r)
		if _, err := s.Claim(ctx, r.Ref, nil, t0); !errors.Is(err, checkout.ErrClaimLost) {
			t.Fatalf("a record without a plan was resumed: %v", err)
		}
		first, err := s.Claim(ctx, r.Ref, draft(r), t0.Add(checkout.HoldFor))
		if err != nil {
			t.Fatal(err)
		}
		other := draft(r)
		other.MethodToken = "pm_2"
		if now, err := s.Claim(ctx, r.Ref, other, t0.Add(2*checkout.HoldFor)); !errors.Is(err, checkout.ErrClaimLost) {
			t.Fatalf("a run went on with another draft: %+v %v", now, err)
		}
		second, err := s.Claim(ctx, r.Ref, draft(r), t0.Add(2*checkout.HoldFor))
		if err != nil || !second.ExpiresAt.Equal(first.ExpiresAt) {
			t.Fatalf("a retry changed the expiry: %+v %v", second, err)
		}
		if diff := cmp.Diff(draft(r).Effects(), *second.Effects); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAFenceStopsEarlierRunsOnly(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := checkoutstore.Store{DB: db, Buckets: 4, Pivot: pivot}
		r, claimed, stranger := claim(t, s)
		if _, mine, err := s.Fence(ctx, stranger, false); err != nil || mine {
			t.Fatalf("a run fenced another's record: %v %v", mine, err)
		}
		for range 2 { // the second time the answer was lost
			if now, mine, err := s.Fence(ctx, r.Ref, false); err != nil || !mine || now.Epoch != 2 {
				t.Fatalf("%+v %v %v", now, mine, err)
			}
		}
		if _, err := s.Place(ctx, r.Ref, *claimed.Draft, t0); !errors.Is(err, checkout.ErrClaimLost) {
			t.Fatalf("an earlier run placed the order: %v", err)
		}
		if _, err := s.Claim(ctx, r.Ref, draft(r), t0); !errors.Is(err, checkout.ErrClaimLost) {
			t.Fatalf("an earlier run claimed: %v", err)
		}
		if _, err := s.Fail(ctx, r.Ref, checkout.FailureOf("x"), t0); err == nil {
			t.Fatal("an earlier epoch closed the record")
		}
		fenced := r.Ref
		fenced.Epoch = 2
		if now, err := s.Fail(ctx, fenced, checkout.FailureOf("x"), t0); err != nil || now.State != checkout.Failed {
			t.Fatalf("%+v %v", now, err)
		}
		if now, mine, err := s.Fence(ctx, stranger, true); err != nil || mine || now.State != checkout.Failed {
			t.Fatalf("a terminal record was fenced: %+v %v %v", now, mine, err)
		}
	})
}

var pivot = checkoutstore.Pivot{
	Order: func(o orders.Order) store.Write {
		return store.Put("orders", store.Key{PK: o.ID}, map[string]string{"customer_id": o.CustomerID, "created_at": "x"}).If(store.Absent())
	},
	Cart: func(id string, version int64) store.Write {
		return store.Update("carts", store.Key{PK: id}).Add("n", 1)
	},
	Holds: func(string, inventory.Plan, time.Time) []store.Write { return nil },
	Coupon: func(orderID string, _ promotions.Ref, _ time.Time) store.Write {
		return store.Update("redemptions", store.Key{PK: orderID, SK: "x"}).Add("n", 1)
	},
	Refused: func(*store.Refused) error { return nil },
}

func TestPlaceIsRepeatable(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := checkoutstore.Store{DB: db, Buckets: 4, Pivot: pivot}
		r := newRecord("k", t0)
		begin(t, s, r)
		claimed, err := s.Claim(ctx, r.Ref, draft(r), t0.Add(checkout.HoldFor))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			now, err := s.Place(ctx, r.Ref, *claimed.Draft, t0)
			if err != nil || now.State != checkout.Placed || now.ClosedTotal.Minor != 100 || now.OrderID != r.OrderID {
				t.Fatalf("%+v %v", now, err)
			}
		}
		over(t, db, s, r)
	})
}

func TestOpenRecordsAreDue(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := checkoutstore.Store{DB: db, Buckets: 4}
		r := newRecord("k", t0)
		begin(t, s, r)
		find := func(at time.Time) (n int) {
			for b := range s.Buckets {
				due, err := s.DueIn(ctx, at, b)
				if err != nil {
					t.Fatal(err)
				}
				n += len(due)
			}
			return n
		}
		if find(r.DueAt) != 1 || find(r.DueAt.Add(time.Minute)) != 0 {
			t.Fatal("an open record is not where it is due")
		}
		claimed, err := s.Claim(ctx, r.Ref, draft(r), t0.Add(checkout.HoldFor))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // a repetition after a lost answer says the same
			challenge := checkout.NextAction{Type: "redirect", URL: "https://bank.example"}
			now, err := s.AwaitAction(ctx, r.Ref, challenge, checkout.Claimed{Draft: *draft(r), ExpiresAt: claimed.ExpiresAt})
			if err != nil || now.State != checkout.Waiting || now.NextAction.URL == "" {
				t.Fatalf("%+v %v", now, err)
			}
		}
		later := claimed.ExpiresAt.Add(7 * time.Minute)
		if err := s.Postpone(ctx, r.ID, later); err != nil || find(claimed.ExpiresAt) != 0 || find(later) != 1 {
			t.Fatal("it was not postponed", err)
		}
		if err := s.Postpone(ctx, r.ID, claimed.ExpiresAt); err != nil {
			t.Fatal(err)
		}
		if find(r.DueAt) != 0 || find(claimed.ExpiresAt) != 1 {
			t.Fatal("a waiting record is not due when its holds expire")
		}
		next := r.Ref
		next.Run = "run_2"
		if now, err := s.Claim(ctx, next, nil, t0.Add(2*checkout.HoldFor)); err != nil || !cmp.Equal(now.Draft, draft(r)) ||
			!now.ExpiresAt.Equal(claimed.ExpiresAt) {
			t.Fatalf("the run that goes on has another draft: %+v %v", now, err)
		}
	})
}

// over looks at a record that came to its end: it is due in no bucket, and is kept for a month.
func over(t *testing.T, db store.DB, s checkoutstore.Store, r checkout.Record) {
	t.Helper()
	for b := range s.Buckets {
		if due, err := s.DueIn(ctx, r.DueAt, b); err != nil || len(due) != 0 {
			t.Errorf("a record that is over is due: %v %v", due, err)
		}
	}
	i, err := db.Get(ctx, "checkouts", store.Key{PK: r.ID})
	var ttl int64
	if err = errors.Join(err, store.Int(i, "ttl", &ttl)); err != nil || ttl != t0.Add(30*24*time.Hour).Unix() {
		t.Errorf("it is kept until %s: %v", time.Unix(ttl, 0), err)
	}
}

// What is over stays over, and what was begun for a key's last record touches nothing of its next. Seen to catch: a failed record that
// is claimed or postponed anew; an old run that closes, or makes wait, what another has; an order placed by another run.
func TestAnEndStays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := checkoutstore.Store{DB: db, Buckets: 4, Pivot: pivot}
		r, claimed, stranger := claim(t, s)
		if _, err := s.Place(ctx, stranger, *claimed.Draft, t0); !errors.Is(err, checkout.ErrClaimLost) {
			t.Error("another run placed the order:", err)
		}
		waits := checkout.Claimed{Draft: *draft(r), ExpiresAt: claimed.ExpiresAt}
		if _, err := s.AwaitAction(ctx, stranger, checkout.NextAction{Type: "redirect"}, waits); !errors.Is(err, checkout.ErrClaimLost) {
			t.Error("another run makes it wait:", err)
		}
		if _, err := s.Fail(ctx, r.Ref, checkout.FailureOf("x"), t0); err != nil {
			t.Fatal(err)
		}
		over(t, db, s, r)
		if _, err := s.Claim(ctx, r.Ref, draft(r), t0); !errors.Is(err, checkout.ErrClaimLost) {
			t.Error("what has failed is claimed:", err)
		}
		if err := s.Postpone(ctx, r.ID, r.DueAt); err != nil {
			t.Error(err)
		}
		over(t, db, s, r)
		next := newRecord("k", t0.Add(25*time.Hour))
		begin(t, s, next)
		if _, err := s.Fail(ctx, r.Ref, checkout.FailureOf("x"), t0); !errors.Is(err, checkout.ErrClaimLost) {
			t.Error("an old run closes the key's next record:", err)
		}
		if got, _, err := s.Get(ctx, next.ID); err != nil || got.State != checkout.Open || got.OrderID != next.OrderID {
			t.Errorf("%+v %v", got, err)
		}
	})
}

// Which checkout of a cart waits is known until its holds end. Seen to catch: a minute less; a moment more.
func TestACartKnowsWhichCheckoutWaits(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := checkoutstore.Store{DB: db, Buckets: 4}
		r := newRecord("k", t0)
		begin(t, s, r)
		claimed, err := s.Claim(ctx, r.Ref, draft(r), t0.Add(checkout.HoldFor))
		if err != nil {
			t.Fatal(err)
		}
		waits := checkout.Claimed{Draft: *draft(r), ExpiresAt: claimed.ExpiresAt}
		if _, err := s.AwaitAction(ctx, r.Ref, checkout.NextAction{Type: "redirect"}, waits); err != nil {
			t.Fatal(err)
		}
		for at, want := range map[time.Time]string{t0: r.ID, claimed.ExpiresAt.Add(-time.Millisecond): r.ID, claimed.ExpiresAt: ""} {
			if got, err := s.WaitingFor(ctx, "crt_1", at); err != nil || got != want {
				t.Errorf("at %s: %q %v", at, got, err)
			}
		}
		if got, err := s.WaitingFor(ctx, "crt_2", t0); err != nil || got != "" {
			t.Errorf("another cart: %q %v", got, err)
		}
	})
}
