package inventorytrial_test

import (
	"fmt"

	"rialto/functions/laboratory/schedule"
)

// explain shrinks a failing trial and shows what is left of it: the trace, and the command that replays it.
func (e exploration) explain(f *found) string {
	s := schedule.New(f.seed, dawn)
	s.Keep = true
	whole := e.bench().run(s, &counts{})
	x := schedule.Shrinking{Start: dawn, Drawn: whole.drawn, Budget: e.shrink, Fails: func(s *schedule.Scheduler) bool {
		t := e.bench().run(s, &counts{})
		return t.failed != nil && t.failed.checker == f.checker
	}}
	best := x.Shrink(s.Choices())
	least := e.bench().run(schedule.Replay(best, dawn), &counts{})
	return fmt.Sprintf("checker: %s\n%s\n"+
		"schedule %d of seed %d: %d steps and %d choices, shrunk to %d steps and %d choices in %d runs\n%s\n"+
		"replay: make prove SEED=%d REPLAY=%s",
		least.failed.checker, least.failed.text, f.n, e.seed, whole.s.Steps(), len(s.Choices()), least.s.Steps(), schedule.Interesting(best), x.Runs,
		least.trace(), e.seed, schedule.Format(best))
}
