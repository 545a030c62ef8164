package payments_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"rialto/functions/internal/fault"
	"rialto/functions/payments"
)

var errInjected = errors.New("injected")

// broken breaks the effects from number k on, so many of them.
type broken struct{ k, lasting, n int }

func (b *broken) hook(context.Context, string) error {
	if b.n++; b.n > b.k && b.n <= b.k+b.lasting {
		return errInjected
	}
	return nil
}

func (b *broken) reached() bool { return b.n > b.k }

// At every point where authorize can break, break it there, once, twice in a row and for good, and retry as the
// saga does; then break cancel at each of its points in turn, and at last let it be.
func TestEveryPointCanBreak(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	for _, lasting := range []int{1, 2, 1000} {
		for k, more := 0, true; more; k++ {
			r := b.rig()
			at := &broken{k: k, lasting: lasting}
			r.hook(func(ctx context.Context, point string) error { return at.hook(ctx, point) })
			_, err := r.authorizes(r.input("pm_card_visa", "g1"), 3)
			more = at.reached()
			r.atMostOne(t, "g1")
			if err == nil && r.open(t) != 1000 || err != nil && lasting < 1000 {
				t.Fatalf("point %d x %d: %v, %d open", k, lasting, err, r.open(t))
			}
			for c := range 14 {
				at = &broken{k: c, lasting: 1}
				if err := r.cancels(1, "g1"); err == nil && r.open(t) != 0 {
					t.Fatalf("point %d, cancel broken at %d: cancelled, %d open", k, c, r.open(t))
				}
			}
			at = &broken{}
			if err := r.cancels(1, "g1"); err != nil || r.open(t) != 0 {
				t.Fatalf("point %d: cancel: %v, %d open", k, err, r.open(t))
			}
			_, err = r.authorizes(r.input("pm_card_visa", "g1"), 2)
			wantCode(t, err, "payment_cancelled")
			if r.open(t) != 0 {
				t.Fatalf("point %d: opened after cancel", k)
			}
		}
	}
}

// A step that froze before any of its effects, and goes on after a cancel has succeeded, opens nothing.
func TestFrozenStepAfterCancel(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	seen := map[string]bool{}
	for k := 0; ; k++ {
		r := b.rig()
		type frozen struct{}
		atPoint, goOn, n := make(chan string, 1), make(chan struct{}), 0
		r.hook(func(ctx context.Context, point string) error {
			if ctx.Value(frozen{}) == nil {
				return nil
			}
			if n++; n == k+1 {
				atPoint <- point
				<-goOn
			}
			return nil
		})
		done := make(chan error, 1)
		go func() {
			_, err := r.Authorize(context.WithValue(context.Background(), frozen{}, true), r.input("pm_card_visa", "g1"))
			done <- err
		}()
		var early error
		select {
		case point := <-atPoint:
			seen[point] = true
			if err := r.cancels(3, "g1"); err != nil {
				t.Fatalf("cancel while frozen at %d (%s): %v", k, point, err)
			}
			close(goOn)
			err := <-done
			if fault.Code(err) != "payment_cancelled" && err != nil || r.open(t) != 0 {
				t.Fatalf("frozen at %d (%s): %v, %d open", k, point, err, r.open(t))
			}
			r.atMostOne(t, "g1")
			continue
		case early = <-done:
		}
		if early != nil || k < 8 {
			t.Fatalf("no more points after %d: %v", k, early)
		}
		break
	}
	for _, point := range []string{"create before", "create after", "confirm before", "confirm after", "Apply before"} {
		if !seen[point] {
			t.Errorf("never frozen at %q", point)
		}
	}
}

type taskKey struct{}

// schedule runs tasks one effect at a time, in an order that a test draws.
type schedule struct {
	arrived chan int          // a task waits before or after an effect, or is done (-1-task)
	turn    map[int]chan bool // true lets the effect be, false breaks it
}

func (s *schedule) hook(ctx context.Context, _ string) error {
	task, ok := ctx.Value(taskKey{}).(int)
	if !ok {
		return nil
	}
	s.arrived <- task
	if !<-s.turn[task] {
		return errInjected
	}
	return nil
}

