package inventory

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rialto/functions/internal/fault"
)

// The whole life of a hold, written a second time and differently: a rule that is changed must be changed twice.
// Seen to catch: a release that gives units back twice; a tombstone that gives back units; a committed hold released.
func TestEveryOperationInEveryState(t *testing.T) {
	t.Parallel()
	const same = "="
	for _, c := range []struct {
		state State
		op    Operation
		want  string // the state after it, "=" for no change, or a refusal
		moves [3]int64
	}{
		{Absent, Place, "HELD", [3]int64{-1, 0, 1}}, {Absent, Release, "RELEASED", [3]int64{}},
		{Absent, Commit, "hold_missing", [3]int64{}}, {Absent, Ship, "hold_missing", [3]int64{}}, {Absent, Restock, "hold_missing", [3]int64{}},
		{Held, Place, same, [3]int64{}}, {Held, Release, "RELEASED", [3]int64{1, 0, -1}}, {Held, Commit, "COMMITTED", [3]int64{}},
		{Held, Ship, "hold_not_committed", [3]int64{}}, {Held, Restock, "hold_not_committed", [3]int64{}},
		{Committed, Place, "hold_committed", [3]int64{}}, {Committed, Release, "hold_committed", [3]int64{}},
		{Committed, Commit, "hold_committed", [3]int64{}}, {Committed, Ship, "SHIPPED", [3]int64{0, 1, -1}},
		{Committed, Restock, "RELEASED", [3]int64{1, 0, -1}},
		{Shipped, Place, "hold_committed", [3]int64{}}, {Shipped, Release, "hold_committed", [3]int64{}},
		{Shipped, Commit, "hold_committed", [3]int64{}}, {Shipped, Ship, same, [3]int64{}}, {Shipped, Restock, "hold_shipped", [3]int64{}},
		{Released, Place, "hold_released", [3]int64{}}, {Released, Release, same, [3]int64{}},
		{Released, Commit, "hold_released", [3]int64{}}, {Released, Ship, "hold_released", [3]int64{}}, {Released, Restock, same, [3]int64{}},
		{"LOST", Place, "hold_unknown", [3]int64{}},
	} {
		step, err := c.state.On(c.op)
		got := string(step.To)
		if err != nil {
			got = fault.Code(err)
		} else if step.To == c.state {
			got = same
		}
		if got != c.want || c.moves != [3]int64{step.Available, step.Shipped, step.Out} {
			t.Errorf("%s of %q: %s moving %+v, not %s moving %v", c.op, c.state, got, step, c.want, c.moves)
		}
	}
}

// Any sequence of operations keeps the ledger. Seen to catch: a ship that takes units from available again.
func TestNoSequenceOfOperationsLosesUnits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := Stock{SKU: SKU{"p", "s"}, Centre: "c", Available: 5, Received: 5}
		h := Hold{SKU: s.SKU, Centre: s.Centre, Quantity: rapid.Int64Range(1, 5).Draw(t, "quantity")}
		for range 8 {
			step, err := h.State.On(rapid.SampledFrom([]Operation{Place, Release, Commit, Ship, Restock}).Draw(t, "op"))
			if err != nil {
				continue
			}
			if h.State == Absent && step.To == Released {
				h.Quantity = 0
			}
			s.Available += step.Available * h.Quantity
			s.Shipped += step.Shipped * h.Quantity
			s.Out += step.Out * h.Quantity
			h.State = step.To
			if err := Balance(s, []Hold{h}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestBalanceFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	sku := SKU{"p", "s"}
	good := Stock{SKU: sku, Centre: "c", Available: 1, Received: 9, Shipped: 4, Returned: 1, Out: 5}
	hold := func(state State, n int64) Hold { return Hold{SKU: sku, Centre: "c", Quantity: n, State: state} }
	all := []Hold{hold(Held, 2), hold(Committed, 3), hold(Shipped, 4), hold(Released, 7),
		{SKU: sku, Centre: "d", Quantity: 9, State: Held}, {SKU: SKU{"q", "s"}, Centre: "c", Quantity: 9, State: Held}}
	if err := Balance(good, all); err != nil {
		t.Error(err)
	}
	for name, edit := range map[string]func(*Stock){
		"a stranded unit": func(s *Stock) { s.Available-- }, "a unit from nowhere": func(s *Stock) { s.Available++ },
		"shipped twice": func(s *Stock) { s.Shipped++; s.Available-- }, "oversold": func(s *Stock) { s.Available, s.Received = -1, 7 },
		"out of nowhere": func(s *Stock) { s.Out++ }, "a debt that is not paid": func(s *Stock) { s.Available, s.Debt = 2, 1 },
		"another shard": func(s *Stock) { s.Shard = 1 },
	} {
		bad := good
		edit(&bad)
		if Balance(bad, all) == nil {
			t.Errorf("%s is not found", name)
		}
	}
}

func TestPlanCheck(t *testing.T) {
	t.Parallel()
	line := func(product, centre string, n int64) PlannedLine {
		return PlannedLine{Line: "l", ProductID: product, SellerID: "s", Picks: []Pick{{centre, n}}}
	}
	for name, c := range map[string]struct {
		plan Plan
		code string
	}{
		"good":                  {Plan{[]PlannedLine{line("p", "c", 1)}}, ""},
		"empty":                 {Plan{}, "plan_invalid"},
		"units from nowhere":    {Plan{[]PlannedLine{line("p", "c", -1)}}, "plan_invalid"},
		"no units":              {Plan{[]PlannedLine{line("p", "c", 0)}}, "plan_invalid"},
		"a key of two parts":    {Plan{[]PlannedLine{line("p#q", "c", 1)}}, "plan_invalid"},
		"a centre without name": {Plan{[]PlannedLine{line("p", "", 1)}}, "plan_invalid"},
	} {
		if err := c.plan.Check(); fault.Code(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	twice := Plan{[]PlannedLine{{Line: "l", ProductID: "p", SellerID: "s", Picks: []Pick{{"c", 1}, {"d", 2}, {"c", 3}}}}}
	var ns []int
	for _, h := range twice.Holds("o", 0) {
		ns = append(ns, h.N)
	}
	if diff := cmp.Diff([]int{0, 0, 1}, ns); diff != "" {
		t.Error(diff)
	}
}

// Seen to catch: an event for each change; none for new stock.
func TestOnlyACrossingIsAnEvent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		before, after int64 // before -1: new stock
		want          Band
	}{{-1, 0, None}, {-1, 9, Plenty}, {6, 5, Low}, {5, 6, Plenty}, {1, 0, None}, {0, 1, Low}, {9, 0, None}, {5, 1, ""}, {9, 6, ""}, {0, 0, ""}} {
		after := at("p", "s", "c", c.after)
		var before *Stock
		if c.before >= 0 {
			b := at("p", "s", "c", c.before)
			before = &b
		}
		got, ok := Crossed(before, after)
		want := BandChange{}
		if c.want != "" {
			want = BandChange{"p", "s", "c", c.want, c.after}
		}
		if got != want || ok != (c.want != "") {
			t.Errorf("%d to %d: %+v %v", c.before, c.after, got, ok)
		}
	}
}
