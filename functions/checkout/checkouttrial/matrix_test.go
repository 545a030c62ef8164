package checkouttrial_test

import (
	"flag"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"math/rand/v2"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// proving tells whether everything is tried, which takes minutes, or what a normal test has time for.
var proving = os.Getenv("RIALTO_PROVE") == "1"

// onlyOne tells whether -run names one trial: then each is a test of its own, and steps log.
func onlyOne() bool { return strings.Contains(flag.Lookup("test.run").Value.String(), "/") }

func TestMain(m *testing.M) {
	flag.Parse()
	if !onlyOne() {
		slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	}
	os.Exit(m.Run())
}

// shown is how many failing trials a test names at least; it names one for each checker that reports.
const shown = 5

// novel tells whether problems come from a checker that seen does not have yet, and adds it.
func novel(seen map[string]bool, problems []string) bool {
	found := false
	for _, p := range problems {
		name, _, ours := strings.Cut(strings.TrimPrefix(p, "checker: "), ":")
		if ours && checkers[name] != "" && !seen[name] {
			seen[name], found = true, true
		}
	}
	return found
}

// tally sums up what trials came to.
type tally struct {
	trials, struck, placed, undone, failed, steps int
	simulated                                     time.Duration
	hash                                          uint64 // of all trials and what they came to, in any order
	began                                         time.Time
}

// try runs trials, as many at once as there are processors, and fails the test for each that has a problem, by
// the name that -run finds it under. met is called with each result, one at a time.
func try(t *testing.T, trials []trial, met func(trial, result)) tally {
	t.Helper()
	sum, reported := tally{began: time.Now()}, map[string]bool{}
	var mu sync.Mutex
	todo := make(chan trial)
	var all sync.WaitGroup
	did := func(tr trial) {
		r := tr.run()
		mu.Lock()
		defer mu.Unlock()
		sum.trials++
		sum.steps += r.steps
		sum.simulated += r.simulated
		sum.hash += r.hash(tr.name())
		if !slices.Contains(r.struck, false) {
			sum.struck++
		}
		if r.placed {
			sum.placed++
		}
		if r.undone {
			sum.undone++
		}
		if len(r.problems) > 0 {
			sum.failed++
			if novel(reported, r.problems) || sum.failed <= shown {
				t.Errorf(
					"%s\n  again: go test -count=1 -run '^%s$' ./functions/checkout/checkouttrial\n  %s",
					tr.name(),
					pattern(t.Name()+"/"+tr.name()),
					strings.Join(r.problems, "\n  "),
				)
			}
		}
		if met != nil {
			met(tr, r)
		}
	}
	if onlyOne() {
		tryNamed(t, trials)
		return sum
	}
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for tr := range todo {
				did(tr)
			}
		})
	}
	for _, tr := range trials {
		todo <- tr
	}
	close(todo)
	all.Wait()
	if sum.failed > shown {
		t.Errorf("%d trials failed in all", sum.failed)
	}
	return sum
}

// tryNamed runs the trials that -run names, each as a test of its own.
func tryNamed(t *testing.T, trials []trial) {
	t.Helper()
	// The package testing would look through as many names as there are pairs, and slowly.
	run := strings.Split(flag.Lookup("test.run").Value.String(), "/")
	wanted := regexp.MustCompile(run[len(run)-1])
	for _, tr := range trials {
		if len(run) == 3 && !wanted.MatchString(tr.name()[strings.Index(tr.name(), "/")+1:]) {
			continue
		}
		t.Run(tr.name(), func(t *testing.T) {
			r := tr.run()
			for _, p := range r.problems {
				t.Error(p)
			}
		})
	}
}

// pattern makes a name a regular expression that matches only it.
func pattern(name string) string {
	for _, c := range `+().` {
		name = strings.ReplaceAll(name, string(c), "["+string(c)+"]")
	}
	return strings.ReplaceAll(name, "/", "$/^")
}

