package fulfillmentstore

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
)

// Seen to catch: a return stored without its units; units that two returns both start from; a count of units among the
// returns.
func TestReturns(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), Store{DB: db}
		at := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
		of := func(name string, after time.Duration) fulfillment.Return {
			return fulfillment.Return{ID: ids.Derive(ids.Return, name), OrderID: "ord_1", ShipmentID: "shp_1", Group: "g1", SellerID: "sel_1",
				CustomerID: "cus_1", Reason: "x",
				Lines:  []fulfillment.ReturnLine{{Line: "l", ProductID: "prd_1", Centre: "c", From: 1, Quantity: 2, Amount: money.Of(7, "USD")}},
				Amount: money.Of(7, "USD"), State: fulfillment.Requested, RequestedAt: at.Add(after), UpdatedAt: at.Add(after)}
		}
		a, b, c := of("a", 0), of("b", time.Second), of("c", 2*time.Second)
		asked := func(version, n int64) fulfillment.Units {
			return fulfillment.Units{Of: map[string]int64{"l": n}, Version: version}
		}
		if u, err := s.Asked(ctx, "ord_1", "shp_1"); err != nil || u.Version != 0 || u.Of["l"] != 0 {
			t.Fatal(u, err)
		}
		for n, r := range []fulfillment.Return{a, b} {
			if err := s.Request(ctx, r, asked(int64(n)+1, 2*int64(n)+2)); err != nil {
				t.Fatal(err)
			}
		}
		for name, err := range map[string]error{"older units": s.Request(ctx, c, asked(2, 9)), "no units": s.Request(ctx, c, asked(1, 9)),
			"one that is there": s.Request(ctx, a, asked(3, 9))} {
			if !errors.Is(err, fulfillment.ErrUnitsChanged) {
				t.Error(name, err)
			}
		}
		if u, err := s.Asked(ctx, "ord_1", "shp_1"); err != nil || u.Version != 2 || u.Of["l"] != 4 {
			t.Error(u, err)
		}
		if list, err := s.OfOrder(ctx, "ord_1"); err != nil || len(list) != 2 {
			t.Error(list, err)
		}
		done := a
		done.State, done.Note = fulfillment.Rejected, "worn"
		received, later := a, a
		received.State, later.RefundAttempt = fulfillment.Received, 1
		for _, c := range []struct {
			was  fulfillment.Return
			want bool
		}{{received, false}, {later, false}, {a, true}, {a, false}} {
			if saved, err := s.Resolve(ctx, c.was, done); err != nil || saved != c.want {
				t.Error(c.was, saved, err)
			}
		}
		got, err := s.Return(ctx, "ord_1", a.ID)
		if d := cmp.Diff(done, got); err != nil || d != "" {
			t.Error(err, d)
		}
		appeals(t, s, done)
		for _, id := range []string{"units#shp_1", c.ID, ""} {
			if _, err := s.Return(ctx, "ord_1", id); !errors.Is(err, fulfillment.ErrNoReturn) {
				t.Error(id, err)
			}
		}
		if d := cmp.Diff([]fulfillment.Return{b, done}, sent(t, s, "sel_1")); d != "" {
			t.Error(d)
		}
	})
}

// appeals appeals a return that is rejected. Seen to catch: a second appeal by somebody who has read the return before the first.
func appeals(t *testing.T, s Store, rejected fulfillment.Return) {
	t.Helper()
	appealed, denied := rejected, rejected
	appealed.State, appealed.Appeal = fulfillment.Appealed, &fulfillment.Appeal{Reason: "never worn", At: rejected.UpdatedAt}
	denied.Appeal = &fulfillment.Appeal{Reason: "never worn", At: rejected.UpdatedAt, Decision: fulfillment.Denied}
	for n, c := range []struct {
		was, now fulfillment.Return
		want     bool
	}{{rejected, appealed, true}, {appealed, denied, true}, {rejected, appealed, false}, {denied, rejected, true}} {
		if saved, err := s.Resolve(context.Background(), c.was, c.now); err != nil || saved != c.want {
			t.Error("appeal", n, saved, err)
		}
	}
}

// sent reads all returns of a seller, one a page.
func sent(t *testing.T, s Store, seller string) (list []fulfillment.Return) {
	t.Helper()
	for after := ""; ; {
		page, next, err := s.Sent(context.Background(), seller, after, 1)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, page...)
		if after = next; next == "" {
			return list
		}
	}
}
