package shards

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Seen to catch: a bound that goes back; a hundredth open shard; the last active shard retired.
func TestTheBoundsOnlyGrow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := Whole
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			was := l
			var err error
			switch m := rapid.IntRange(-1, 40).Draw(t, "m"); rapid.IntRange(0, 2).Draw(t, "step") {
			case 0:
				l, err = l.Grown(m)
			case 1:
				l, err = l.Shrunk(m)
			default:
				l, err = l.Closed()
			}
			if err != nil && l != was || err == nil && l.Version != was.Version+1 {
				t.Fatalf("%+v to %+v: %v", was, l, err)
			}
			if l.Open < was.Open || l.Active < was.Active || l.Next < was.Next || l.Open > l.Active || l.Active >= l.Next || l.Next-l.Open > MaxOpen {
				t.Fatalf("%+v to %+v", was, l)
			}
		}
	})
}

func TestWhatThePolicyDecides(t *testing.T) {
	t.Parallel()
	p := Policy{GrowAfter: 3, GrowOneIn: 20, FlightMillis: 5, PerFlight: 10}
	wide := func(open, active, next int) Layout { return Layout{Open: open, Active: active, Next: next, Version: 1} }
	laid := func(next, least int) Layout { return Layout{Next: next, Least: least, Version: 1} }
	for name, c := range map[string]struct {
		layout                  Layout
		transactions, conflicts int64
		want                    int
	}{
		"a chance meeting":   {Whole, 2, 2, 0},
		"hot":                {Whole, 3, 3, 2},
		"one in twenty":      {Whole, 60, 3, 2},
		"fewer":              {Whole, 61, 3, 0},
		"twice as wide":      {wide(0, 4, 12), 3, 3, 8},
		"no room for double": {wide(0, 10, 90), 3, 3, 9},
		"no room":            {wide(1, 10, 100), 3, 3, 0},
	} {
		if got := p.Growth(c.layout, c.transactions, c.conflicts); got != c.want {
			t.Errorf("%s: %d, not %d", name, got, c.want)
		}
	}
	view := func(l Layout, available ...int64) View {
		v := View{Layout: l}
		for n, a := range available {
			v.Shards = append(v.Shards, Shard{K: l.Open + n, Available: max(a, 0), Out: max(-a, 0)})
		}
		return v
	}
	for name, c := range map[string]struct {
		view View
		rate int64
		want Step
	}{
		"an empty shard closes":           {view(wide(2, 3, 5), 0, 5, 5), 900, Step{Close: true}},
		"not with units out":              {view(wide(2, 3, 5), -1, 5, 5), 900, Step{}},
		"not an active one":               {view(wide(2, 2, 4), 0, 5), 900, Step{}},
		"a retired one drains":            {view(wide(2, 4, 6), -1, 7, 5, 4), 900, Step{Drain: &Transfer{3, 5, 7}}},
		"too wide for its traffic":        {view(wide(0, 0, 8), 9, 9, 9, 9, 9, 9, 9, 9), 80, Step{Shrink: 4}},
		"not quite":                       {view(wide(0, 0, 8), 9, 9, 9, 9, 9, 9, 9, 9), 81, Step{}},
		"as wide as it is to be":          {view(laid(8, 8), 9, 9, 9, 9, 9, 9, 9, 9), 1, Step{}},
		"half is too narrow":              {view(laid(8, 6), 9, 9, 9, 9, 9, 9, 9, 9), 1, Step{Shrink: 2}},
		"nobody knows":                    {view(wide(0, 0, 8), 9, 9, 9, 9, 9, 9, 9, 9), -1, Step{}},
		"too wide for what is left of it": {view(wide(0, 0, 8), 1, 1, 1, 1, 0, 0, 0, 0), 9000, Step{Shrink: 4}},
		"one stays":                       {view(wide(7, 7, 8), 0), 0, Step{}},
	} {
		if diff := cmp.Diff(c.want, p.Next(c.view, c.rate)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// Seen to catch: units lost where a draw is cut.
func TestDrawsAreSpreadAndSplitWithoutLoss(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var v View
		var quantities []int64
		for k := range rapid.IntRange(1, 9).Draw(t, "shards") {
			v.Shards = append(v.Shards, Shard{K: k, Available: rapid.Int64Range(0, 9).Draw(t, "units")})
		}
		left := v.Free()
		for left > 0 && len(quantities) < 5 {
			q := rapid.Int64Range(1, left).Draw(t, "quantity")
			quantities, left = append(quantities, q), left-q
		}
		draws := v.Spread(v.Free() - left)
		have := map[int]int64{}
		for _, s := range v.Shards {
			have[s.K] = s.Available
		}
		for n, part := range Split(draws, quantities) {
			for _, d := range part {
				quantities[n] -= d.Quantity
				if have[d.Shard] -= d.Quantity; d.Quantity < 1 || have[d.Shard] < 0 {
					t.Fatalf("%+v from %+v", draws, v)
				}
			}
			if quantities[n] != 0 {
				t.Fatalf("%d units are missing: %+v from %+v", quantities[n], draws, v)
			}
		}
	})
}
