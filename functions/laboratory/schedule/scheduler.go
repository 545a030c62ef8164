package schedule

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Scheduler runs tasks. It is not safe for concurrent use; runs side by side need one each.
type Scheduler struct {
	// Keep makes it remember what Trace and Choices return. Set it before use; Replay sets it.
	Keep bool
	// Stay is how many of 100 choices between tasks go to the one that ran last without asking further: 0 switches
	// as often as possible, 90 gives long runs of one task. Set it before Run.
	Stay int
	// Crew, if set, lends its coroutines and gets them back. Set it before Run.
	Crew *Crew

	start, now time.Duration // since the Unix epoch
	choices    choices
	tasks      []*Task // all, in the order of Go
	runnable   []*Task // the first is the one that ran last, if it can go on
	asleep     heap
	steps      int64
	naps       int64
	hash       uint64
	trace      []Step
	running    *Task
	stopped    bool
}

// Step is a piece of a run between two yields.
type Step struct {
	N      int64         // from 1
	At     time.Duration // since the start of the run
	Task   string
	Label  string // what the task waited for before it: the label of its Yield, "sleep" or "start"
	Choice int    // which of the runnable tasks it was
	Of     int    // how many were runnable
}

func (s Step) String() string {
	return fmt.Sprintf("%5d  %12s  %-12s %s", s.N, s.At, s.Task, s.Label)
}

// Limits bound a run; 0 is no bound.
type Limits struct {
	Steps int64
	Time  time.Duration // virtual, from the start
}

var (
	// ErrLimit reports that a run reached its limits with tasks left.
	ErrLimit = errors.New("schedule: the run reached its limits")
	// ErrStopped is what tasks get from every yield once their run is over.
	ErrStopped = errors.New("schedule: the run is over")
	// ErrCrashed is what a task gets from every yield after Crash, until Restart.
	ErrCrashed = errors.New("schedule: the task has crashed")
)

// New returns a scheduler whose clock stands at start and whose choices come from seed.
func New(seed uint64, start time.Time) *Scheduler {
	return &Scheduler{start: sinceEpoch(start), now: sinceEpoch(start), choices: seeded(seed), hash: fnvOffset}
}

// Replay returns a scheduler that makes the choices that another one's Choices returned. Choices out of range, or
// past the list's end, count as 0.
func Replay(list []int, start time.Time) *Scheduler {
	s := New(0, start)
	s.Keep, s.choices.list, s.choices.replay = true, list, true
	return s
}

// Resume returns a scheduler that makes the choices of a list and then goes on with a seed's.
func Resume(list []int, seed uint64, start time.Time) *Scheduler {
	s := New(seed, start)
	s.Keep, s.choices.list = true, list
	return s
}

// Task is one thread of a run.
type Task struct {
	Name string

	s       *Scheduler
	ctx     context.Context
	do      func(context.Context) error
	on      *coroutine // nil before the first step and after the last
	done    bool
	label   string
	wake    time.Duration
	nap     int64
	napping bool
	crashed bool
	err     error
}

type taskKey struct{}

// Of returns the task that ctx belongs to, nil if to none.
func Of(ctx context.Context) *Task {
	t, _ := ctx.Value(taskKey{}).(*Task)
	return t
}

// Go adds a task, before Run or from another task. It runs when it is first chosen.
func (s *Scheduler) Go(ctx context.Context, name string, do func(context.Context) error) *Task {
	t := &Task{Name: name, s: s, do: do, label: "start"}
	t.ctx = context.WithValue(ctx, taskKey{}, t)
	s.tasks = append(s.tasks, t)
	s.runnable = append(s.runnable, t)
	return t
}

// Run runs until every task has ended or a limit is reached, and returns the tasks' errors together, or ErrLimit
// with them. Tasks that are left then get ErrStopped from their yields, and Run waits until they have ended.
func (s *Scheduler) Run(limits Limits) error {
	if s.Crew == nil {
		s.Crew = &Crew{}
		defer s.Crew.Close()
	}
	for s.step(limits) {
	}
	var left error
	if len(s.runnable)+len(s.asleep) > 0 {
		left = fmt.Errorf("%w: %d tasks left after %d steps and %v", ErrLimit, len(s.runnable)+len(s.asleep), s.steps, s.now-s.start)
	}
	s.stopped = true
	errs := []error{left}
	for _, t := range s.tasks {
		if t.on != nil { // it waits in a yield, and this and all others now fail
			t.resume()
		}
		if t.err != nil && !errors.Is(t.err, ErrStopped) {
			errs = append(errs, fmt.Errorf("%s: %w", t.Name, t.err))
		}
	}
	return errors.Join(errs...)
}

