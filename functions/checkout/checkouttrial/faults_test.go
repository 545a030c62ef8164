package checkouttrial_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"rialto/functions/checkout"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
	"rialto/statemachines/interpreter"
)

// taskState is a Task state of the deployed machine.
type taskState struct {
	name    string
	timeout time.Duration
	tries   int // how often one execution calls it at most, if every error is worth trying again
}

// taskStates lists every Task of a machine, those in the branches of a Parallel too, by name.
func taskStates(m *interpreter.Machine) []taskState {
	var out []taskState
	for _, name := range slices.Sorted(maps.Keys(m.States)) {
		s := m.States[name]
		for i := range s.Branches {
			out = append(out, taskStates(&s.Branches[i])...)
		}
		if s.Type != "Task" {
			continue
		}
		t := taskState{name, time.Duration(s.TimeoutSeconds) * time.Second, 1}
		for _, r := range s.Retry {
			t.tries += r.MaxAttempts
		}
		out = append(out, t)
	}
	return out
}

// compensations lists the Tasks that the machine can get to from where its errors lead.
func compensations(m *interpreter.Machine) []string {
	var queue, out []string
	for _, name := range slices.Sorted(maps.Keys(m.States)) {
		for _, c := range m.States[name].Catch {
			if slices.Contains(c.ErrorEquals, "States.ALL") {
				queue = append(queue, c.Next)
			}
		}
	}
	seen := map[string]bool{}
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		if seen[name] {
			continue
		}
		seen[name] = true
		s := m.States[name]
		if s.Type == "Task" {
			out = append(out, name)
		}
		for _, r := range s.Choices {
			queue = append(queue, r.Next)
		}
		for _, next := range []string{s.Next, s.Default} {
			if next != "" {
				queue = append(queue, next)
			}
		}
	}
	slices.Sort(out)
	return out
}

// taskFault is something that happens to a task. It strikes the first calls of its state, times of them, so that
// what is broken works again at last.
type taskFault struct {
	state  string
	name   string
	times  int
	gentle bool // one more try heals it: no checkout may fail over it
	caught bool // the execution that it strikes must end the record itself, without the timer's help
	strike func(m *mischief, c call) ([]byte, error)
}

func (f taskFault) String() string { return f.state + ": " + f.name }

// overAll is a moment at which late steps wake up: when nothing else happens any more. The others are the
// compensations' names: right behind that task.
const overAll = "everything"

// taskFaults crosses every Task state with everything that can happen to it.
func taskFaults(m *interpreter.Machine) []taskFault {
	var out []taskFault
	undo := compensations(m)
	moments := append(undo, overAll)
	for _, s := range taskStates(m) {
		add := func(name string, times int, gentle bool, strike func(m *mischief, c call) ([]byte, error)) {
			caught := !slices.Contains(undo, s.name) && !strings.Contains(name, "dies")
			out = append(out, taskFault{s.name, name, times, gentle, caught, strike})
		}
		for _, often := range []struct {
			name  string
			times int
		}{{"once", 1}, {"every try", s.tries}, {"every try, and in the recovery", 2 * s.tries}} {
			add("fails before its effect, "+often.name, often.times, often.times == 1, fails("internal"))
			add("is throttled, "+often.name, often.times, often.times == 1, fails("Lambda.TooManyRequestsException"))
			add("answer lost, "+often.name, often.times, often.times == 1, thenFails("Lambda.Unknown"))
			add("times out, "+often.name, often.times, often.times == 1, func(m *mischief, c call) ([]byte, error) {
				m.w.pass(c.execution, s.timeout)
				return nil, &interpreter.Error{Name: "States.Timeout"}
			})
			add("TransactionConflict, "+often.name, often.times, often.times == 1, inStore(conflict, nil))
			add("a write's answer lost, "+often.name, often.times, often.times == 1, inStore(nil, lostWrite))
		}
		for _, often := range []struct {
			name  string
			times int
		}{{"once", 1}, {"every try", s.tries}} {
			add("reads are stale, "+often.name, often.times, false, func(_ *mischief, c call) ([]byte, error) {
				return c.do(context.WithValue(context.Background(), staleKey{}, true))
			})
		}
		if slices.Contains(undo, s.name) {
			for k := 2; k <= 2*s.tries+1; k++ {
				add(fmt.Sprintf("fails before its effect, %d times", k), k, false, fails("unavailable"))
			}
		}
		add("runs twice", 1, true, func(_ *mischief, c call) ([]byte, error) {
			_, _ = c.do(context.Background())
			return c.do(context.Background())
		})
		add("fails for good before its effect", 1, false, fails("Runtime.ExitError"))
		add("fails for good after its effect", 1, false, thenFails("Runtime.ExitError"))
		add("execution dies before it", 1, false, fails("States.Runtime"))
		add("execution dies after it", 1, false, thenFails("States.Runtime"))
		add("execution dies after it of too much data", 1, false, thenFails("States.DataLimitExceeded"))
		for _, moment := range moments {
			add("execution dies, and it goes on behind "+moment, 1, false, func(m *mischief, c call) ([]byte, error) {
				m.postpone(moment, c)
				return nil, &interpreter.Error{Name: "States.Runtime"}
			})
		}
		add("clock jumps past the hold before it", 1, false, thenCalls)
		add("clock jumps past the hold after it", 1, false, callsThen)
		add("runs late, once, behind "+overAll, 1, true, late(overAll))
		for _, moment := range moments {
			add("runs late, every try, behind "+moment, s.tries, false, late(moment))
		}
	}
	return out
}

