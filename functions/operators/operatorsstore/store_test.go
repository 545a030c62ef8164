package operatorsstore_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/ids"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
	"rialto/functions/operators"
	"rialto/functions/operators/operatorsstore"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
)

func entry(name, subject, outcome string, at time.Time) operators.Entry {
	return operators.Entry{ID: ids.Derive(ids.Call, name), At: at, Outcome: outcome,
		Call: operators.Call{Name: name, Operator: "opr_1", Subject: subject, Reason: "asked by phone"}}
}

// all reads every page of a list.
func all(t *testing.T, page func(after string) ([]operators.Entry, string, error)) (out []operators.Entry) {
	t.Helper()
	for after := ""; ; {
		list, next, err := page(after)
		if err != nil {
			t.Fatal(err)
		}
		if out = append(out, list...); next == "" {
			return out
		}
		after = next
	}
}

// Seen to catch: a call's outcome put over the call; lines of one instant that are one; a page that begins with the last of the one before.
func TestTheLogIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := operatorsstore.Store{DB: db}
		written := []operators.Entry{
			entry("findOrder", "ord_1", "", noon), entry("findOrder", "ord_1", operators.Done, noon), // within one tick of a clock
			entry("listAudit", "", "", noon.Add(time.Second)), entry("listAudit", "", operators.Done, noon.Add(2*time.Second)),
			entry("cancelAnyOrder", "ord_1", "", noon.Add(24*time.Hour)), entry("cancelAnyOrder", "ord_1", "order_not_cancellable", noon.Add(25*time.Hour)),
			entry("findOrder of another", "ord_2", "", noon.Add(24*time.Hour)),
		}
		for _, e := range written {
			if err := s.Append(ctx, e); err != nil {
				t.Fatal(err)
			}
			if err := s.Append(ctx, e); err == nil {
				t.Errorf("a line of the log was written over: %+v", e)
			}
		}
		latestFirst := func(want ...operators.Entry) []operators.Entry {
			want = slices.Clone(want)
			slices.Reverse(want)
			return want
		}
		got := all(t, func(after string) ([]operators.Entry, string, error) { return s.Day(ctx, "2026-11-27", after, 1) })
		if diff := cmp.Diff(latestFirst(written[:4]...), got); diff != "" {
			t.Error(diff)
		}
		got = all(t, func(after string) ([]operators.Entry, string, error) { return s.About(ctx, "ord_1", after, 2) })
		if diff := cmp.Diff(latestFirst(written[0], written[1], written[4], written[5]), got); diff != "" {
			t.Error(diff)
		}
	})
}
