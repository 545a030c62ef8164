package checkout_test

import (
	"context"

	"rialto/functions/internal/schedule"
)

// actor is code of a world that a scheduler moves from one call of the database to the next. It runs in goroutines of
// its own, since the services start some; it stands still but while its task is running. That is exact as long as
// one of its goroutines at a time calls the database, as in a checkout of one line.
type actor struct {
	do      func(context.Context)
	grant   chan struct{}
	reached chan string // what the actor is about to do or has just done
	over    chan struct{}
}

type actorKey struct{}

// act adds an actor to a schedule.
func act(s *schedule.Scheduler, name string, do func(context.Context)) {
	a := &actor{do, make(chan struct{}), make(chan string), make(chan struct{})}
	s.Go(context.Background(), name, a.play)
}

// play is the actor's task: one step of it lasts until the actor stands still again.
func (a *actor) play(ctx context.Context) error {
	go func() {
		defer close(a.over) // a test that is over ends its goroutine
		a.do(context.WithValue(context.Background(), actorKey{}, a))
	}()
	for {
		select {
		case label := <-a.reached:
			if err := schedule.Yield(ctx, label); err != nil {
				return err
			}
			a.grant <- struct{}{}
		case <-a.over:
			return nil
		}
	}
}

// stand lets others act, if ctx is an actor's.
func stand(ctx context.Context, label string) {
	if a, ok := ctx.Value(actorKey{}).(*actor); ok {
		a.reached <- label
		<-a.grant
	}
}
