package paymentsstore_test

import (
	"context"
	"testing"

	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
	"rialto/functions/payments"
	"rialto/functions/payments/paymentsstore"
)

// A day's comparison is written by one run at a time, its differences are listed page by page without it, and what was booked stays until
// it is taken off.
func TestReconciliations(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), paymentsstore.Store{DB: db}
		const day = "2026-03-01"
		first, err := s.Reconciliation(ctx, day)
		if err != nil || first != (payments.Reconciliation{Day: day}) {
			t.Fatal(first, err)
		}
		first.After, first.Compared = "txn_1", 100
		if now, ok, err := s.SaveReconciliation(ctx, first); !ok || err != nil || now.Version != 1 {
			t.Fatal(now, ok, err)
		}
		if _, ok, err := s.SaveReconciliation(ctx, first); ok || err != nil {
			t.Fatal("written over: ", err)
		}
		if now, err := s.Reconciliation(ctx, day); err != nil || now.After != "txn_1" || now.Compared != 100 {
			t.Fatal(now, err)
		}
		for _, id := range []string{"ch_1", "ch_2", "ch_3", "ch_1"} {
			if err := s.Report(ctx, day, payments.Difference{Kind: payments.CaptureUnknown, GatewayID: id, At: now}); err != nil {
				t.Fatal(err)
			}
		}
		var ids string
		for next, begun := "", false; !begun || next != ""; begun = true {
			page, after, err := s.Differences(ctx, day, next, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range page {
				ids += d.GatewayID + " "
			}
			next = after
		}
		if ids != "ch_1 ch_2 ch_3 " {
			t.Fatal(ids)
		}
		due := payments.Due{OrderID: "ord_1", Group: "g1", Refund: "ret_1", Day: day}
		if err := s.Book(ctx, due); err != nil {
			t.Fatal(err)
		}
		if list, err := s.Due(ctx, day); err != nil || len(list) != 0 {
			t.Fatal("due: ", list, err)
		}
		if list, err := s.Booked(ctx, day); err != nil || len(list) != 1 || list[0] != due {
			t.Fatal(list, err)
		}
		if err := s.Unbook(ctx, due); err != nil {
			t.Fatal(err)
		}
		if list, err := s.Booked(ctx, day); err != nil || len(list) != 0 {
			t.Fatal(list, err)
		}
	})
}
