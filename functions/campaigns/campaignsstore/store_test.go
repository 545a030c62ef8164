package campaignsstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/campaigns"
	"rialto/functions/campaigns/campaignsstore"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
)

var (
	ctx   = context.Background()
	start = time.Date(2026, 11, 30, 23, 0, 0, 0, time.UTC)
)

func entry(id, day string, at time.Time, version int64) campaigns.Entry {
	return campaigns.Entry{ID: id, Name: id, Marketplaces: []string{"US"}, Zone: "UTC", Start: at, End: at.Add(time.Hour), Orders: 1, Pages: 1,
		Version: version, Day: day}
}

// Seen to catch: an event that stays on the list of the day before; one saved over a change that was not read; a second page that begins
// anew.
func TestEntries(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := campaignsstore.Store{DB: db}
		if _, err := s.Entry(ctx, "none"); !errors.Is(err, campaigns.ErrNoEvent) {
			t.Fatal(err)
		}
		first := entry("first", "2026-11-30", start, 1)
		for _, e := range []campaigns.Entry{first, entry("second", "2026-11-30", start, 1), entry("third", "2026-11-30", start, 1)} {
			if err := s.Save(ctx, e, campaigns.Entry{}); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := s.Entry(ctx, "first"); err != nil || cmp.Diff(first, got) != "" {
			t.Error(cmp.Diff(first, got), err)
		}
		if err := s.Save(ctx, first, campaigns.Entry{}); !errors.Is(err, campaigns.ErrChanged) {
			t.Error(err)
		}
		moved := entry("first", "2026-12-01", start.Add(2*time.Hour), 2)
		if err := s.Save(ctx, moved, first); err != nil {
			t.Fatal(err)
		}
		list := func(month, after string) (ids []string, next string) {
			t.Helper()
			es, next, err := s.OfMonth(ctx, month, after, 1)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range es {
				ids = append(ids, e.ID)
			}
			return ids, next
		}
		for month, want := range map[string][]string{"2026-11": {"second", "third"}, "2026-12": {"first"}, "2027-01": nil} {
			var got []string
			for after, page := "", 0; page == 0 || after != ""; page++ {
				var ids []string
				ids, after = list(month, after)
				got = append(got, ids...)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(month, d)
			}
		}
		closed := entry("first", "", moved.Start, 3)
		if err := s.Save(ctx, closed, moved); err != nil {
			t.Fatal(err)
		}
		for day, want := range map[string][]string{"2026-11-30": {"second", "third"}, "2026-12-01": nil} {
			if got, err := s.Due(ctx, day); err != nil || cmp.Diff(want, got) != "" {
				t.Error(day, got, err)
			}
		}
	})
}

// Seen to catch: what was, written anew by the second claim; a lease that two have, or that stays with who died.
func TestClaimsAndTheLease(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := campaignsstore.Store{DB: db}
		claims := func(was *int64, wanted map[string]int64) {
			t.Helper()
			got, err := s.Claims(ctx, "writes#orders")
			if d := cmp.Diff(campaigns.Claims{Was: was, Wanted: wanted}, got); err != nil || d != "" {
				t.Error(d, err)
			}
		}
		do := func(errs ...error) {
			t.Helper()
			if err := errors.Join(errs...); err != nil {
				t.Fatal(err)
			}
		}
		claims(nil, map[string]int64{})
		do(s.Claim(ctx, "writes#orders", "a", 10, 4), s.Claim(ctx, "writes#orders", "b", 20, 10), s.Claim(ctx, "writes#orders", "a", 12, 20))
		claims(new(int64(4)), map[string]int64{"a": 12, "b": 20})
		do(s.Unclaim(ctx, "writes#orders", "b"), s.Unclaim(ctx, "writes#orders", "b"), s.Unclaim(ctx, "writes#orders", "a"))
		claims(new(int64(4)), map[string]int64{})
		do(s.Forget(ctx, "writes#orders"), s.Forget(ctx, "writes#orders"))
		claims(nil, map[string]int64{})

		want := campaigns.Result{Kind: campaigns.Writes, Name: "orders", Was: 4, Wanted: 20, Is: 20, State: campaigns.Done, At: start}
		do(s.Keep(ctx, "a", campaigns.Result{Kind: campaigns.Writes, Name: "orders"}), s.Keep(ctx, "a", want))
		if got, err := s.Results(ctx, "a"); err != nil || cmp.Diff([]campaigns.Result{want}, got) != "" {
			t.Error(got, err)
		}

		until := start.Add(time.Minute)
		for _, c := range []struct {
			at   time.Time
			want bool
		}{{start, true}, {start, false}, {until, false}, {until.Add(time.Millisecond), true}} {
			if got, err := s.Lease(ctx, c.at, c.at.Add(time.Minute)); err != nil || got != c.want {
				t.Error(c.at, got, err)
			}
		}
		do(s.Release(ctx), s.Release(ctx))
		if got, err := s.Lease(ctx, start, until); err != nil || !got {
			t.Error(got, err)
		}
	})
}
