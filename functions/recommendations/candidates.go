package recommendations

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// How many are asked for and kept.
const (
	poolSize  = 100
	nearest   = 500 // by vectors
	described = 400 // of which the index is asked what they are
	seedCount = 20  // of what a customer bought
	tasteSize = 50  // likewise
	extras    = 30  // that a session brings in
)

// Question asks the indexes for all that a pool needs, in one.
type Question struct {
	Marketplace string   `json:"marketplace"`
	Version     string   `json:"version,omitempty"`
	Vector      *Vector  `json:"vector,omitempty"`   // whose nearest are wanted
	Describe    []string `json:"describe,omitempty"` // products whose facts are
	Best        bool     `json:"best,omitempty"`     // the best rated in stock are wanted
	Category    string   `json:"category,omitempty"` // of which; "" for all
}

// Findings are the answer.
type Findings struct {
	Near  []Scored         `json:"near,omitempty"`
	Facts map[string]Facts `json:"facts,omitempty"` // of what was to be described, is near or is best, and is in the index
	Best  []string         `json:"best,omitempty"`
}

// list makes the shelf's candidates, the best first.
func (c *call) list(ctx context.Context) []Candidate {
	switch c.Shelf {
	case AlsoBoughtThis:
		return c.neighbours(ctx, Bought)
	case AlsoViewedThis:
		return c.neighbours(ctx, Viewed)
	case TogetherShelf:
		return c.neighbours(ctx, Together)
	case TrendingShelf:
		return c.trending(ctx, cmp.Or(c.Category, c.page.CategoryID, c.lookedAtCategory(ctx)))
	case BuyAgainShelf:
		return c.again()
	case RecentlyViewed:
		var list []Candidate
		for _, id := range c.session.looked {
			list = append(list, Candidate{ID: id, Row: newRow(), Reason: Reason{Code: Recently}})
		}
		return list
	}
	return c.order(ctx, c.bySession(ctx, c.pooled(ctx)))
}

// neighbours of the page's product, of one kind.
func (c *call) neighbours(ctx context.Context, kind Kind) []Candidate {
	var list []Candidate
	for _, n := range c.near(ctx, []string{c.ProductID})[c.ProductID][kind] {
		list = append(list, Candidate{ID: n.ProductID, Row: newRow(), Reason: Reason{Code: reasonOf[kind], ProductID: c.ProductID}})
	}
	return list
}

// near are the model's neighbours of products, nothing where there is no model.
func (c *call) near(ctx context.Context, products []string) map[string]map[Kind][]Scored {
	if c.version == "" || len(products) == 0 {
		return nil
	}
	found, err := c.Models.Neighbours(ctx, c.version, products)
	if err != nil {
		c.away(ctx, noModel, err)
	}
	return found
}

// popular is the model's list of a category, "" for all, nothing where there is no model.
func (c *call) popular(ctx context.Context, category, kind string) []Scored {
	if c.version == "" {
		return nil
	}
	list, err := c.Models.Popular(ctx, c.version, c.Marketplace, category, kind)
	if err != nil {
		c.away(ctx, noModel, err)
	}
	return list
}

// trending is what is popular in a category, the best rated in stock where no model says.
func (c *call) trending(ctx context.Context, category string) []Candidate {
	reason := Reason{Code: PopularNow}
	if category != "" {
		reason = Reason{Code: TrendingIn, Category: strings.ReplaceAll(category, "-", " ")}
	}
	var list []Candidate
	for _, p := range c.popular(ctx, category, Trending) {
		list = append(list, Candidate{ID: p.ProductID, Row: newRow(), Reason: reason})
	}
	if list != nil {
		return list
	}
	return c.kept(ctx, "best#"+c.Marketplace+"#"+category, func() []Candidate { return c.best(ctx, category) })
}

// best is what is best rated and in stock.
func (c *call) best(ctx context.Context, category string) []Candidate {
	found, err := c.Index.Find(ctx, Question{Marketplace: c.Marketplace, Best: true, Category: category})
	if err != nil {
		c.away(ctx, noIndex, err)
		return nil
	}
	return bestOf(found)
}

func bestOf(found Findings) []Candidate {
	var list []Candidate
	for _, id := range found.Best {
		x := Candidate{ID: id, Row: newRow(), Reason: Reason{Code: BestRated}}
		x.weigh(found.Facts[id], taste{})
		list = append(list, x)
	}
	return list
}