// run starts the tasks and lets them go on as pick says, until all are done.
func (s *schedule) run(tasks []func(context.Context), pick func(waiting []int) (task int, intact bool)) {
	s.arrived, s.turn = make(chan int), map[int]chan bool{}
	for k, task := range tasks {
		s.turn[k] = make(chan bool)
		go func() {
			task(context.WithValue(context.Background(), taskKey{}, k))
			s.arrived <- -1 - k
		}()
	}
	var waiting []int
	for running, live := len(tasks), len(tasks); live > 0; {
		for ; running > 0; running-- {
			if k := <-s.arrived; k >= 0 {
				waiting = append(waiting, k)
			} else {
				live--
			}
		}
		if len(waiting) == 0 {
			continue
		}
		slices.Sort(waiting) // tasks arrive in any order; a seed must not
		k, intact := pick(waiting)
		waiting = slices.DeleteFunc(waiting, func(w int) bool { return w == k })
		s.turn[k] <- intact
		running = 1
	}
}

// Steps of two runs and of two recoveries, interleaved at every effect and broken at random.
func TestInterleavings(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	rapid.Check(t, func(t *rapid.T) {
		r := b.rig()
		var s schedule
		r.hook(s.hook)
		method := rapid.SampledFrom([]string{"pm_card_visa", "pm_card_visa", "pm_card_visa_chargeDeclined", "pm_card_authenticationRequired",
			"pm_rialto_lost_answer", "pm_rialto_create_lost", "pm_rialto_error_saved", "pm_rialto_cancel_lost"}).Draw(t, "method")
		var mu sync.Mutex
		cancelled := false
		authorize := func(ctx context.Context) {
			mu.Lock()
			late := cancelled
			mu.Unlock()
			out, err := r.Authorize(ctx, r.input(method, "g1"))
			if late && err == nil {
				t.Errorf("authorized after cancel: %+v", out)
			}
		}
		cancel := func(ctx context.Context) {
			for range 3 {
				if _, err := r.Cancel(ctx, payments.CancelInput{OrderID: r.order, Groups: []string{"g1"}}); err == nil {
					mu.Lock()
					cancelled = true
					mu.Unlock()
					if r.open(t) != 0 {
						t.Errorf("open after cancel succeeded")
					}
					return
				}
			}
		}
		tasks := []func(context.Context){authorize, authorize, cancel}
		if rapid.Bool().Draw(t, "two recoveries") {
			tasks = append(tasks, cancel)
		}
		breaks := rapid.IntRange(0, 3).Draw(t, "breaks")
		s.run(tasks, func(waiting []int) (int, bool) {
			k := rapid.SampledFrom(waiting).Draw(t, "next")
			intact := true
			if breaks > 0 && rapid.IntRange(0, 9).Draw(t, "break") == 0 {
				breaks--
				intact = false
			}
			return k, intact
		})
		r.atMostOne(t, "g1")
		if p := r.record(t, "g1"); cancelled && (r.open(t) != 0 || p.State != payments.Cancelled) {
			t.Fatalf("%s, %d open after cancel", p.State, r.open(t))
		}
		if err := r.cancels(3, "g1"); err != nil || r.open(t) != 0 {
			t.Fatalf("recovery: %v, %d open", err, r.open(t))
		}
	})
}

// Many runs and recoveries at once: the record is never left open.
func TestRace(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	for _, method := range []string{"pm_card_visa", "pm_rialto_lost_answer", "pm_card_authenticationRequired"} {
		r := b.rig()
		var g errgroup.Group
		for k := range 20 {
			g.Go(func() error {
				if k%2 == 0 {
					_, _ = r.Authorize(context.Background(), r.input(method, "g1", "g2"))
					return nil
				}
				if err := r.cancels(50, "g1", "g2"); err != nil {
					return fmt.Errorf("cancel: %w", err)
				}
				if n := r.open(t); n != 0 {
					return fmt.Errorf("%d open after cancel", n)
				}
				return nil
			})
		}
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
		r.atMostOne(t, "g1", "g2")
		if r.open(t) != 0 {
			t.Fatalf("%d open", r.open(t))
		}
	}
	r := b.rig()
	var g errgroup.Group
	for range 20 {
		g.Go(func() error { _, err := r.authorizes(r.input("pm_card_visa", "g1"), 50); return err })
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if books := b.books(t, r.order, "g1"); len(books) != 1 || books[0].Open != 1000 {
		t.Fatalf("%+v", books)
	}
}