func (s tally) print(what string) {
	if !testing.Verbose() || s.trials == 0 {
		return
	}
	wall := time.Since(s.began).Seconds()
	both := ""
	if s.struck < s.trials {
		both = fmt.Sprintf(", in %d of them every fault struck", s.struck)
	}
	fmt.Printf("%s\n  %d trials%s\n  %d orders placed, %d failures compensated, %d steps; hash %x\n", what, s.trials, both, s.placed, s.undone,
		s.steps, s.hash)
	fmt.Printf("  %.0f hours simulated in %.1f s: %.0f times as fast\n", s.simulated.Hours(), wall, s.simulated.Seconds()/wall)
}

// singles crosses scenarios and faults. Until a fault strikes a scenario goes as it goes without, so a fault of a
// task that it does not call then has nothing to strike.
func singles(t *testing.T, faults []taskFault) []trial {
	t.Helper()
	var out []trial
	for _, s := range scenarios {
		r := trial{scenario: s}.run()
		if len(r.problems) > 0 {
			t.Errorf("%s: %v", s.name, r.problems)
		}
		for _, f := range faults {
			if r.called[f.state] > 0 {
				out = append(out, trial{scenario: s, faults: []taskFault{f}})
			}
		}
	}
	return out
}

// few keeps one in so many trials of the smallest cart, and of the others, unless there is time for all.
func few(trials []trial, smallest, others int) []trial {
	if proving || onlyOne() {
		return trials
	}
	var out []trial
	for n, tr := range trials {
		if tr.scenario.cart == "" && n%smallest == 0 || tr.scenario.cart != "" && n%others == 0 {
			out = append(out, tr)
		}
	}
	return out
}

// Every task of the deployed machine, with every fault, in every way that a checkout goes. At quiescence stock,
// money and orders balance; what one more try heals fails no checkout; what an execution can deal with itself it
// does not leave to the timer.
//
// Seen to catch: a Fence that does not raise the epoch (a Place that runs late behind it); a Release without a
// tombstone (a Hold behind it); a Catch of named errors only at Authorize (the record is left to the timer); Close
// before CancelPayment (what was left of a compensation that failed); a AwaitAction that takes a conflict for a lost claim.
func TestEveryFault(t *testing.T) {
	t.Parallel()
	machine, err := deployed()
	if err != nil {
		t.Fatal(err)
	}
	trials := few(singles(t, taskFaults(machine)), 3, 61)
	for _, fs := range siblings(machine) {
		trials = append(trials, trial{scenario: scenarios[0], faults: fs})
	}
	struck := map[string]int{}
	sum := try(t, trials, func(tr trial, r result) {
		for i, f := range tr.faults {
			if r.struck[i] {
				struck[f.state]++
				struck[f.String()]++
			}
		}
	})
	if onlyOne() {
		return
	}
	for _, s := range taskStates(machine) {
		if struck[s.name] == 0 {
			t.Errorf("no scenario gets to %s: give it one", s.name)
		}
	}
	for _, f := range taskFaults(machine) {
		if proving && struck[f.String()] == 0 {
			t.Errorf("%s never struck", f)
		}
	}
	sum.print("every fault of every task")
}

// Two executions, and one that times out, at every point: entering a state, before a call of the database, after
// a write of it. Seen to catch: a recovery that does not raise the epoch (it halts behind CancelPayment, and the
// first execution places the order).
func TestEveryRace(t *testing.T) {
	t.Parallel()
	machine, err := deployed()
	if err != nil {
		t.Fatal(err)
	}
	var trials []trial
	for _, s := range scenarios {
		r := trial{scenario: s, race: &race{kind: survey}}.run()
		if len(r.problems) > 0 {
			t.Errorf("%s: %v", s.name, r.problems)
		}
		trials = append(trials, raceTrials(s, r.points, compensations(machine), proving || onlyOne())...)
	}
	try(t, few(trials, 5, 149), nil).print("every fault of whole executions")
}

// What comes of a race is the same each time: where it can strike, what it comes to, and the time that passes. Seen to catch: payments
// that are asked for side by side, of which the one or the other is first where the race is on; skus that are read together, of which
// another one's shards are drawn first; the branches of a Parallel side by side.
func TestARaceComesToTheSameEachTime(t *testing.T) {
	t.Parallel()
	machine, err := deployed()
	if err != nil {
		t.Fatal(err)
	}
	var trials []trial
	for _, s := range scenarios {
		first := trial{scenario: s, race: &race{kind: survey}}
		trials = append(append(trials, first), every(211, 7, raceTrials(s, first.run().points, compensations(machine), true))...)
	}
	side(len(trials), func(n int) {
		first, again := trials[n].run(), trials[n].run()
		if d := cmp.Diff(first, again, cmp.AllowUnexported(result{}, point{})); d != "" {
			t.Errorf("%s comes to something else again: %s", trials[n].name(), d)
		}
	})
}