// kept is a pool that is kept for minutes, made if it is not.
func (c *call) kept(ctx context.Context, key string, build func() []Candidate) []Candidate {
	pool, err := c.Memory.Pool(ctx, key)
	if err != nil {
		c.away(ctx, noCache, err)
	}
	if pool != nil {
		c.hit = true
		return pool
	}
	before := len(c.degraded)
	pool = build()
	if err != nil || len(pool) == 0 || len(c.degraded) > before { // what was made without something is not worth keeping
		return pool
	}
	if err := c.Memory.Keep(ctx, key, pool); err != nil {
		c.away(ctx, noCache, err)
	}
	return pool
}

// pooled are the candidates that do not depend on the session.
func (c *call) pooled(ctx context.Context) []Candidate {
	key := strings.Join([]string{"pool", c.version, c.Marketplace, string(c.Placement), c.ProductID, c.subject}, "#")
	if c.blended {
		key += "#blended"
	}
	if c.between != "" {
		key += "#interleaved#" + c.experiment.ID
	}
	return c.kept(ctx, key, func() []Candidate { return c.pool(ctx) })
}

// pool gathers candidates of all sources and keeps the best.
func (c *call) pool(ctx context.Context) []Candidate {
	g := gather{}
	seeds := []string{c.ProductID}
	if c.ProductID == "" {
		seeds = c.bought(seedCount)
	}
	g.near(seeds, c.near(ctx, seeds))
	recent := c.popular(ctx, "", Recent)
	g.popular(recent, Reason{Code: PopularNow})
	if c.page.CategoryID != "" {
		g.popular(c.popular(ctx, c.page.CategoryID, Trending), Reason{Code: TrendingIn, Category: strings.ReplaceAll(c.page.CategoryID, "-", " ")})
	}
	for _, p := range recent {
		g.of(p.ProductID).Row.atLeast(SourceRecent, p.Score)
		g.of(p.ProductID).Row[Popularity] = ln1(p.Score)
	}
	g.keep(described)
	bought := c.bought(tasteSize)
	q := Question{Marketplace: c.Marketplace, Version: c.version, Vector: c.customer.Vector, Best: len(recent) == 0, Category: c.page.CategoryID,
		Describe: append(slices.Clone(bought), g.best()...)}
	found, err := c.Index.Find(ctx, q)
	if err != nil {
		c.away(ctx, noIndex, err)
		found.Facts = c.facts(ctx, append(slices.Clone(bought), g.best()[:min(poolSize, len(g))]...))
	}
	for _, n := range found.Near {
		x := g.of(n.ProductID)
		x.Row.atLeast(SourceALS, n.Score)
		x.because(Reason{Code: ForYou})
	}
	for _, b := range bestOf(found) {
		g.of(b.ID).because(b.Reason)
	}
	if q.Best && q.Category != "" && len(found.Best) < Size { // a small category does not fill a shelf
		for _, b := range c.best(ctx, "") {
			g.of(b.ID).because(b.Reason)
			found.Facts = with(found.Facts, b.ID, b.Facts)
		}
	}
	return c.cut(ctx, g, found.Facts, bought)
}

func with(facts map[string]Facts, id string, f Facts) map[string]Facts {
	if facts == nil {
		facts = map[string]Facts{}
	}
	facts[id] = f
	return facts
}

// cut weighs what was gathered and keeps the best.
func (c *call) cut(ctx context.Context, g gather, facts map[string]Facts, bought []string) []Candidate {
	var known []Facts
	for _, id := range bought {
		if f, there := facts[id]; there {
			known = append(known, f)
		}
	}
	t, last := tasteOf(known), c.history.last()
	var list []Candidate
	for _, id := range slices.Sorted(maps.Keys(g)) {
		x := g[id]
		f, there := facts[id]
		if there && !f.InStock {
			continue
		}
		x.weigh(f, t)
		x.seen(last[id], c.now)
		if math.IsNaN(float64(x.Row[Popularity])) {
			x.Row[Popularity] = 0
		}
		list = append(list, *x)
	}
	list = c.order(ctx, list)
	return list[:min(poolSize, len(list))]
}

// facts are what the tables tell of products.
func (c *call) facts(ctx context.Context, list []string) map[string]Facts {
	out := map[string]Facts{}
	if !c.read(ctx, list...) {
		return out
	}
	for _, id := range list {
		if p := c.products[id]; p.ID != "" {
			out[id] = p.facts()
		}
	}
	return out
}

