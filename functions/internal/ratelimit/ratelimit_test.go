package ratelimit_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rialto/functions/internal/ratelimit"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	pro  = ratelimit.Limit{Name: "pro", Rate: 20, Burst: 100}
)

// In no stretch of time does more go through than the burst and the rate allow, and who waits as told gets through.
// Seen to catch: a bucket that fills while it is refused; a wait that is too short by one request.
func TestALimitLetsThroughWhatItSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.SampledFrom([]ratelimit.Limit{ratelimit.Basic(), pro, {Name: "enterprise", Rate: 100, Burst: 500},
			{Name: "slow", Rate: 1, Burst: 3, Per: 5 * time.Second}}).Draw(t, "limit")
		now := noon.UnixMicro()
		var full int64
		var through []int64
		for range rapid.IntRange(1, 400).Draw(t, "requests") {
			now += rapid.Int64Range(0, 400_000).Draw(t, "pause") * rapid.Int64Range(0, 1).Draw(t, "paused")
			next, wait := limit.Take(full, now)
			if wait > 0 {
				if next != full {
					t.Fatal("a refused request took from the bucket")
				}
				if _, again := limit.Take(full, now+wait.Microseconds()); again > 0 {
					t.Fatalf("refused again after the wait of %s", wait)
				}
				if _, again := limit.Take(full, now+wait.Microseconds()-1); again == 0 {
					t.Fatalf("let through before the wait of %s", wait)
				}
				continue
			}
			full = next
			through = append(through, now)
		}
		for i := range through {
			for j := i; j < len(through); j++ {
				most := limit.Burst + (through[j]-through[i])*limit.Rate/max(limit.Per, time.Second).Microseconds() + 1
				if int64(j-i+1) > most {
					t.Fatalf("%d requests in %d µs", j-i+1, through[j]-through[i])
				}
			}
		}
		if len(through) == 0 {
			t.Fatal("nothing came through")
		}
	})
}

// The stored bucket is as strict. Seen to catch: two requests that find the same bucket and both take its last.
func TestTheStoredBucket(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		b := ratelimit.Buckets{DB: db}
		let := func(at time.Time, n int) int64 {
			var through atomic.Int64
			var all sync.WaitGroup
			for range n {
				all.Go(func() {
					wait, err := b.Take(ctx, "key", at)
					if err != nil {
						t.Error(err)
					}
					if wait == 0 {
						through.Add(1)
					} else if wait > time.Minute {
						t.Errorf("wait %s", wait)
					}
				})
			}
			all.Wait()
			return through.Load()
		}
		if n := let(noon, 60); n != ratelimit.Basic().Burst {
			t.Errorf("%d of 60 at once", n)
		}
		if n := let(noon.Add(time.Second), 60); n != ratelimit.Basic().Rate {
			t.Errorf("%d a second later", n)
		}
		if _, err := db.Apply(ctx, ratelimit.SetLimit("key", pro)); err != nil {
			t.Fatal(err)
		}
		for key, want := range map[string]ratelimit.Limit{"key": pro, "another": ratelimit.Basic()} {
			if got, err := b.Limit(ctx, key); err != nil || got != want {
				t.Errorf("%s: %v %v", key, got, err)
			}
		}
		// An hour later the bucket is full; the first request costs what it costs by the basic limit.
		if n := let(noon.Add(time.Hour), 120); n != 97 {
			t.Errorf("%d of 120 as pro", n)
		}
	})
}

// Seen to catch: a slow limit whose first request cost what a seller's does.
func TestALimitOfTheCallersOwn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		b, slow := ratelimit.Buckets{DB: db}, ratelimit.Limit{Name: "guesses", Rate: 1, Burst: 3, Per: time.Minute}
		for _, c := range []struct {
			key  string
			at   time.Time
			wait time.Duration
		}{
			{"a", noon, 0}, {"a", noon, 0}, {"a", noon, 0}, {"a", noon, time.Minute}, {"b", noon, 0},
			{"a", noon.Add(30 * time.Second), 30 * time.Second}, {"a", noon.Add(time.Minute), 0}, {"a", noon.Add(time.Minute), time.Minute},
		} {
			if wait, err := b.TakeOf(ctx, c.key, slow, c.at); err != nil || wait != c.wait {
				t.Errorf("%s at %s: %s %v, want %s", c.key, c.at.Format(time.TimeOnly), wait, err, c.wait)
			}
		}
	})
}
