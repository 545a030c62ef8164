package recommendations

import "time"

// Size is how many products a shelf has at most.
const Size = 20

// justBought is for how long what was bought is not recommended, unless the customer buys it again and again.
const justBought = 90 * 24 * time.Hour

// limits are how many of a brand and of a category stand on one shelf; 0 is no limit. A shelf that is about one category, or about
// what the shopper had before, has none of the other.
type limits struct{ brand, category int }

// rules are what a shelf may not show.
type rules struct {
	limits
	page  Product         // what the page is about, the zero Product for nothing
	never map[string]bool // just bought, in the cart, or looked at
}

// choose takes from candidates, the best first, those that may be shown.
func (r rules) choose(candidates []Candidate, products map[string]Product) []Candidate {
	var out []Candidate
	groups, brands, categories := map[string]bool{r.page.group(): r.page.ID != ""}, map[string]int{}, map[string]int{}
	for _, c := range candidates {
		p := products[c.ID]
		switch {
		case !p.buyable() || r.never[c.ID]:
		case p.adult() && !r.page.adult(): // who looks at what is for adults may be shown more of it
		case groups[p.group()]:
		case r.brand > 0 && p.Brand != "" && brands[p.Brand] == r.brand:
		case r.category > 0 && categories[p.CategoryID] == r.category:
		default:
			groups[p.group()] = true
			brands[p.Brand]++
			categories[p.CategoryID]++
			if out = append(out, c); len(out) == Size {
				return out
			}
		}
	}
	return out
}

// history is what a customer bought: of the model, and of since then.
type history []Purchase

// replenishable tells whether the customer bought a product on two days at least: who does, may want it again.
func (h history) replenishable(id string) bool {
	days := map[string]bool{}
	for _, p := range h {
		if p.ProductID == id {
			days[p.Day.Format(time.DateOnly)] = true
		}
	}
	return len(days) > 1
}

// just lists what was bought lately and is not replenishable.
func (h history) just(now time.Time) map[string]bool {
	out := map[string]bool{}
	for _, p := range h {
		if now.Sub(p.Day) < justBought && !h.replenishable(p.ProductID) {
			out[p.ProductID] = true
		}
	}
	return out
}

// last returns when each product was bought last.
func (h history) last() map[string]time.Time {
	out := map[string]time.Time{}
	for _, p := range h {
		if p.Day.After(out[p.ProductID]) {
			out[p.ProductID] = p.Day
		}
	}
	return out
}
