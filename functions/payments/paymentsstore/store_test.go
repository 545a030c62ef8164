package paymentsstore_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/money"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
	"rialto/functions/payments"
	"rialto/functions/payments/paymentsstore"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 5000, time.UTC)

func sample() payments.Payment {
	return payments.Payment{OrderID: "ord_1", Group: "g1", State: payments.ActionRequired, Amount: money.Of(1299, "USD"), Epoch: 2, IntentID: "pi_1",
		Method: "pm_1", CaptureBefore: now.AddDate(0, 0, 7), Captured: 5, Code: "x",
		Action: &payments.NextAction{Type: "redirect_to_url", URL: "http://localhost/x"},
		Calls:  []payments.Call{{N: 3, Operation: payments.OpConfirm, Key: "k", At: now, Outcome: "open", AnsweredAt: now}}, Made: 4,
		Spent: map[payments.Operation]int{payments.OpConfirm: 1}, CreatedAt: now, UpdatedAt: now}
}

func TestSave(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), paymentsstore.Store{DB: db}
		if _, found, err := s.Get(ctx, "ord_1", "g1"); found || err != nil {
			t.Fatal(found, err)
		}
		first, ok, err := s.Save(ctx, sample())
		if !ok || err != nil || first.Version != 1 {
			t.Fatal(first, ok, err)
		}
		stored, found, err := s.Get(ctx, "ord_1", "g1")
		if !found || err != nil {
			t.Fatal(found, err)
		}
		want := sample()
		want.Version = 1
		if d := cmp.Diff(want, stored, cmpopts.EquateEmpty()); d != "" {
			t.Fatal(d)
		}
		other := sample()
		other.State = payments.Cancelled
		if found, ok, err := s.Save(ctx, other); ok || err != nil || found.Version != 1 || found.State != payments.ActionRequired {
			t.Fatal("a second creation: ", found, ok, err)
		}
		if second, ok, err := s.Save(ctx, stored); !ok || err != nil || second.Version != 2 {
			t.Fatal(second, ok, err)
		}
		if found, ok, err := s.Save(ctx, stored); ok || err != nil || found.Version != 2 {
			t.Fatal("a write of an old version: ", found, ok, err)
		}
		if _, found, err := s.Get(ctx, "ord_1", "g2"); found || err != nil {
			t.Fatal("another group: ", found, err)
		}
	})
}

func TestOneWriterWins(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := paymentsstore.Store{DB: db}
		wins := make(chan bool, 20)
		var g errgroup.Group
		for range 20 {
			g.Go(func() error {
				_, ok, err := s.Save(context.Background(), sample())
				wins <- ok
				return err
			})
		}
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
		close(wins)
		n := 0
		for ok := range wins {
			if ok {
				n++
			}
		}
		if n != 1 {
			t.Fatalf("%d writers won", n)
		}
	})
}

func item(t *testing.T, state payments.State) store.Item {
	t.Helper()
	p := sample()
	p.State, p.Captured, p.Code = state, 1299, "authorization_expired"
	i, err := store.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestEvents(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		old, new payments.State
		want     string
	}{
		{"captured", payments.Authorized, payments.Captured,
			`PaymentCaptured {"order_id":"ord_1","group":"g1","amount":{"amount":1299,"currency":"USD"},"intent_id":"pi_1"}`},
		{"failed", payments.Authorized, payments.CaptureFailed, `PaymentCaptureFailed {"order_id":"ord_1","group":"g1","code":"authorization_expired"}`},
		{"captured before", payments.Captured, payments.Captured, ""},
		{"failed before", payments.CaptureFailed, payments.CaptureFailed, ""},
		{"new", "", payments.Creating, ""},
		{"authorized", payments.Created, payments.Authorized, ""},
		{"cancelled", payments.Cancelling, payments.Cancelled, ""},
		{"deleted", payments.Captured, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var change outbox.Change
			if c.old != "" {
				change.Old = item(t, c.old)
			}
			if c.new != "" {
				change.New = item(t, c.new)
			}
			es, err := paymentsstore.Events(change)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, e := range es {
				got += e.Name + " " + string(e.Data)
				if e.Key != "ord_1" || e.Version != 1 {
					t.Errorf("%+v", e)
				}
			}
			if got != c.want {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestWhatIsDueIsListedByDay(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), paymentsstore.Store{DB: db}
		want := map[payments.Due]bool{}
		for n := range 120 { // 20 orders of two groups, each with two refunds
			d := payments.Due{OrderID: fmt.Sprint("ord_", n/6), Group: fmt.Sprint("g", n%2), Refund: []string{"", "ret_a", "ret_b"}[n/2%3],
				Day: "2026-03-04"}
			for range 2 {
				if err := s.Watch(ctx, d); err != nil {
					t.Fatal(err)
				}
			}
			if want[d] = n%5 > 0; !want[d] {
				delete(want, d)
				if err := s.Unwatch(ctx, d); err != nil {
					t.Fatal(err)
				}
			}
		}
		list, err := s.Due(ctx, "2026-03-04")
		got := map[payments.Due]bool{}
		for _, d := range list {
			got[d] = true
		}
		if d := cmp.Diff(want, got); d != "" || err != nil || len(list) != len(want) {
			t.Fatal(err, d)
		}
		if list, err := s.Due(ctx, "2026-03-05"); err != nil || len(list) != 0 {
			t.Fatal(list, err)
		}
		i, err := store.Marshal(map[string]string{"pk": "!due#2026-03-04#1", "sk": "ord_1#g1"})
		if es, failed := paymentsstore.Events(outbox.Change{New: i}); err != nil || failed != nil || len(es) != 0 {
			t.Fatal(es, err, failed)
		}
	})
}
