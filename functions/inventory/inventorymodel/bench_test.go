package inventorymodel_test

import (
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"testing"
	"time"

	"rialto/functions/inventory"
	"rialto/functions/laboratory/partitions"
)

// The aims of the design.
const (
	aimPerSecond = 50_000
	aimRetried   = 1.0 // percent, below
	aimTimes     = 60  // goodput at 64 environments over one
)

// largest is how many shards a layout begins with at most: shard 0, which retires, and the layout are read with them in
// one transactional read of 100.
const largest = 98

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	os.Exit(m.Run())
}

// TestBench prints the tables of make bench.
func TestBench(t *testing.T) {
	if os.Getenv("RIALTO_BENCH") != "1" {
		t.Skip("takes a minute: make bench")
	}
	fmt.Print("\none hot sku on modelled partitions: inventory's store on virtual time\n")
	show(partitions.Documented(0))
	best := search(t)
	sweep(t, best)
	others(t, best)
	lanes(t)
}

func show(p partitions.Physics) {
	fmt.Printf("  a partition serves %g write and %g read units a second; a transaction has its items for %v to %v; "+
		"a call's way is %v, a read takes %v, a write %v\n",
		p.WriteUnits, p.ReadUnits, p.WindowLeast, p.WindowMost, p.RoundTrip, p.Read, p.Write)
}

// bench is a run with time to settle.
func bench(environments int, l layout, parts int) load {
	return load{physics: partitions.Documented(parts), layout: l, environments: environments,
		warm: time.Second, taken: time.Second / 2, seed: 1, sku: hot}
}

func (f figures) carries() bool {
	return f.perSecond() >= aimPerSecond && f.share(f.retried) < aimRetried && f.counts.Throttles == 0
}

// search finds the cheapest layout: with the fewest shards, since each keeps stock apart and is read by whoever must
// say that there is none left; of those, on the fewest partitions, since they are bought ahead as warm throughput.
func search(t *testing.T) figures {
	t.Helper()
	p := partitions.Documented(0)
	flight := p.RoundTrip + (p.WindowLeast+p.WindowMost)/2
	each := float64(time.Second) / float64(flight)
	floor := int(math.Ceil(aimPerSecond / each))
	environments := floor + floor/50
	centres := (environments + largest - 1) / largest
	fmt.Printf("\nthe cheapest layout that carries %d holds/s, below %g%% retried and none throttled: "+
		"fewest shards, then fewest partitions\n", aimPerSecond, aimRetried)
	fmt.Printf("  an environment makes %.0f holds/s: a hold is one transaction of %v on average\n", each, flight)
	fmt.Printf("  so %d environments are busy at least; %d are run, for 2%% of room\n", floor, environments)
	fmt.Printf("  two at one shard are in each other's way nearly always, so there are as many shards; "+
		"a centre has %d at most, so %d centres at least\n", largest, centres)
	fmt.Printf("  a hold is 2 write units of stock and 2 of its record: %d a second of each table, "+
		"so %.0f partitions each at least; a table's default quota is 40,000\n",
		2*aimPerSecond, math.Ceil(2*aimPerSecond/p.WriteUnits))
	fmt.Printf("  a busy shard takes %.0f units a second: more than %.0f on one partition are too many, "+
		"and who is throttled moves its home\n\n", 2*each, math.Floor(p.WriteUnits/(2*each)))
	w := newTable()
	defer func() { _ = w.Flush() }()
	var best *figures
	try := func(l layout, parts int) bool {
		f := bench(environments, l, parts).must(t)
		w.add(f)
		if f.carries() {
			best = &f
		}
		return f.carries()
	}
	const plenty = 256
	for _, shards := range []int{(environments + centres - 1) / centres, 84, 90, largest} {
		if try(layout{centres, shards}, plenty) {
			break
		}
	}
	if best == nil {
		t.Fatal("no layout carries it")
	}
	// The more partitions the better, so halving finds the edge, in steps of 16.
	few, most := int(2*aimPerSecond/p.WriteUnits)/16, plenty/16
	for most-few > 1 {
		if half := (few + most) / 2; try(best.layout, 16*half) {
			most = half
		} else {
			few = half
		}
	}
	return *best
}