// thenCalls lets a hold end, and then calls.
func thenCalls(m *mischief, c call) ([]byte, error) {
	m.w.advance(checkout.HoldFor + time.Minute)
	return c.do(context.Background())
}

// callsThen calls, and lets a hold end before the answer.
func callsThen(m *mischief, c call) ([]byte, error) {
	out, err := c.do(context.Background())
	m.w.advance(checkout.HoldFor + time.Minute)
	return out, err
}

func fails(name string) func(*mischief, call) ([]byte, error) {
	return func(*mischief, call) ([]byte, error) { return nil, &interpreter.Error{Name: name} }
}

func thenFails(name string) func(*mischief, call) ([]byte, error) {
	return func(_ *mischief, c call) ([]byte, error) {
		_, _ = c.do(context.Background())
		return nil, &interpreter.Error{Name: name}
	}
}

// late leaves the step running: its caller hears of a timeout, and the step acts at another moment.
func late(moment string) func(*mischief, call) ([]byte, error) {
	return func(m *mischief, c call) ([]byte, error) {
		m.postpone(moment, c)
		return nil, &interpreter.Error{Name: "States.Timeout"}
	}
}

func inStore(before, after func() error) func(*mischief, call) ([]byte, error) {
	return func(_ *mischief, c call) ([]byte, error) {
		return c.do(context.WithValue(context.Background(), storeFaultKey{}, storeFault{before, after}))
	}
}

// conflict is what is left of a write when another transaction kept having its item.
func conflict() error {
	return &store.Refused{Reasons: []store.Reason{{Write: "any", Cause: store.Conflicted}}}
}

func lostWrite() error {
	return fault.New(fault.Unavailable, "database_away", "the database did not answer")
}

// siblings lists what can go wrong between the branches of every Parallel: one fails for good, and another,
// which Step Functions only stops waiting for, acts later.
func siblings(m *interpreter.Machine) [][]taskFault {
	var out [][]taskFault
	for _, name := range slices.Sorted(maps.Keys(m.States)) {
		s := m.States[name]
		for i := range s.Branches {
			for j := range s.Branches {
				if i == j {
					continue
				}
				for _, failing := range taskStates(&s.Branches[i]) {
					for _, acting := range taskStates(&s.Branches[j]) {
						for _, moment := range append(compensations(m), overAll) {
							out = append(out, []taskFault{
								{failing.name, "fails for good before its effect", 1, false, true, fails("Runtime.ExitError")},
								{acting.name, fmt.Sprintf("sibling acts behind %s", moment), 1, false, true, func(m *mischief, c call) ([]byte, error) {
									m.postpone(moment, c)
									return nil, &interpreter.Error{Name: "stopped"}
								}}})
						}
					}
				}
			}
		}
	}
	return out
}
