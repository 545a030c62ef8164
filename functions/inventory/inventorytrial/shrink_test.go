package inventorytrial_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rialto/functions/laboratory/schedule"
)

// explain shrinks a failing trial and shows what is left of it: the trace, and the command that replays it.
func (e exploration) explain(f *found) string {
	s := schedule.New(f.seed, dawn)
	s.Keep = true
	whole := e.bench().run(s, &counts{})
	x := shrinking{bench: e.bench, checker: f.checker, best: s.Choices(), drawn: whole.drawn, budget: e.shrink, crew: &schedule.Crew{}}
	defer x.crew.Close()
	least := x.shrink()
	return fmt.Sprintf("checker: %s\n%s\n"+
		"schedule %d of seed %d: %d steps and %d choices, shrunk to %d steps and %d choices in %d runs\n%s\n"+
		"replay: make prove SEED=%d REPLAY=%s",
		least.failed.checker, least.failed.text, f.n, e.seed, whole.s.Steps(), len(s.Choices()), least.s.Steps(), choices(x.best), x.runs,
		least.trace(), e.seed, format(x.best))
}

// shrinking makes a list of choices that fails smaller while it fails at the same checker. Zero is the dull choice
// everywhere, an operation or a fault that is not there among them, and a list is followed by zeros.
type shrinking struct {
	bench   func() bench
	checker string
	best    []int
	drawn   int // how many of the choices make the workload
	runs    int
	budget  int // bounds the runs
	crew    *schedule.Crew
}

func (x *shrinking) shrink() *trial {
	x.workload()
	for before := -1; before != weight(x.best) && x.runs < x.budget; {
		for before = -1; before != weight(x.best) && x.runs < x.budget; {
			before = weight(x.best)
			x.blocks()
			x.singles()
		}
		x.together()
	}
	return x.bench().run(schedule.Replay(x.best, dawn), &counts{})
}

// workload drops what can be dropped of the workload, each time looking for other steps that make the rest fail: with
// the steps as they were hardly anything can go.
func (x *shrinking) workload() {
	const seeds = 40
	for size := 32; size > 0; size /= 2 {
		for at := 0; at < min(x.drawn, len(x.best)); at += size {
			c := slices.Clone(x.best[:min(x.drawn, len(x.best))])
			if clear(c[at:min(at+size, len(c))]); choices(c) == choices(x.best[:len(c)]) {
				continue
			}
			for seed := range uint64(seeds) {
				if x.runs++; x.runs > x.budget {
					return
				}
				s := schedule.Resume(c, seed, dawn)
				s.Crew = x.crew
				if t := x.bench().run(s, &counts{}); t.failed != nil && t.failed.checker == x.checker {
					x.best = slices.Clone(s.Choices())
					break
				}
			}
		}
	}
}

// blocks clears stretches of choices, and leaves them out.
func (x *shrinking) blocks() {
	for size := len(x.best); size > 0; size /= 2 {
		for at := 0; at < len(x.best); at += size {
			x.try(func(c []int) []int { clear(c[at:min(at+size, len(c))]); return c })
			if at < len(x.best) {
				x.try(func(c []int) []int { return slices.Delete(c, at, min(at+size, len(c))) })
			}
		}
	}
}

// singles makes choices smaller.
func (x *shrinking) singles() {
	for at := 0; at < len(x.best); at++ {
		for less := 1; less < 6 && at < len(x.best) && x.best[at] > 0; less++ {
			x.try(func(c []int) []int { c[at] = max(c[at]-less, 0); return c })
		}
		if at < len(x.best) {
			x.try(func(c []int) []int { c[at] /= 2; return c })
		}
	}
}

// together drops a choice and lowers another, for what is dropped moves what is counted: a fault's call, say.
func (x *shrinking) together() {
	for at := 0; at < len(x.best); at++ {
		for other := 0; other < len(x.best); other++ {
			for less := 1; less <= 16; less++ {
				if at >= len(x.best) || other >= len(x.best) || x.best[at] == 0 || at == other || x.best[other] < 10 {
					break
				}
				x.try(func(c []int) []int { c[at], c[other] = 0, max(c[other]-less, 0); return c })
			}
		}
	}
}

// try keeps a change if it is smaller and fails still.
func (x *shrinking) try(change func([]int) []int) {
	c := change(slices.Clone(x.best))
	for len(c) > 0 && c[len(c)-1] == 0 {
		c = c[:len(c)-1]
	}
	if x.runs >= x.budget || weight(c) >= weight(x.best) {
		return
	}
	x.runs++
	s := schedule.Replay(c, dawn)
	s.Keep, s.Crew = false, x.crew
	if t := x.bench().run(s, &counts{}); t.failed != nil && t.failed.checker == x.checker {
		x.best = c
	}
}

// weight orders lists: by how many choices are not dull, then by how large they are, then by length.
func weight(list []int) int {
	sum := 0
	for _, c := range list {
		sum += min(c, 99)
	}
	return choices(list)*10_000_000 + sum*1_000 + len(list)
}

func choices(list []int) (n int) {
	for _, c := range list {
		if c != 0 {
			n++
		}
	}
	return n
}

// format writes the choices that are not 0, with their places.
func format(list []int) string {
	var s []string
	for i, c := range list {
		if c != 0 {
			s = append(s, fmt.Sprintf("%d:%d", i, c))
		}
	}
	return strings.Join(s, ",")
}

func parse(s string) ([]int, error) {
	var list []int
	for part := range strings.SplitSeq(s, ",") {
		at, choice, _ := strings.Cut(part, ":")
		i, err := strconv.Atoi(at)
		if err != nil || i < 0 || i > 1_000_000 {
			return nil, fmt.Errorf("REPLAY: %q is no place and choice", part)
		}
		c, err := strconv.Atoi(choice)
		if err != nil {
			return nil, fmt.Errorf("REPLAY: %q is no place and choice", part)
		}
		for len(list) <= i {
			list = append(list, 0)
		}
		list[i] = c
	}
	return list, nil
}