// sweep doubles the environments on one layout.
func sweep(t *testing.T, best figures) {
	t.Helper()
	fmt.Printf("\nthe cheapest is %s shards on %d partitions a table: %.0f holds/s. The same for 1 to 1,024 environments\n\n",
		best.layout, best.physics.Partitions, best.perSecond())
	w := newTable()
	var one, many float64
	for n := 1; n <= 1024; n *= 2 {
		f := bench(n, best.layout, best.physics.Partitions).must(t)
		w.add(f)
		switch n {
		case 1:
			one = f.perSecond()
		case 64:
			many = f.perSecond()
		}
	}
	_ = w.Flush()
	fmt.Printf("\ngoodput at 64 environments over one: %.1f (aim %d)\n", many/one, aimTimes)
}

// others shows why the layout is as it is.
func others(t *testing.T, best figures) {
	t.Helper()
	fmt.Print("\nother ways\n\n")
	w := newTable()
	run := func(l load) {
		f := l.must(t)
		w.add(f)
	}
	parts := best.physics.Partitions
	w.say("more shards than needed: homes find room on fewer partitions")
	run(bench(best.environments, layout{2 * best.layout.centres, largest}, 144))
	for _, n := range []int{1, 8, 64} {
		w.say("plain")
		run(bench(n, layout{centres: 1}, parts))
	}
	w.say("one centre")
	run(bench(64, layout{1, largest}, parts))
	for _, warm := range []time.Duration{time.Second, 4 * time.Second} {
		grows := bench(64, layout{centres: 1}, parts)
		grows.grows, grows.warm = true, warm
		w.say(fmt.Sprintf("grows for %v", warm))
		run(grows)
	}
	commits := bench(best.environments, best.layout, 2*parts)
	commits.commit = true
	w.say("holds and commits")
	run(commits)
	routed := bench(best.environments, best.layout, parts)
	routed.routed = true
	w.say("orders as they are routed, of all centres at each environment")
	run(routed)
	w.say("the same if all were routed to the first centre by name")
	run(bench(best.environments, layout{1, best.layout.shards}, parts))
	_ = w.Flush()

	sells := bench(64, layout{1, largest}, parts)
	sells.units, sells.warm, sells.taken = 6000, 1, 3*time.Second
	f := sells.must(t)
	fmt.Printf("\nselling out: %d environments at %d units in one centre of %d shards: after %v %d are sold, "+
		"%d orders were told that there are none, %d to come again\n",
		f.environments, f.units, f.layout.shards, f.taken, f.holds, f.unavailable, f.failed)
}

// laneCap and laneShare are what infra/pool.go gives a lane: at most, and in a cell of make plan, where 926 orders a second keep 463
// environments busy for half a second each.
const laneCap, laneShare = 90, 58

// lanes has orders come by themselves, as they are routed, at a function for all of them and at the lanes that are deployed.
func lanes(t *testing.T) {
	fmt.Print("\norders that come at random, each at any environment that is idle\n\n")
	w := newTable()
	defer func() { _ = w.Flush() }()
	run := func(note string, l load) {
		l.routed = true
		f := l.must(t)
		w.say(fmt.Sprintf("%s; %.0f/s found none idle", note, float64(f.away)/f.taken.Seconds()))
		w.add(f)
	}
	// What make plan gives each of the cells that share the peak: 50,000 / 54 orders a second, and 0.5 s of environments for them.
	cell := bench(463, layout{5, 90}, 224)
	cell.rate, cell.warm, cell.grows = 926, 8*time.Second, true
	run("a cell's, all on one sku, at one function for all", cell)
	cell.environments, cell.lanes = inventory.Lanes*laneShare, true
	run("the same at the lanes, as deployed", cell)
	// Of eight lanes each has 6,375 x 8 ms = 51 environments busy; 2% more orders come than are aimed at.
	each := bench(inventory.Lanes*laneCap, layout{8, largest}, 384)
	each.rate, each.lanes, each.warm, each.taken = 1.02*aimPerSecond, true, 600*time.Millisecond, 200*time.Millisecond
	run("all cells' in one account, as deployed", each)
	each.layout, each.rate = layout{5, largest}, 30_000
	run("the same of a sku in five centres", each)
}
