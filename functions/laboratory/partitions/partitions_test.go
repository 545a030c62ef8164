package partitions_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/store"
	"rialto/functions/internal/tables"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/partitions"
	"rialto/functions/laboratory/schedule"
)

var start = time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)

// world is a service and a scheduler. Clients of it run as tasks.
type world struct {
	*schedule.Scheduler
	inner   *memory.DB
	service *partitions.Service
}

func newWorld(p partitions.Physics) *world {
	inner := memory.New()
	return &world{schedule.New(7, start), inner, partitions.NewService(p, inner, tables.All(), rand.New(rand.NewPCG(7, 7)).Float64)}
}

func (w *world) client() *partitions.Client {
	return &partitions.Client{Service: w.service, Now: w.Now, Sleep: schedule.Sleep}
}

// at runs do as a task that begins after a delay.
func (w *world) at(delay time.Duration, name string, do func(ctx context.Context, c *partitions.Client) error) {
	w.Go(context.Background(), name, func(ctx context.Context) error {
		if err := schedule.Sleep(ctx, delay); err != nil {
			return err
		}
		return do(ctx, w.client())
	})
}

func (w *world) run(t *testing.T) {
	t.Helper()
	if err := w.Run(schedule.Limits{}); err != nil {
		t.Fatal(err)
	}
}

func key(n int) store.Key { return store.Key{PK: fmt.Sprint("item", n), SK: "one"} }

func add(n int) store.Write { return store.Update("inventory", key(n)).Add("n", 1).Named("add") }

// held is physics whose window outlasts all tries.
func held() partitions.Physics {
	p := partitions.Documented(8)
	p.WindowLeast, p.WindowMost = time.Second, time.Second
	return p
}

// Whoever meets an item of a transaction is refused, and nobody else: not who reads without a transaction, nor who
// is at another item. Seen to fail: a window that is not opened; one that never closes.
func TestATransactionHasItsItemsToItself(t *testing.T) {
	t.Parallel()
	w := newWorld(held())
	other := store.Check("inventory", key(9), store.Exists()).Named("other")
	refused := func(want ...store.Reason) func(error) error {
		return func(err error) error {
			r, ok := store.AsRefused(err)
			if !ok {
				return fmt.Errorf("not refused: %w", err)
			}
			if diff := cmp.Diff(want, r.Reasons); diff != "" {
				return errors.New(diff)
			}
			return nil
		}
	}
	passes := func(err error) error { return err }
	w.at(0, "holder", func(ctx context.Context, c *partitions.Client) error { return c.Transact(ctx, add(1), add(2)) })
	for name, c := range map[string]struct {
		do   func(ctx context.Context, c *partitions.Client) error
		want func(error) error
	}{
		"transaction": {func(ctx context.Context, c *partitions.Client) error { return c.Transact(ctx, add(3), add(1)) },
			refused(store.Reason{Write: "add"}, store.Reason{Write: "add", Cause: store.Conflicted})},
		"a condition that fails beside": {func(ctx context.Context, c *partitions.Client) error { return c.Transact(ctx, other, add(2)) },
			refused(store.Reason{Write: "other", Cause: store.ConditionFailed}, store.Reason{Write: "add", Cause: store.Conflicted})},
		"write": {func(ctx context.Context, c *partitions.Client) error { _, err := c.Apply(ctx, add(1)); return err },
			refused(store.Reason{Write: "add", Cause: store.Conflicted})},
		"snapshot": {func(ctx context.Context, c *partitions.Client) error {
			_, err := c.Snapshot(ctx, store.Get{Table: "inventory", Key: key(2)})
			return err
		}, refused(store.Reason{Write: "read", Cause: store.Conflicted})},
		"read": {func(ctx context.Context, c *partitions.Client) error {
			_, err := c.Get(ctx, "inventory", key(1))
			return err
		}, passes},
		"another item": {func(ctx context.Context, c *partitions.Client) error {
			_, err := c.Apply(ctx, add(4))
			return err
		}, passes},
	} {
		w.at(100*time.Millisecond, name, func(ctx context.Context, client *partitions.Client) error { return c.want(c.do(ctx, client)) })
	}
	w.at(1100*time.Millisecond, "later", func(ctx context.Context, c *partitions.Client) error { return c.Transact(ctx, add(1)) })
	w.run(t)
	// Four tries of the transaction, the write and the snapshot; the refusal with a condition is final.
	if c := w.service.Counts(); c.Conflicts != 3*4+1 || c.Throttles != 0 {
		t.Errorf("%+v", c)
	}
}

// A meeting that a wait outlasts is no refusal to the caller.
func TestAConflictIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(partitions.Documented(8))
	for n := range 2 {
		w.at(0, fmt.Sprint(n), func(ctx context.Context, c *partitions.Client) error { return c.Transact(ctx, add(1)) })
	}
	w.run(t)
	i, err := w.inner.Get(t.Context(), "inventory", key(1))
	if n, ok := i["n"].(*types.AttributeValueMemberN); err != nil || !ok || n.Value != "2" {
		t.Errorf("%v, %v", i, err)
	}
	if c := w.service.Counts(); c.Conflicts == 0 || c.Transactions != 2 || c.Attempts != 2+c.Conflicts {
		t.Errorf("%+v", c)
	}
}

// A partition serves its units and what came since, no more. Seen to fail: a bucket that is not emptied; one that
// fills without end; transactions charged once.
func TestAPartitionServesItsUnits(t *testing.T) {
	t.Parallel()
	p := partitions.Documented(1)
	w := newWorld(p)
	const seconds = 3
	plain := 0 // plain writes that were throttled
	for n := range 10 {
		w.at(0, fmt.Sprint("plain", n), func(ctx context.Context, c *partitions.Client) error {
			for w.Elapsed() < seconds*time.Second {
				_, err := c.Apply(ctx, add(n))
				var busy *types.ProvisionedThroughputExceededException
				if errors.As(err, &busy) {
					plain++
				} else if err != nil {
					return err
				}
			}
			return nil
		})
	}
	for n := range 20 {
		w.at(0, fmt.Sprint("load", n), func(ctx context.Context, c *partitions.Client) error {
			for w.Elapsed() < seconds*time.Second {
				if err := c.Transact(ctx, add(1000+n)); err != nil && !refusedBy(err, store.Throttled) {
					return err
				}
			}
			return nil
		})
	}
	w.run(t)
	writes, _ := w.service.Hottest("inventory")
	if most := p.WriteUnits * (p.Depth + seconds + 0.1); writes > most || writes < 0.95*most || plain == 0 {
		t.Errorf("%v units of %v, %d plain writes were throttled", writes, most, plain)
	}
}

func refusedBy(err error, cause store.Cause) bool {
	r, ok := store.AsRefused(err)
	if !ok {
		return false
	}
	for _, x := range r.Reasons {
		if x.Cause == cause {
			return true
		}
	}
	return false
}

// Items of one pk share a partition; pks that differ in a digit spread as a throw of dice would.
func TestKeysSpread(t *testing.T) {
	t.Parallel()
	p := partitions.Documented(64)
	on := make([]int, p.Partitions)
	const keys = 6400
	for n := range keys {
		on[p.Partition("inventory", fmt.Sprintf("p#s#%d", n))]++
	}
	var x2 float64
	for _, n := range on {
		d := float64(n) - keys/float64(p.Partitions)
		x2 += d * d / (keys / float64(p.Partitions))
	}
	if x2 > 103 { // 99.9% of chi-squared with 63 degrees of freedom
		t.Errorf("chi-squared %v: %v", x2, on)
	}
}
