package fulfillmenttrial_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"rialto/functions/internal/store"
	"rialto/functions/laboratory/schedule"
)

// counts is what trials did, summed over any number of them in any order.
type counts struct {
	schedules, steps, calls, messages, dead int64
	refused, expired, broken, down          int64
	simulated                               int64 // seconds
	faults                                  [faultKinds]int64
	done                                    map[string]int64 // what actors did, what was heard, and states that were reached
	hash                                    uint64
}

func (c *counts) add(what string, n int64) {
	if c.done == nil {
		c.done = map[string]int64{}
	}
	c.done[what] += n
}

func (c *counts) did(what string)   { c.add("does "+what, 1) }
func (c *counts) heard(what string) { c.add("hears "+what, 1) }
func (c *counts) state(what string) { c.add("state "+what, 1) }

func (c *counts) merge(o *counts) {
	c.schedules, c.steps, c.calls, c.messages, c.dead = c.schedules+o.schedules, c.steps+o.steps, c.calls+o.calls, c.messages+o.messages, c.dead+o.dead
	c.refused, c.expired, c.broken, c.simulated = c.refused+o.refused, c.expired+o.expired, c.broken+o.broken, c.simulated+o.simulated
	c.down += o.down
	for k, n := range o.faults {
		c.faults[k] += n
	}
	for what, n := range o.done {
		c.add(what, n)
	}
	c.hash += o.hash
}

// table is what an exploration came to, for people.
func (c *counts) table(seed uint64, from int64, wall time.Duration) string {
	var faults int64
	for _, n := range c.faults {
		faults += n
	}
	var b strings.Builder
	fmt.Fprintf(&b, "schedules after the pivot, seed %d%s\n", seed, schedule.Part(from, c.schedules))
	fmt.Fprintf(&b, "  %s schedules, %s steps, %s faults, 0 failed; trace hash %016x\n", schedule.Grouped(c.schedules),
		schedule.Grouped(c.steps), schedule.Grouped(faults), c.hash)
	fmt.Fprintf(&b, "  %s messages delivered, %s dead letters redriven days later, %s calls\n", schedule.Grouped(c.messages),
		schedule.Grouped(c.dead), schedule.Grouped(c.calls))
	fmt.Fprintf(&b, "  %s carts refused, %s authorizations that ran out, %s failures of the gateway's own, %s messages met an outage\n",
		schedule.Grouped(c.refused), schedule.Grouped(c.expired), schedule.Grouped(c.broken), schedule.Grouped(c.down))
	fmt.Fprintf(&b, "  %s days simulated in %.1f s\n", schedule.Grouped(c.simulated/86400), wall.Seconds())
	width := int64(1)
	for _, n := range c.done {
		width = max(width, n)
	}
	line := func(what string, n int64) {
		fmt.Fprintf(&b, "    %-34s %12s  %s\n", what, schedule.Grouped(n), strings.Repeat("#", int((n*30+width-1)/width)))
	}
	for _, what := range slices.SortedFunc(maps.Keys(c.done), cmp.Compare[string]) {
		line(what, c.done[what])
	}
	for k, n := range c.faults {
		if k > 0 {
			line("fault "+faultKind(k).String(), n)
		}
	}
	return b.String()
}

// describe is a call to the store and its effect, for people.
func describe(c schedule.Call, err error) string {
	var what []string
	for _, w := range c.Writes {
		what = append(what, strings.TrimSpace(w.Table+" "+w.Name))
	}
	for _, g := range c.Gets {
		what = append(what, strings.TrimSuffix(g.Table+" "+g.Key.PK+" "+g.Key.SK, " "))
	}
	if c.Query != nil {
		what = append(what, c.Query.Table+" "+c.Query.Hash)
	}
	s := c.Operation + " " + strings.Join(what, ", ")
	if r, ok := store.AsRefused(err); ok {
		return s + ": " + r.Error()
	}
	if err != nil {
		return s + ": " + err.Error()
	}
	return s
}

func keyOf(id string) store.Key { return store.Key{PK: id} }
