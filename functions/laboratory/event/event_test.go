package event

import (
	"crypto/sha256"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"rialto/functions/contract"
)

// each is how many orders one that is simulated stands for in make event.
const each = 20

// TestEvent prints the tables of make event: RIALTO_EVENT is the plan's file, RIALTO_SEED the seed.
func TestEvent(t *testing.T) {
	file := os.Getenv("RIALTO_EVENT")
	if file == "" {
		t.Skip("make event simulates it")
	}
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	p, err := ReadPlan(in)
	if err != nil {
		t.Fatal(err)
	}
	seed, err := strconv.ParseUint(os.Getenv("RIALTO_SEED"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	var tables [2]strings.Builder
	var all sync.WaitGroup
	for n, warmed := range []bool{false, true} {
		all.Go(func() {
			f, err := (&Cell{Settings: p.Settings(warmed), Each: each, Demands: TwoHours, Mix: Mix}).Run(seed)
			if err != nil {
				t.Error(err)
				return
			}
			f.Print(&tables[n], p.Cells)
			tables[n].WriteString(f.balance(p.Cells))
		})
	}
	began := time.Now()
	all.Wait()
	fmt.Printf("%s orders/s in %d cells; seed %d; one order in %d of one cell is simulated; ± is half of a 95%% interval\n",
		strconv.FormatFloat(p.Demand.Orders, 'f', -1, 64), p.Cells, seed, each)
	for n, title := range []string{"without warming", "warmed ahead: environments, tables, pollers"} {
		fmt.Printf("\n%s\n\n%shash %x\n", title, tables[n].String(), sha256.Sum256([]byte(tables[n].String())))
	}
	stood := 2 * p.Demand.Orders * 7200
	fmt.Printf("\n%.0f orders stood for in a second of this machine\n", stood/time.Since(began).Seconds())
}

// small is a cell of 1,000 orders a second for some seconds, of which one in ten is simulated, with more of everything than they need.
func small(mix ...Share) *Cell {
	s := Settings{Rate: 1000, Throttle: 1e6, Account: 1e6, Gateway: 1e6, Reserved: map[string]int{}, Warmed: true,
		Tables: map[string]float64{}}
	for _, f := range contract.Functions() {
		if f.OnCheckoutPath() {
			s.Reserved[f.ID()] = 10_000
		}
	}
	for _, table := range contract.Tables() {
		s.Tables[table.Name] = 10_000
	}
	return &Cell{Settings: s, Each: 10, Mix: mix, Demands: []Demand{{"steady", 20 * time.Second, 1, 1}}}
}

func (c *Cell) must(t *testing.T, seed uint64) *Figures {
	t.Helper()
	f, err := c.Run(seed)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

var plain = Share{"one line", 100}

// A seed gives the same event, another seed another. Seen to fail: a generator that the seed does not start.
func TestASeedGivesTheSameEvent(t *testing.T) {
	t.Parallel()
	print := func(seed uint64) string {
		var out strings.Builder
		small(Mix...).must(t, seed).Print(&out, 1)
		return out.String()
	}
	if a, b, other := print(1), print(1), print(2); a != b || a == other {
		t.Errorf("seed 1 twice:\n%s\n%s\nand seed 2:\n%s", a, b, other)
	}
}

// Where there is enough of everything, half of the checkouts take no longer than the sum of their calls. Seen to fail:
// a front whose calls take half as long.
func TestAtLowLoadTheMedianIsTheSumOfTheCalls(t *testing.T) {
	t.Parallel()
	c := small(plain)
	f := c.must(t, 1)
	var want time.Duration
	longest := func(stage Stage) (most time.Duration) {
		for _, step := range stage {
			sum := time.Duration(0)
			for _, group := range step.Calls {
				d := time.Duration(0)
				for _, call := range group {
					d = max(d, c.usual(call))
				}
				sum += d
			}
			most = max(most, sum)
		}
		return most
	}
	for _, stage := range append([]Stage{{{Calls: c.scripts["one line"].Front}}}, c.scripts["one line"].Stages...) {
		if stage[0].State != "Authorize" {
			want += longest(stage)
		}
	}
	got := quantile(f.Phases[0].own.blocks, 0.5)
	if math.Abs(got.Seconds()/want.Seconds()-1) > 2*binWidth {
		t.Errorf("half take %v at most, their calls take %v", got, want)
	}
}

// usual is how long a call takes in the middle.
func (c *Cell) usual(call Call) time.Duration {
	p := c.physics
	switch {
	case call.Transaction:
		return p.RoundTrip + (p.WindowLeast+p.WindowMost)/2
	case len(call.Reads) > 0:
		return p.RoundTrip + p.Read
	}
	return p.RoundTrip + p.Write
}

// Little's law: as many environments of the front are busy as orders come in the time that one takes. Seen to fail: a tenth of the
// busy time left out.
func TestAsManyAreBusyAsComeInTheTimeOfOne(t *testing.T) {
	t.Parallel()
	c := small(plain)
	f := c.must(t, 1)
	mean, all := 0.0, 0.0
	for _, block := range f.Phases[0].answers.blocks {
		for bin, n := range block {
			mean += float64(n) * 1e-4 * math.Pow(1+binWidth, float64(bin)+0.5)
			all += float64(n)
		}
	}
	mean /= all
	busy := f.pools[front].area / 20
	if want := c.Rate * mean; math.Abs(busy/want-1) > 0.02 {
		t.Errorf("%.1f environments are busy, %.1f are to be: %.0f orders a second of %.2f s", busy, want, c.Rate, mean)
	}
}

// What has half of what it needs lets half of the orders through, and the other half are told so. Seen to fail: calls
// that pay half of what they take.
func TestHalfACapacityShedsHalf(t *testing.T) {
	t.Parallel()
	const offered = 1000 * 40
	for name, c := range map[string]struct {
		less func(c *Cell)
		told string
		want float64
	}{
		"throttle":     {func(c *Cell) { c.Throttle = 500 }, Shed, offered/2 - 1000},                        // a burst of 1,000 on top
		"account":      {func(c *Cell) { c.Account, c.Others = 1000, 500 }, Shed, offered/2 - gatewayBurst}, // and of 5,000
		"environments": {func(c *Cell) { c.Reserved[front] = 640 }, Unserved, offered / 2},                  // of 1,280: one has an order for 1.28 s
		"gateway":      {func(c *Cell) { c.Gateway = 1 }, "checkout_failed", offered},                       // and nearly none without it
	} {
		cell := small(plain)
		cell.Demands[0].For = 40 * time.Second
		c.less(cell)
		f := cell.must(t, 1)
		if got := f.Sum(c.told); math.Abs(got-c.want) > 0.04*offered {
			t.Errorf("%s: %.0f are told %s, %.0f should be; %v", name, got, c.told, c.want, f.Phases[0].Ended)
		}
	}
}

// A service that loses a request is found. Seen to fail: Check that finds nothing.
func TestALostRequestIsFound(t *testing.T) {
	t.Parallel()
	c := small(Mix...)
	c.Lost = 1_000
	if f, err := c.Run(1); err == nil {
		t.Errorf("nothing was found: %v", f.Phases[0].Ended)
	}
	c.Lost = 0
	c.must(t, 1)
}

// Twice as many seeds find what the first found, within the error that they say.
func TestMoreSeedsStayWithinTheError(t *testing.T) {
	t.Parallel()
	goodput := func(seeds ...uint64) (mean estimate) {
		for _, seed := range seeds {
			c := small(Mix...)
			c.Demands[0].For = time.Minute
			e := c.must(t, seed).Phases[0].goodput()
			mean.is += e.is / float64(len(seeds))
			mean.within += e.within / float64(len(seeds))
		}
		return mean
	}
	two, four := goodput(1, 2), goodput(1, 2, 3, 4)
	if math.Abs(two.is-four.is) > two.within || two.within > 0.05*two.is {
		t.Errorf("%.2f ± %.2f placed a second by two seeds, %.2f by four", two.is, two.within, four.is)
	}
}

// Without warming the same load is throttled by Lambda's ramp and by tables, and still nothing is lost.
func TestWhatIsColdIsThrottledAndLosesNothing(t *testing.T) {
	t.Parallel()
	c := small(Mix...)
	c.Each, c.Rate, c.Warmed = 50, 2_000, false
	c.Demands = []Demand{{"doors open", 30 * time.Second, 0, 1}}
	f := c.must(t, 1)
	if f.pools[front].throttled == 0 || f.writes["checkouts"].refused == 0 || f.Sum(Placed) == 0 {
		t.Errorf("%+v, %+v", f.pools[front], f.Phases[0].Ended)
	}
}
