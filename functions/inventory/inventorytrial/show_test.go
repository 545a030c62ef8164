package inventorytrial_test

import (
	"fmt"
	"strings"
	"time"

	"rialto/functions/internal/store"
	"rialto/functions/laboratory/schedule"
)

// describe is a call to the store and its effect, for people.
func describe(c schedule.Call, err error) string {
	var what []string
	for _, w := range c.Writes {
		what = append(what, or(w.Name, w.Table))
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

// changes lists what changed of name, before, after triples.
func changes(triples ...any) string {
	var s []string
	for i := 0; i < len(triples); i += 3 {
		if triples[i+1] != triples[i+2] {
			s = append(s, fmt.Sprintf("%s %v -> %v", triples[i], triples[i+1], triples[i+2]))
		}
	}
	return strings.Join(s, ", ")
}

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// table is what an exploration came to, for people.
func (c *counts) table(seed uint64, from int64, wall time.Duration) string {
	var operations, faults int64
	for _, n := range c.operations {
		operations += n
	}
	for _, n := range c.faults {
		faults += n
	}
	var b strings.Builder
	fmt.Fprintf(&b, "schedules of the inventory, seed %d%s\n", seed, schedule.Part(from, c.schedules))
	fmt.Fprintf(&b, "  %s schedules, %s steps, %s faults, 0 failed; trace hash %016x\n", schedule.Grouped(c.schedules), schedule.Grouped(c.steps),
		schedule.Grouped(faults), c.hash)
	fmt.Fprintf(&b, "  %s operations (%d a schedule at least), %s calls to the store\n", schedule.Grouped(operations), c.fewest,
		schedule.Grouped(c.calls))
	fmt.Fprintf(&b, "  %s of them without an answer that says, %s told sold out, %s conflicts met\n", schedule.Grouped(c.unknown),
		schedule.Grouped(c.soldOut), schedule.Grouped(c.met))
	fmt.Fprintf(&b, "  %s holds placed on divided stock, %s transactions seen half done\n", schedule.Grouped(c.divided), schedule.Grouped(c.torn))
	fmt.Fprintf(&b, "  %s movements booked after a count of later than they were\n", schedule.Grouped(c.late))
	fmt.Fprintf(&b, "  about %s distinct states of the tables (0.8%%); %s histories linearizable\n", schedule.Grouped(c.states.count()),
		schedule.Grouped(c.schedules))
	fmt.Fprintf(&b, "  %s hours simulated in %.1f s: %s times as fast\n", schedule.Grouped(c.simulated/3600), wall.Seconds(),
		schedule.Grouped(int64(float64(c.simulated)/wall.Seconds())))
	var names []string
	var counts []int64
	for k, n := range c.operations {
		names, counts = append(names, kind(k).String()), append(counts, n)
	}
	bars(&b, names, counts)
	names, counts = nil, nil
	for k, n := range c.faults {
		names, counts = append(names, faultKind(k).String()), append(counts, n)
	}
	bars(&b, names, counts)
	return b.String()
}

func bars(b *strings.Builder, names []string, counts []int64) {
	const width = 40
	var most int64 = 1
	for _, n := range counts {
		most = max(most, n)
	}
	for i, n := range counts {
		fmt.Fprintf(b, "    %-20s %12s  %s\n", names[i], schedule.Grouped(n), strings.Repeat("#", int((n*width+most-1)/most)))
	}
}

// trace is the steps of a trial that kept them.
func (t *trial) trace() string { return strings.Join(t.log, "\n") }
