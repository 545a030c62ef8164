package checkout

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"
)

// dueEverywhere is a due index with one record in each bucket of each minute.
type dueEverywhere struct {
	RecoveryStore
	mu   sync.Mutex
	set  map[string]bool // timers
	from string          // the mark
}

func (d *dueEverywhere) SweepFrom(context.Context) (string, error) { return d.from, nil }

func (d *dueEverywhere) KeepSweepFrom(_ context.Context, from string) error {
	d.from = from
	return nil
}

func (*dueEverywhere) DueIn(_ context.Context, minute time.Time, bucket int) ([]string, error) {
	return []string{fmt.Sprint(minute.UTC().Format("15:04"), " ", bucket)}, nil
}

func (d *dueEverywhere) Set(_ context.Context, id string, _ time.Duration) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.set[id] = true
	return nil
}

// A sweep reads every bucket of every minute. Seen to catch: the last bucket of the earliest minute left out.
func TestASweepLeavesNoBucketOut(t *testing.T) {
	t.Parallel()
	due := &dueEverywhere{set: map[string]bool{}, from: "2026-11-27T11:57:00Z"}
	v := &Recovery{Store: due, Timer: due, Now: func() time.Time { return time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC) }, Buckets: 3}
	n, err := v.Sweep(t.Context(), 4)
	var want []string
	for _, minute := range []string{"11:55", "11:56", "11:57", "11:58"} {
		for bucket := range 3 {
			want = append(want, fmt.Sprint(minute, " ", bucket))
		}
	}
	if got := slices.Sorted(maps.Keys(due.set)); err != nil || n != 12 || !slices.Equal(got, want) {
		t.Errorf("%d %v\n%v\n%v", n, err, got, want)
	}
}

// After any time without sweeps no minute is left out, some at a time. Seen to catch: a sweep that looks at the last minutes alone;
// one that keeps the last minute while it is behind.
func TestASweepCatchesUp(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 27, 12, 0, 30, 0, time.UTC)
	due := &dueEverywhere{set: map[string]bool{}}
	v := &Recovery{Store: due, Timer: due, Now: func() time.Time { return now }, Buckets: 2}
	for range 2 {
		if _, err := v.Sweep(t.Context(), 4); err != nil {
			t.Fatal(err)
		}
		now = now.Add(150 * time.Minute) // none runs
	}
	for range 5 {
		if _, err := v.Sweep(t.Context(), 4); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]bool{}
	for m := time.Date(2026, 11, 27, 10, 59, 0, 0, time.UTC); !m.After(now.Add(-2 * time.Minute)); m = m.Add(time.Minute) {
		for b := range 2 {
			want[fmt.Sprint(m.Format("15:04"), " ", b)] = true
		}
	}
	if !maps.Equal(due.set, want) {
		t.Errorf("%d minutes and buckets were looked at, want %d", len(due.set), len(want))
	}
	if due.from != "2026-11-27T16:59:00Z" {
		t.Errorf("the next begins at %s", due.from)
	}
}
