package inventory

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"rialto/functions/internal/fault"
)

// Route plans which centres the wants ship from, of the stock that may be sold where they go (Reaching). A seller's lines ship
// from as few centres as possible, one if one has everything; among equals from the nearest, then by tieBreak, then by the
// centres' names. The plan has the wants' lines sorted by line, covers each exactly and takes nowhere more than is available; it
// depends on neither list's order.
//
// Fewest is exact while a seller has the wanted skus in at most exactCentres centres, and greedy beyond.
//
// Errors: item_unavailable with a field /lines/<i> for each want that is short, i being its place in wants;
// want_invalid if a line is twice in wants or a quantity is out of range; too_many_lines if the plan could not be
// placed in one transaction.
func Route(order string, wants []Want, stock []Stock, to Destination) (Plan, error) {
	if err := checkWants(wants); err != nil {
		return Plan{}, err
	}
	free := newFreeUnits(stock)
	if err := short(wants, free); err != nil {
		return Plan{}, err
	}
	sellers := map[string][]Want{}
	for _, w := range wants {
		sellers[w.SKU.SellerID] = append(sellers[w.SKU.SellerID], w)
	}
	var plan Plan
	for _, ws := range sellers { // no seller's stock is another's, so their order is irrelevant
		slices.SortFunc(ws, func(a, b Want) int { return cmp.Compare(a.Line, b.Line) })
		for _, w := range ws {
			plan.Lines = append(plan.Lines, PlannedLine{Line: w.Line, ProductID: w.SKU.ProductID, SellerID: w.SKU.SellerID})
		}
		fill(plan.Lines[len(plan.Lines)-len(ws):], ws, free, fewest(ws, free, to, tieBreak(ws, stock, order)))
	}
	slices.SortFunc(plan.Lines, func(a, b PlannedLine) int { return cmp.Compare(a.Line, b.Line) })
	return plan, plan.Check()
}

// freeUnits are free units by sku and centre.
type freeUnits map[SKU]map[string]int64

func newFreeUnits(stock []Stock) freeUnits {
	free := freeUnits{}
	for _, s := range stock {
		if s.Available <= 0 {
			continue
		}
		if free[s.SKU] == nil {
			free[s.SKU] = map[string]int64{}
		}
		free[s.SKU][s.Centre] += s.Available
	}
	return free
}

func checkWants(wants []Want) error {
	seen := map[string]bool{}
	for i, w := range wants {
		if w.Line == "" || seen[w.Line] || w.Quantity < 1 || w.Quantity > MaxQuantity {
			return fault.New(fault.Invalid, "want_invalid", "a line is there twice, or its quantity is out of range").
				With(fault.Field{Pointer: fmt.Sprintf("/lines/%d", i), Code: "want_invalid",
					Message: "the line is there twice, or its quantity is out of range"})
		}
		seen[w.Line] = true
	}
	return nil
}

func short(wants []Want, free freeUnits) error {
	need := demand(wants)
	var fields []fault.Field
	for i, w := range wants {
		var have int64
		for _, n := range free[w.SKU] {
			have += n
		}
		if have < need[w.SKU] {
			fields = append(fields, Short(i, w.Line))
		}
	}
	if fields != nil {
		return ErrUnavailable.With(fields...)
	}
	return nil
}

func demand(wants []Want) map[SKU]int64 {
	need := map[SKU]int64{}
	for _, w := range wants {
		need[w.SKU] += w.Quantity
	}
	return need
}

// exactCentres bounds the search for the fewest centres to 2^10 sets.
const exactCentres = 10

// fewest returns the centres that a seller's wants ship from, nearest first. All centres together have enough.
func fewest(wants []Want, free freeUnits, to Destination, tieBreak func(centre string) uint64) []string {
	need := demand(wants)
	away, ties := map[string]int{}, map[string]uint64{}
	for sku := range need {
		for centre := range free[sku] {
			away[centre], ties[centre] = Distance(centre, to), tieBreak(centre)
		}
	}
	centres := slices.SortedFunc(maps.Keys(away), func(a, b string) int {
		return cmp.Or(cmp.Compare(away[a], away[b]), cmp.Compare(ties[a], ties[b]), cmp.Compare(a, b))
	})
	if len(centres) > exactCentres {
		return greedy(need, free, centres)
	}
	for size := 1; size < len(centres); size++ {
		var best []string
		far := 0
		subsets(centres, size, nil, func(s []string) {
			d := 0
			for _, c := range s {
				d += away[c]
			}
			if (best == nil || d < far) && missing(need, free, s) == 0 {
				best, far = slices.Clone(s), d
			}
		})
		if best != nil {
			return best
		}
	}
	return centres
}

// subsets visits every subset of a size, in the order of from; visit must not keep its argument.
func subsets(from []string, size int, chosen []string, visit func([]string)) {
	if size == 0 {
		visit(chosen)
		return
	}
	for i := 0; i+size <= len(from); i++ {
		subsets(from[i+1:], size-1, append(chosen, from[i]), visit)
	}
}

// greedy takes the centre that leaves the least missing, the nearest among equals, until nothing is.
func greedy(need map[SKU]int64, free freeUnits, centres []string) []string {
	var chosen []string
	rest := slices.Clone(centres)
	for missing(need, free, chosen) > 0 {
		with := func(c string) int64 { return missing(need, free, append(chosen[:len(chosen):len(chosen)], c)) }
		best := slices.MinFunc(rest, func(a, b string) int { return cmp.Compare(with(a), with(b)) })
		chosen = append(chosen, best)
		rest = slices.DeleteFunc(rest, func(c string) bool { return c == best })
	}
	slices.SortFunc(chosen, func(a, b string) int { return cmp.Compare(slices.Index(centres, a), slices.Index(centres, b)) })
	return chosen
}

// missing returns how many wanted units the centres have not.
func missing(need map[SKU]int64, free freeUnits, centres []string) int64 {
	var n int64
	for sku, want := range need {
		for _, c := range centres {
			want -= free[sku][c]
		}
		n += max(want, 0)
	}
	return n
}

// fill picks each line's units from the centres, whole from the nearest that can, else as much as possible from
// where there is most. It takes what it picks from free, for two lines may want one sku.
func fill(lines []PlannedLine, wants []Want, free freeUnits, centres []string) {
	for i, w := range wants {
		have, left := free[w.SKU], w.Quantity
		from := slices.Clone(centres)
		slices.SortStableFunc(from, func(a, b string) int { return cmp.Compare(min(have[b], left), min(have[a], left)) })
		for _, c := range from {
			if n := min(have[c], left); n > 0 {
				lines[i].Picks = append(lines[i].Picks, Pick{c, n})
				have[c] -= n
				left -= n
			}
		}
	}
}