// bySession brings in what is near to the session's clicks, and weighs all by them.
func (c *call) bySession(ctx context.Context, list []Candidate) []Candidate {
	recent := c.session.recent()
	if len(recent) == 0 {
		return list
	}
	near := c.near(ctx, recent)
	facts := c.facts(ctx, recent)
	g := gather{}
	for _, x := range list {
		g[x.ID] = &x
	}
	pull, _ := c.session.pull(near)
	more := slices.SortedFunc(maps.Keys(pull), func(a, b string) int { return cmp.Or(cmp.Compare(pull[b], pull[a]), cmp.Compare(a, b)) })
	more = slices.DeleteFunc(more, func(id string) bool { return g[id] != nil })
	more = more[:min(extras, len(more))]
	known := c.facts(ctx, more)
	for _, id := range more {
		g.of(id).weigh(known[id], taste{})
	}
	if category := facts[recent[0]].Category; category != "" {
		for _, x := range c.trending(ctx, category) {
			if g[x.ID] == nil {
				if x.Facts.Category == "" {
					x.Facts.Category = category // it is in it, or below
				}
				g[x.ID] = &x
			}
		}
	}
	list = list[:0:0]
	for _, id := range slices.Sorted(maps.Keys(g)) {
		list = append(list, *g[id])
	}
	c.session.weigh(list, near, facts)
	return list
}

// lookedAtCategory is the category of what the session looked at last.
func (c *call) lookedAtCategory(ctx context.Context) string {
	recent := c.session.recent()
	if len(recent) == 0 || !c.read(ctx, recent[0]) {
		return ""
	}
	return c.products[recent[0]].CategoryID
}

// bought are the last products that the customer bought, each once.
func (c *call) bought(n int) []string {
	last := c.history.last()
	list := slices.SortedFunc(maps.Keys(last), func(a, b string) int { return cmp.Or(last[b].Compare(last[a]), cmp.Compare(a, b)) })
	return list[:min(n, len(list))]
}

// halfLife is after how long a purchase says half as much of whether the customer buys it again; soonest is how soon one may be
// reminded of it.
const (
	halfLife = 90 * 24 * time.Hour
	soonest  = 7 * 24 * time.Hour
)

// again are what the customer bought, what they bought often and lately first. It is a model of its own: scores of things known and
// of new ones do not compare, and one list of both hides a bad one.
func (c *call) again() []Candidate {
	score, last := map[string]float64{}, c.history.last()
	for _, p := range c.history {
		score[p.ProductID] += math.Exp2(-float64(c.now.Sub(p.Day)) / float64(halfLife))
	}
	var list []Candidate
	for _, id := range slices.SortedFunc(maps.Keys(score), func(a, b string) int { return cmp.Or(cmp.Compare(score[b], score[a]), cmp.Compare(a, b)) }) {
		list = append(list, Candidate{ID: id, Row: newRow(), Reason: Reason{Code: BuyAgain, Day: last[id]}})
	}
	return list
}

// lately is what the customer bought so lately that nobody wants it again yet.
func (c *call) lately() map[string]bool {
	out := map[string]bool{}
	for id, day := range c.history.last() {
		out[id] = c.now.Sub(day) < soonest
	}
	return out
}

// gather are candidates by product.
type gather map[string]*Candidate

// of is the candidate of a product.
func (g gather) of(id string) *Candidate {
	if g[id] == nil {
		g[id] = &Candidate{ID: id, Row: newRow()}
	}
	return g[id]
}

// because gives a candidate its reason, if it has none.
func (c *Candidate) because(r Reason) {
	if c.Reason.Code == "" {
		c.Reason = r
	}
}

// near adds the neighbours of seeds. What was bought together says more than what was bought by the same customers, and that more
// than what was viewed.
func (g gather) near(seeds []string, found map[string]map[Kind][]Scored) {
	for _, k := range []struct {
		kind    Kind
		feature Feature
	}{{Together, SourceTogether}, {Bought, SourceBought}, {Viewed, SourceViewed}} {
		for _, seed := range seeds {
			for _, n := range found[seed][k.kind] {
				x := g.of(n.ProductID)
				x.Row.atLeast(k.feature, n.Score)
				x.because(Reason{Code: reasonOf[k.kind], ProductID: seed})
			}
		}
	}
}

func (g gather) popular(list []Scored, r Reason) {
	for _, p := range list {
		g.of(p.ProductID).because(r)
	}
}

// best are the candidates' ids, the best first, by what is known of them before anybody was asked what they are.
func (g gather) best() []string {
	return slices.SortedFunc(maps.Keys(g), func(a, b string) int {
		return cmp.Or(cmp.Compare(Blend(g[b].Row), Blend(g[a].Row)), cmp.Compare(a, b))
	})
}

// keep drops all but the best.
func (g gather) keep(n int) {
	for _, id := range g.best()[min(n, len(g)):] {
		delete(g, id)
	}
}
