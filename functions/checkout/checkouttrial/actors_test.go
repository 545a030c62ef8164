package checkouttrial_test

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"testing/synctest"

	"rialto/functions/laboratory/schedule"
)

// actor is code of a world that a scheduler moves from one call of the database to the next. It has goroutines of its
// own, since the services start some, and each of them stands still before a call and, having its answer, after it. A
// step of the actor lets one of them go on, and ends when nothing in the interleaving's bubble moves any more. Those that
// stand take turns by what they stand at, so that a schedule is exact.
type actor struct {
	mu       sync.Mutex
	standing []stop
	over     bool
}

type stop struct {
	label string
	grant chan struct{}
}

type actorKey struct{}

var errStuck = errors.New("the actor neither stands still nor is over")

// act adds an actor to a schedule, which runs in a bubble of synctest.
func act(s *schedule.Scheduler, name string, do func(context.Context)) {
	a := &actor{}
	s.Go(context.Background(), name, func(ctx context.Context) error {
		go func() {
			defer func() { a.over = true }() // a test that is over ends its goroutine
			do(context.WithValue(context.Background(), actorKey{}, a))
		}()
		for {
			synctest.Wait()
			next, stands := a.next()
			switch {
			case a.over:
				return nil
			case !stands:
				return errStuck
			}
			err := schedule.Yield(ctx, next.label)
			close(next.grant)
			if err != nil {
				return err
			}
		}
	})
}

func (a *actor) next() (stop, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.standing) == 0 {
		return stop{}, false
	}
	slices.SortFunc(a.standing, func(a, b stop) int { return cmp.Compare(a.label, b.label) })
	next := a.standing[0]
	a.standing = a.standing[1:]
	return next, true
}

// stand lets others act, if ctx is an actor's. The label tells this stop from all others of the actor that can be at
// the same time.
func stand(ctx context.Context, label string) {
	a, ok := ctx.Value(actorKey{}).(*actor)
	if !ok {
		return
	}
	here := stop{label, make(chan struct{})}
	a.mu.Lock()
	a.standing = append(a.standing, here)
	a.mu.Unlock()
	<-here.grant
}
