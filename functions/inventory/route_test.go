package inventory

import (
	"fmt"
	"math/bits"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rialto/functions/internal/fault"
)

func at(product, seller, centre string, n int64) Stock {
	return Stock{SKU: SKU{product, seller}, Centre: centre, Available: n}
}

func want(product, seller string, n int64) Want {
	s := SKU{product, seller}
	return Want{Line: s.String(), SKU: s, Quantity: n}
}

// Seen to catch: distance ignored; the first pair taken, not the nearest; the greedy way taken for few centres; a
// line split though one centre has it.
func TestRoute(t *testing.T) {
	t.Parallel()
	california := Destination{Country: "US", Region: "CA"}
	for name, c := range map[string]struct {
		wants []Want
		stock []Stock
		want  map[string][]Pick
	}{
		"the nearest that has it": {[]Want{want("a", "s", 2)},
			[]Stock{at("a", "s", "us-east-1", 9), at("a", "s", "us-west-1", 2), at("a", "s", "de-north-1", 9)},
			map[string][]Pick{"a#s": {{"us-west-1", 2}}}},
		"one centre for all lines before the nearest": {[]Want{want("a", "s", 1), want("b", "s", 1)},
			[]Stock{at("a", "s", "us-west-1", 1), at("a", "s", "us-east-1", 1), at("b", "s", "us-east-1", 1)},
			map[string][]Pick{"a#s": {{"us-east-1", 1}}, "b#s": {{"us-east-1", 1}}}},
		"a seller's centre is no other seller's": {[]Want{want("a", "s", 1), want("b", "r", 1)},
			[]Stock{at("a", "s", "us-west-1", 1), at("a", "s", "us-east-1", 1), at("b", "r", "us-east-1", 1)},
			map[string][]Pick{"a#s": {{"us-west-1", 1}}, "b#r": {{"us-east-1", 1}}}},
		"two centres, not three": {[]Want{want("a", "s", 10)},
			[]Stock{at("a", "s", "us-west-1", 3), at("a", "s", "us-west-2", 3), at("a", "s", "us-east-1", 6), at("a", "s", "de-north-1", 7)},
			map[string][]Pick{"a#s": {{"de-north-1", 7}, {"us-west-1", 3}}}},
		"a line is not split where one centre has it": {[]Want{want("a", "s", 4), want("b", "s", 1)},
			[]Stock{at("a", "s", "us-west-1", 3), at("b", "s", "us-west-1", 1), at("a", "s", "us-east-1", 4)},
			map[string][]Pick{"a#s": {{"us-east-1", 4}}, "b#s": {{"us-west-1", 1}}}},
		"two centres though the first has most": {[]Want{want("a", "s", 3), want("b", "s", 3)},
			[]Stock{at("a", "s", "us-west-1", 2), at("b", "s", "us-west-1", 2), at("a", "s", "us-east-1", 3), at("b", "s", "us-east-2", 3)},
			map[string][]Pick{"a#s": {{"us-east-1", 3}}, "b#s": {{"us-east-2", 3}}}},
		"two centres though the fullest is neither": {[]Want{want("a", "s", 2), want("b", "s", 2), want("c", "s", 2)},
			[]Stock{at("a", "s", "us-east-1", 2), at("b", "s", "us-east-1", 1), at("b", "s", "us-east-2", 1), at("c", "s", "us-east-2", 2),
				at("a", "s", "us-west-1", 1), at("b", "s", "us-west-1", 2), at("c", "s", "us-west-1", 1)},
			map[string][]Pick{"a#s": {{"us-east-1", 2}}, "b#s": {{"us-east-1", 1}, {"us-east-2", 1}}, "c#s": {{"us-east-2", 2}}}},
		"the nearest pair, not the one with the nearest": {[]Want{want("a", "s", 4)},
			[]Stock{at("a", "s", "us-west-1", 1), at("a", "s", "de-north-1", 3), at("a", "s", "us-east-1", 2), at("a", "s", "us-east-2", 2)},
			map[string][]Pick{"a#s": {{"us-east-1", 2}, {"us-east-2", 2}}}},
		"what more than one has, from the nearest": {[]Want{want("a", "s", 1), want("b", "s", 1), want("c", "s", 1)},
			[]Stock{at("a", "s", "us-west-1", 1), at("a", "s", "us-east-1", 1), at("b", "s", "us-east-1", 1), at("c", "s", "us-west-1", 1)},
			map[string][]Pick{"a#s": {{"us-west-1", 1}}, "b#s": {{"us-east-1", 1}}, "c#s": {{"us-west-1", 1}}}},
		"the nearest of equal pairs": {[]Want{want("a", "s", 4)},
			[]Stock{at("a", "s", "us-west-1", 1), at("a", "s", "us-east-1", 3), at("a", "s", "us-west-2", 3)},
			map[string][]Pick{"a#s": {{"us-west-2", 3}, {"us-west-1", 1}}}},
		"equals by name": {[]Want{want("a", "s", 1)},
			[]Stock{at("a", "s", "us-west-2", 1), at("a", "s", "us-west-1", 1)}, map[string][]Pick{"a#s": {{"us-west-1", 1}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan, err := Route("o1", c.wants, c.stock, california)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string][]Pick{}
			for _, l := range plan.Lines {
				got[l.Line] = l.Picks
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRouteRefuses(t *testing.T) {
	t.Parallel()
	var many []Want
	var stock []Stock
	for i := range 51 {
		many = append(many, want(fmt.Sprint("p", i), "s", 1))
		stock = append(stock, at(fmt.Sprint("p", i), "s", "us-west-1", 1))
	}
	sku := SKU{"p0", "s"}
	for name, c := range map[string]struct {
		wants []Want
		code  string
		at    []string
	}{
		"a short line, by its place": {[]Want{many[3], want("p1", "s", 2), want("none", "s", 1)}, "item_unavailable",
			[]string{"/lines/1", "/lines/2"}},
		"two lines that are short together": {[]Want{{"x", sku, 1}, many[3], {"y", sku, 1}}, "item_unavailable", []string{"/lines/0", "/lines/2"}},
		"a line twice":                      {[]Want{many[0], many[0]}, "want_invalid", []string{"/lines/1"}},
		"no units":                          {[]Want{want("p0", "s", 0)}, "want_invalid", []string{"/lines/0"}},
		"more than a transaction holds":     {many, "too_many_lines", nil},
	} {
		_, err := Route("o1", c.wants, stock, Destination{})
		var at []string
		for _, f := range fault.Of(err).Fields {
			at = append(at, f.Pointer)
		}
		if diff := cmp.Diff(c.at, at); fault.Code(err) != c.code || diff != "" {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
	if _, err := Route("o1", many[:50], stock, Destination{}); err != nil {
		t.Errorf("fifty lines fit a transaction: %v", err)
	}
}

// Orders of a divided sku are spread evenly over the centres that are as near, and never to one that is farther; those of
// one that is not divided go to the first by name. Seen to catch: a hash (FNV) that keeps centres' names
// in some order whatever the order's id.
func TestOrdersOfAHotSKUAreSpread(t *testing.T) {
	t.Parallel()
	for _, divided := range []bool{true, false} {
		var stock []Stock
		for _, c := range []string{"us-west-1", "us-west-2", "us-west-3", "us-west-4", "us-west-5", "us-east-1"} {
			x := at("a", "s", c, 1000)
			x.Divided = divided && c == "us-west-2" // one is enough: the others serve the same orders
			stock = append(stock, x)
		}
		to := map[string]int{}
		const orders = 5000
		for n := range orders {
			plan, err := Route(fmt.Sprint("ord_", n), []Want{want("a", "s", 2)}, stock, Destination{"US", "CA"})
			if err != nil {
				t.Fatal(err)
			}
			to[plan.Lines[0].Picks[0].Centre]++
		}
		if !divided {
			if to["us-west-1"] != orders {
				t.Errorf("orders of a cold sku go to %v", to)
			}
			continue
		}
		for c, n := range to {
			if len(to) != 5 || n < orders/5*9/10 || n > orders/5*11/10 {
				t.Errorf("%d of %d go to %s: %v", n, orders, c, to)
			}
		}
	}
}

// Seen to catch: a centre counted twice by the greedy way; stock not taken off between two lines of one sku (over-planned); a seller's
// wants filled in the order they came in; lines appended in the map's order without the last sort (order matters).
func TestRouteCoversExactlyNeverMoreThanAvailableFromTheFewestCentres(t *testing.T) {
	t.Parallel()
	centres := []string{"us-west-1", "us-east-1", "us-central-1", "de-north-1", "jp-1"}
	for i := range exactCentres {
		centres = append(centres, fmt.Sprintf("fr-%d", i))
	}
	rapid.Check(t, func(t *rapid.T) {
		names := centres[:rapid.SampledFrom([]int{1, 3, 5, len(centres)}).Draw(t, "centres")]
		wants, stock := drawWants(t), drawStock(t, names)
		to := rapid.SampledFrom([]Destination{{"US", "CA"}, {"US", "NY"}, {"FR", ""}, {"", ""}}).Draw(t, "to")
		order := rapid.StringN(0, 4, 4).Draw(t, "order")
		plan, err := Route(order, wants, stock, to)
		if enough := isEnough(stock, wants); (err == nil) != enough {
			t.Fatalf("enough: %v, got %v", enough, err)
		}
		if err != nil {
			return
		}
		left := newFreeUnits(stock)
		used := map[string]map[string]bool{}
		covered := map[string]int64{}
		for _, l := range plan.Lines {
			for _, p := range l.Picks {
				covered[l.Line] += p.Quantity
				if left[SKU{l.ProductID, l.SellerID}][p.Centre] -= p.Quantity; left[SKU{l.ProductID, l.SellerID}][p.Centre] < 0 || p.Quantity < 1 {
					t.Fatalf("more than available: %+v", plan)
				}
				if used[l.SellerID] == nil {
					used[l.SellerID] = map[string]bool{}
				}
				used[l.SellerID][p.Centre] = true
			}
		}
		wanted := map[string]int64{}
		for _, w := range wants {
			wanted[w.Line] = w.Quantity
		}
		if diff := cmp.Diff(wanted, covered); diff != "" {
			t.Fatal(diff)
		}
		for seller, cs := range used {
			if len(names) > exactCentres {
				break
			}
			if fewest := bruteFewest(wants, stock, seller, names); len(cs) != fewest {
				t.Fatalf("%d centres for %s, %d would do: %+v", len(cs), seller, fewest, plan)
			}
		}
		again, err := Route(order, rapid.Permutation(wants).Draw(t, "wants again"), rapid.Permutation(stock).Draw(t, "stock again"), to)
		if diff := cmp.Diff(plan, again); err != nil || diff != "" {
			t.Fatalf("order matters: %v %s", err, diff)
		}
	})
}

func drawWants(t *rapid.T) (wants []Want) {
	for i := range rapid.IntRange(1, 5).Draw(t, "lines") {
		sku := SKU{fmt.Sprint("p", rapid.IntRange(0, 1).Draw(t, "product")), fmt.Sprint("s", rapid.IntRange(0, 1).Draw(t, "seller"))}
		wants = append(wants, Want{fmt.Sprint("l", i), sku, rapid.Int64Range(1, 6).Draw(t, "quantity")})
	}
	return wants
}

func drawStock(t *rapid.T, centres []string) (stock []Stock) {
	for p := range 2 {
		for s := range 2 {
			for _, c := range centres {
				x := at(fmt.Sprint("p", p), fmt.Sprint("s", s), c, rapid.Int64Range(-1, 7).Draw(t, "available"))
				x.Divided = rapid.Bool().Draw(t, "divided")
				stock = append(stock, x)
			}
		}
	}
	return stock
}

func isEnough(stock []Stock, wants []Want) bool {
	for sku, n := range demand(wants) {
		var have int64
		for _, s := range stock {
			if s.SKU == sku {
				have += max(s.Available, 0)
			}
		}
		if have < n {
			return false
		}
	}
	return true
}

func bruteFewest(wants []Want, stock []Stock, seller string, names []string) int {
	best := len(names)
	for set := range 1 << len(names) {
		ok := true
		for sku, n := range demand(wants) {
			for _, s := range stock {
				if s.SKU == sku && s.Available > 0 && set>>slices.Index(names, s.Centre)&1 == 1 {
					n -= s.Available
				}
			}
			ok = ok && (n <= 0 || sku.SellerID != seller)
		}
		if ok {
			best = min(best, bits.OnesCount(uint(set)))
		}
	}
	return best
}

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		centre string
		to     Destination
		want   int
	}{
		{"us-west-1", Destination{"US", "CA"}, 0}, {"us-east-1", Destination{"US", "CA"}, 1}, {"us-east-1", Destination{"US", ""}, 1},
		{"us-1", Destination{"US", "CA"}, 1}, {"de-north-1", Destination{"FR", ""}, 2}, {"de-north-1", Destination{"US", "CA"}, 3},
		{"xx", Destination{"YY", ""}, 3}, {"", Destination{}, 1},
	} {
		if got := Distance(c.centre, c.to); got != c.want {
			t.Errorf("%q to %v: %d, not %d", c.centre, c.to, got, c.want)
		}
	}
	seen := map[string]bool{}
	for _, states := range parts {
		for i := 0; i < len(states); i += 3 {
			if s := states[i : i+2]; seen[s] {
				t.Errorf("%s is in two parts", s)
			} else {
				seen[s] = true
			}
		}
	}
	if len(seen) != 51 {
		t.Errorf("%d states and a district", len(seen))
	}
}