func (s *Scheduler) step(limits Limits) bool {
	if s.stopped || limits.Steps > 0 && s.steps >= limits.Steps {
		return false
	}
	if len(s.runnable) == 0 {
		if len(s.asleep) == 0 || limits.Time > 0 && s.asleep[0].wake-s.start > limits.Time {
			return false
		}
		s.now = s.asleep[0].wake
		for len(s.asleep) > 0 && s.asleep[0].wake == s.now {
			s.runnable = append(s.runnable, s.asleep.pop())
		}
	}
	n, of := s.pick(), len(s.runnable)
	t := s.runnable[n]
	s.runnable[0], s.runnable[n] = t, s.runnable[0]
	s.steps++
	s.mix(t.Name)
	s.mix(t.label)
	s.Note(uint64(n))
	s.Note(uint64(s.now))
	if s.Keep {
		s.trace = append(s.trace, Step{N: s.steps, At: s.now - s.start, Task: t.Name, Label: t.label, Choice: n, Of: of})
	}
	s.running = t
	t.resume()
	s.running = nil
	if t.done || t.napping {
		last := len(s.runnable) - 1
		s.runnable[0] = s.runnable[last]
		s.runnable = s.runnable[:last]
		if !t.done {
			s.asleep.push(t)
		}
	}
	return true
}

// pick chooses among the runnable tasks; the first is the one that ran last, unless it cannot go on.
func (s *Scheduler) pick() int {
	if len(s.runnable) == 1 {
		return 0
	}
	if s.Stay > 0 && !s.choices.replay && s.choices.at >= len(s.choices.list) && s.choices.below(100) < s.Stay {
		return s.choices.took(0, s.Keep)
	}
	return s.choices.choose(len(s.runnable), s.Keep)
}

// Choose makes a choice below n, which is recorded and replayed as those between tasks are. 0 should be the choice in
// which nothing special happens.
func (s *Scheduler) Choose(n int) int {
	if n <= 1 {
		return 0
	}
	x := s.choices.choose(n, s.Keep)
	s.Note(uint64(x))
	return x
}

// Draw makes a choice below n with a distribution of its own: from a seed, draw is asked for it and gets a source
// of numbers below any bound; from a list, it is not asked.
func (s *Scheduler) Draw(n int, draw func(below func(int) int) int) int {
	x := s.choices.draw(n, draw, s.Keep)
	s.Note(uint64(x))
	return x
}

// Chance chooses true in perMille of 1,000 cases.
func (s *Scheduler) Chance(perMille int) bool {
	return s.Draw(2, func(below func(int) int) int {
		if below(1000) < perMille {
			return 1
		}
		return 0
	}) == 1
}

// Stop ends the run after this step, as a limit does.
func (s *Scheduler) Stop() { s.stopped = true }

// Now is the virtual time.
func (s *Scheduler) Now() time.Time { return time.Unix(0, int64(s.now)).UTC() }

// Elapsed is the virtual time since the start.
func (s *Scheduler) Elapsed() time.Duration { return s.now - s.start }

// Steps is how many steps were made.
func (s *Scheduler) Steps() int64 { return s.steps }

// Running is the task whose step it is, nil between steps.
func (s *Scheduler) Running() *Task { return s.running }

// Trace lists the steps so far, if Keep is set.
func (s *Scheduler) Trace() []Step { return s.trace }

// Choices lists the choices so far, for Replay, if Keep is set.
func (s *Scheduler) Choices() []int { return s.choices.made }

// Hash stands for the run so far: the task, label and time of every step, every choice, and what was noted.
func (s *Scheduler) Hash() uint64 { return s.hash }

func sinceEpoch(t time.Time) time.Duration { return time.Duration(t.UnixNano()) }
