package schedule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Shrinking makes a list of choices that fails smaller while it fails in the same way. Zero is the dull choice everywhere, an
// operation or a fault that is not there among them, and a list is followed by zeros.
type Shrinking struct {
	// Fails runs what a scheduler's choices make, and tells whether it fails in the way that is looked into.
	Fails  func(*Scheduler) bool
	Start  time.Time
	Drawn  int // how many of the choices make the workload; the others are steps
	Budget int // bounds the runs
	Runs   int // that were made

	best []int
	crew *Crew
}

// Shrink returns the smallest list that it found to fail as list does.
func (x *Shrinking) Shrink(list []int) []int {
	x.best, x.crew = list, &Crew{}
	defer x.crew.Close()
	x.workload()
	for before := -1; before != weight(x.best) && x.Runs < x.Budget; {
		for before = -1; before != weight(x.best) && x.Runs < x.Budget; {
			before = weight(x.best)
			x.blocks()
			x.singles()
		}
		x.together()
	}
	return x.best
}

// workload drops what can be dropped of the workload, each time looking for other steps that make the rest fail: with
// the steps as they were hardly anything can go.
func (x *Shrinking) workload() {
	const seeds = 40
	for size := 32; size > 0; size /= 2 {
		for at := 0; at < min(x.Drawn, len(x.best)); at += size {
			c := slices.Clone(x.best[:min(x.Drawn, len(x.best))])
			if clear(c[at:min(at+size, len(c))]); Interesting(c) == Interesting(x.best[:len(c)]) {
				continue
			}
			for seed := range uint64(seeds) {
				if x.Runs++; x.Runs > x.Budget {
					return
				}
				s := Resume(c, seed, x.Start)
				s.Crew = x.crew
				if x.Fails(s) {
					x.best = slices.Clone(s.Choices())
					break
				}
			}
		}
	}
}

// blocks clears stretches of choices, and leaves them out.
func (x *Shrinking) blocks() {
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
func (x *Shrinking) singles() {
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
func (x *Shrinking) together() {
	for at := 0; at < len(x.best); at++ {
		for other := 0; other < len(x.best); other++ {
			for less := 1; less <= 16; less++ {
				if x.Runs >= x.Budget || at >= len(x.best) || other >= len(x.best) || x.best[at] == 0 || at == other || x.best[other] < 10 {
					break
				}
				x.try(func(c []int) []int { c[at], c[other] = 0, max(c[other]-less, 0); return c })
			}
		}
	}
}

// try keeps a change if it is smaller and fails still.
func (x *Shrinking) try(change func([]int) []int) {
	if x.Runs >= x.Budget {
		return
	}
	c := change(slices.Clone(x.best))
	for len(c) > 0 && c[len(c)-1] == 0 {
		c = c[:len(c)-1]
	}
	if weight(c) >= weight(x.best) {
		return
	}
	x.Runs++
	s := Replay(c, x.Start)
	s.Keep, s.Crew = false, x.crew
	if x.Fails(s) {
		x.best = c
	}
}

// weight orders lists: by how many choices are not dull, then by how large they are, then by length.
func weight(list []int) int {
	sum := 0
	for _, c := range list {
		sum += min(c, 99)
	}
	return Interesting(list)*10_000_000 + sum*1_000 + len(list)
}

// Interesting counts the choices of a list that are not dull.
func Interesting(list []int) (n int) {
	for _, c := range list {
		if c != 0 {
			n++
		}
	}
	return n
}

// Format writes the choices of a list that are not 0, with their places.
func Format(list []int) string {
	if Interesting(list) == 0 {
		return "0:0"
	}
	var s []string
	for i, c := range list {
		if c != 0 {
			s = append(s, fmt.Sprintf("%d:%d", i, c))
		}
	}
	return strings.Join(s, ",")
}

// Parse reads what Format wrote.
func Parse(s string) ([]int, error) {
	var list []int
	for part := range strings.SplitSeq(s, ",") {
		at, choice, _ := strings.Cut(part, ":")
		i, err := strconv.Atoi(at)
		if err != nil || i < 0 || i > 1_000_000 {
			return nil, fmt.Errorf("%q is no place and choice", part)
		}
		c, err := strconv.Atoi(choice)
		if err != nil {
			return nil, fmt.Errorf("%q is no place and choice", part)
		}
		for len(list) <= i {
			list = append(list, 0)
		}
		list[i] = c
	}
	return list, nil
}
