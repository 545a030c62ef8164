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
	mu  sync.Mutex
	set map[string]bool // timers
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
	due := &dueEverywhere{set: map[string]bool{}}
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