// every keeps one in so many trials, or another number of them when there is time for more.
func every(short, proves int, trials []trial) (out []trial) {
	n := short
	if proving {
		n = proves
	}
	for i := n / 2; i < len(trials); i += n {
		out = append(out, trials[i])
	}
	return out
}

// sample is how many pairs a normal test tries.
const sample = 200

// Every two faults of tasks together. As the single faults show where a fault leads, a pair is tried in the
// first scenarios in which both can strike; the sample takes any.
func TestEveryPairOfFaults(t *testing.T) {
	t.Parallel()
	machine, err := deployed()
	if err != nil {
		t.Fatal(err)
	}
	faults := taskFaults(machine)
	var trials []trial
	pairs := 0
	switch {
	case onlyOne():
		for _, s := range scenarios {
			for pair := range pairsOf(faults) {
				trials = append(trials, trial{scenario: s, faults: pair})
			}
		}
	case !proving:
		r := rand.New(rand.NewPCG(4, 4))
		first := singles(t, faults)
		for range sample {
			tr := first[r.IntN(len(first))]
			tr.faults = append(tr.faults, faults[r.IntN(len(faults))])
			trials = append(trials, tr)
		}
	default:
		leads := whereTheyLead(t, faults)
		trials = otherPairs(faults, leads)
		for pair := range pairsOf(faults) {
			pairs++
			tried := 0
			for _, s := range scenarios {
				a, b := leads[trial{scenario: s, faults: pair[:1]}.name()], leads[trial{scenario: s, faults: pair[1:]}.name()]
				if tried < tries && (a[pair[1].state] > 0 || b[pair[0].state] > 0) {
					tried++
					trials = append(trials, trial{scenario: s, faults: pair})
				}
			}
		}
	}
	together := map[string]bool{}
	sum := try(t, trials, func(tr trial, r result) {
		if !slices.Contains(r.struck, false) {
			together[fmt.Sprint(tr.faults)] = true
		}
	})
	if proving {
		sum.print(
			fmt.Sprintf(
				"every pair of faults: %d pairs, %d struck together; %d trials are a sample of those of the other carts",
				pairs,
				len(together),
				sampled,
			),
		)
	} else {
		sum.print("a sample of the pairs")
	}
}

// tries is in how many scenarios a pair is tried at most.
const tries = 1

// sampled is how many pairs are tried of other carts than the smallest; all would take several times as long.
const sampled = 8000

// otherPairs draws pairs that can strike together in the scenarios of those carts.
func otherPairs(faults []taskFault, leads map[string]map[string]int) []trial {
	r := rand.New(rand.NewPCG(4, 5))
	var others []scenario
	for _, s := range scenarios {
		if s.cart != "" {
			others = append(others, s)
		}
	}
	var out []trial
	for len(out) < sampled {
		s, pair := others[r.IntN(len(others))], []taskFault{faults[r.IntN(len(faults))], faults[r.IntN(len(faults))]}
		if leads[trial{scenario: s, faults: pair[:1]}.name()][pair[1].state] > 0 {
			out = append(out, trial{scenario: s, faults: pair})
		}
	}
	return out
}

// pairsOf yields every two faults once, and those of one state in both orders: the first strikes first.
func pairsOf(faults []taskFault) iter.Seq[[]taskFault] {
	return func(yield func([]taskFault) bool) {
		for i, a := range faults {
			for j, b := range faults {
				if (j > i || a.state == b.state) && !yield([]taskFault{a, b}) {
					return
				}
			}
		}
	}
}

// whereTheyLead tells, by the name of a single fault's trial in which it struck, how often each task was called.
func whereTheyLead(t *testing.T, faults []taskFault) map[string]map[string]int {
	leads := map[string]map[string]int{}
	try(t, singles(t, faults), func(tr trial, r result) {
		if r.struck[0] {
			leads[tr.name()] = r.called
		}
	})
	return leads
}
