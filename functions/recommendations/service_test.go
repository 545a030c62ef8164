package recommendations

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/clickstream"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/internal/xgboost"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // what is away is away on purpose
	os.Exit(m.Run())
}

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// id is the id of a product of a test.
func id(n int) string { return "prd_" + strings.Repeat(string(rune('a'+n)), 26) }

const (
	guest   = "session-of-a-guest"
	subject = "5ab1ec7"
)

var errAway = errors.New("away")

// world is a shop of ten products: 0 to 4 are boots, 5 to 9 are tents. Each port can be taken away.
type world struct {
	products   map[string]Product
	version    string
	trees      *xgboost.Trees
	neighbours map[string]map[Kind][]Scored
	popular    map[string][]Scored // by category#kind
	customer   Customer
	acts       []Act
	bought     []Purchase
	findings   Findings
	best       map[string][]string // by category
	pools      map[string][]Candidate
	made       int // pools
	experiment Experiment

	noProducts, noModels, noRankers, noIndex, noMemory, noPeople bool
}

func newWorld() *world {
	w := &world{products: map[string]Product{}, pools: map[string][]Candidate{}, best: map[string][]string{}, popular: map[string][]Scored{}}
	for n := range 10 {
		category := "boots"
		if n >= 5 {
			category = "tents"
		}
		w.products[id(n)] = Product{catalog.Product{ID: id(n), Title: fmt.Sprint("Product ", n), Brand: fmt.Sprint("Brand ", n), CategoryID: category},
			catalog.BuyBox{ProductID: id(n), SellerID: "sel_x", InStock: true, Price: money.Of(1000, "USD"), Landed: money.Of(1000, "USD")}}
		w.best[category] = append(w.best[category], id(n))
		w.best[""] = append(w.best[""], id(n))
	}
	return w
}

// modelled has a model serve, in which n goes with n+1, and 9 is what is popular.
func (w *world) modelled() *world {
	w.version, w.neighbours = "v1", map[string]map[Kind][]Scored{}
	for n := range 9 {
		w.neighbours[id(n)] = map[Kind][]Scored{Together: {{id(n + 1), 0.5}}, Viewed: {{id((n + 2) % 10), 0.4}}}
	}
	w.popular["#recent"] = []Scored{{id(9), 3}, {id(8), 2}}
	return w
}

func (w *world) service() *Service {
	return &Service{Products: w, Models: w, Rankers: w, Index: w, Memory: w, People: w, Experiments: w, Pseudonyms: clickstream.Pseudonyms{},
		Now: func() time.Time { return noon }, Random: bytes.NewReader(make([]byte, 1<<12))}
}

func (w *world) Products(_ context.Context, _ string, ids []string) (map[string]Product, error) {
	if w.noProducts {
		return nil, errAway
	}
	out := map[string]Product{}
	for _, id := range ids {
		if p, there := w.products[id]; there {
			out[id] = p
		}
	}
	return out, nil
}

func (w *world) Serving(context.Context) (string, error) {
	if w.noModels {
		return "", errAway
	}
	return w.version, nil
}

func (w *world) Running(context.Context) (Experiment, error) { return w.experiment, nil }

func (w *world) Run(_ context.Context, e Experiment) error {
	w.experiment = e
	return nil
}

func (w *world) Neighbours(_ context.Context, _ string, products []string) (map[string]map[Kind][]Scored, error) {
	out := map[string]map[Kind][]Scored{}
	for _, p := range products {
		out[p] = w.neighbours[p]
	}
	return out, nil
}

func (w *world) Popular(_ context.Context, _, _, category, kind string) ([]Scored, error) {
	return w.popular[category+"#"+kind], nil
}

func (w *world) Customer(_ context.Context, _, who string) (Customer, error) {
	if who != subject {
		return Customer{}, nil
	}
	return w.customer, nil
}

func (w *world) Ranker(context.Context, string) (*xgboost.Trees, error) {
	if w.noRankers {
		return nil, errAway
	}
	return w.trees, nil
}

func (w *world) Find(_ context.Context, q Question) (Findings, error) {
	if w.noIndex {
		return Findings{}, errAway
	}
	f := Findings{Facts: map[string]Facts{}}
	if q.Vector != nil {
		f.Near = w.findings.Near
	}
	if q.Best {
		f.Best = w.best[q.Category]
	}
	for id, p := range w.products {
		f.Facts[id] = p.facts()
	}
	return f, nil
}

func (w *world) Visit(_ context.Context, _, who string) ([]Act, []Purchase, error) {
	if w.noMemory {
		return nil, nil, errAway
	}
	if who == "" {
		return w.acts, nil, nil
	}
	return w.acts, w.bought, nil
}

func (w *world) Pool(_ context.Context, key string) ([]Candidate, error) {
	if w.noMemory {
		return nil, errAway
	}
	return slices.Clone(w.pools[key]), nil
}

func (w *world) Keep(_ context.Context, key string, pool []Candidate) error {
	w.made++
	w.pools[key] = slices.Clone(pool)
	return nil
}

func (w *world) Subject(_ context.Context, customer string) (string, error) {
	if w.noPeople {
		return "", errAway
	}
	if customer == "cus_agreed" {
		return subject, nil
	}
	return "", nil
}

// shelf asks, and returns the numbers of the products on the shelf.
func shelf(t *testing.T, s *Service, r Request) (Answer, []int) {
	t.Helper()
	if r.Marketplace == "" {
		r.Marketplace = "US"
	}
	if r.Placement == "" {
		r.Placement = OnHome
	}
	a, err := s.Recommend(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	var list []int
	for _, i := range a.Items {
		list = append(list, int(i.ID[4]-'a'))
	}
	return a, list
}

// On a first day there is no model, and no session: what is best rated is shown. Then a click puts what is like it in front, while
// the pool stays. Seen to catch: a session that is part of the pool's key.
func TestAClickChangesTheNextAnswerWhileThePoolStays(t *testing.T) {
	t.Parallel()
	w := newWorld()
	s := w.service()
	a, before := shelf(t, s, Request{Session: guest})
	if len(before) == 0 || a.Items[0].Reason.Code != BestRated || a.Version != "" || len(a.Degraded) > 0 {
		t.Fatalf("%v %+v", before, a)
	}
	made := w.made
	w.acts = []Act{{id(9), Looked, noon}}
	a, after := shelf(t, s, Request{Session: guest})
	if after[0] < 5 || slices.Contains(after, 9) ||
		a.Items[0].Reason != (Reason{Code: LookedAt, ProductID: id(9)}) || a.Items[0].Why != "Because you looked at Product 9" {
		t.Errorf("before %v, after a click on a tent %v: %+v", before, after, a.Items[0].Reason)
	}
	if _, kept := w.pools["pool##US#home##"]; !kept || w.made > made+1 { // the category's own comes once
		t.Errorf("%d pools were made, %d of them for the click", w.made, w.made-made)
	}
	if shelf(t, s, Request{Session: guest}); w.made > made+1 {
		t.Error("what is kept is made again")
	}
}

func TestNeighboursOfClicksComeIn(t *testing.T) {
	t.Parallel()
	w := newWorld().modelled()
	s := w.service()
	_, before := shelf(t, s, Request{Session: guest})
	w.acts = []Act{{id(0), Looked, noon}}
	a, after := shelf(t, s, Request{Session: guest})
	if slices.Contains(before, 1) || after[0] != 1 || a.Items[0].Reason.Code != LookedAt || !strings.HasSuffix(a.ID, "-v1") || a.Version != "v1" {
		t.Errorf("before %v, after %v %s", before, after, a.ID)
	}
}

// Seen to catch: each rule taken away.
func TestWhatAShelfNeverShows(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*world, *Product){
		"out of stock":            func(_ *world, p *Product) { p.BuyBox.InStock = false },
		"of nobody, or blocked":   func(_ *world, p *Product) { p.BuyBox = catalog.BuyBox{} },
		"taken down":              func(_ *world, p *Product) { p.Withheld = "a complaint" },
		"sold as its variants":    func(_ *world, p *Product) { p.Parent = true },
		"gone":                    func(_ *world, p *Product) { p.ID = "" },
		"for adults by category":  func(_ *world, p *Product) { p.CategoryPath = []string{"mature", "boots"} },
		"for adults by attribute": func(_ *world, p *Product) { p.Attributes = map[string]string{"adult": "Yes"} },
		"another variant of one":  func(_ *world, p *Product) { p.ParentID = id(0) },
		"just bought":             func(w *world, _ *Product) { w.customer.Bought = []Purchase{{id(1), noon.AddDate(0, 0, -3)}} },
		"just bought, by stream":  func(w *world, _ *Product) { w.bought = []Purchase{{id(1), noon.Add(-time.Hour)}} },
		"looked at":               func(w *world, _ *Product) { w.acts = []Act{{id(1), Looked, noon}} },
		"in the cart":             func(w *world, _ *Product) { w.acts = []Act{{id(1), Carted, noon}} },
	} {
		w := newWorld().modelled()
		p := w.products[id(1)]
		change(w, &p)
		w.products[id(1)] = p
		if _, got := shelf(t, w.service(), Request{CustomerID: "cus_agreed", Session: guest}); slices.Contains(got, 1) || len(got) == 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestDiversity(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for n := range 10 {
		p := w.products[id(n)]
		if p.Brand = "One"; n >= 8 {
			p.Brand = "Two"
		}
		w.products[id(n)] = p
	}
	if _, got := shelf(t, w.service(), Request{}); !slices.Equal(got, []int{0, 1, 2, 3, 8, 9}) {
		t.Errorf("four of a brand at most: %v", got)
	}
	for n := range 10 {
		p := w.products[id(n)]
		p.Brand, p.CategoryID = "", "boots"
		w.products[id(n)] = p
	}
	if _, got := shelf(t, w.service(), Request{}); !slices.Equal(got, []int{0, 1, 2, 3, 4, 5}) {
		t.Errorf("six of a category at most: %v", got)
	}
	if _, got := shelf(t, w.service(), Request{Shelf: TrendingShelf, Category: "boots"}); len(got) != 5 {
		t.Errorf("a category's own shelf: %v", got)
	}
}

func TestWhatIsBoughtAgainAndAgainIsNotJustBought(t *testing.T) {
	t.Parallel()
	w := newWorld().modelled()
	w.customer = Customer{Bought: []Purchase{{id(1), noon.AddDate(0, 0, -10)}, {id(1), noon.AddDate(0, -2, 0)}, {id(2), noon.AddDate(0, -6, 0)},
		{id(3), noon.AddDate(0, 0, -2)}}}
	_, ranked := shelf(t, w.service(), Request{CustomerID: "cus_agreed", ProductID: id(0), Placement: OnProduct})
	if !slices.Contains(ranked, 1) {
		t.Errorf("%v", ranked)
	}
	a, again := shelf(t, w.service(), Request{CustomerID: "cus_agreed", Shelf: BuyAgainShelf})
	if !slices.Equal(again, []int{1, 2}) || a.Items[0].Why != "You bought it on 2026-11-20" { // 3 was bought the day before yesterday
		t.Errorf("%v %+v", again, a.Items)
	}
	if _, other := shelf(t, w.service(), Request{CustomerID: "cus_refused", Shelf: BuyAgainShelf}); other != nil {
		t.Errorf("of who agreed to no profile: %v", other)
	}
}

func TestShelvesOfAProduct(t *testing.T) {
	t.Parallel()
	w := newWorld().modelled()
	for of, want := range map[Shelf]struct {
		number int
		reason string
	}{
		TogetherShelf:  {1, "Bought together with Product 0"},
		AlsoViewedThis: {2, "Customers who viewed Product 0 viewed this, too"},
	} {
		a, got := shelf(t, w.service(), Request{ProductID: id(0), Placement: OnProduct, Shelf: of})
		if !slices.Equal(got, []int{want.number}) || a.Items[0].Why != want.reason {
			t.Errorf("%s: %v %+v", of, got, a.Items)
		}
	}
	w.acts = []Act{{id(4), Looked, noon.Add(-time.Minute)}, {id(7), Looked, noon}, {id(4), Carted, noon.Add(-time.Second)}}
	if _, got := shelf(t, w.service(), Request{Session: guest, Shelf: RecentlyViewed}); !slices.Equal(got, []int{7, 4}) {
		t.Error(got)
	}
}

// Whatever is away, in the order that doc.go states, there is a shelf, and it says what it goes without.
func TestWithoutWhatIsAway(t *testing.T) {
	t.Parallel()
	vector := &Vector{1}
	for name, c := range map[string]struct {
		take  func(*world)
		say   []string
		shows int // one of the products
	}{
		"nothing":        {func(*world) {}, nil, 6},
		"Redis":          {func(w *world) { w.noMemory = true }, []string{noCache}, 6},
		"OpenSearch":     {func(w *world) { w.noIndex = true }, []string{noIndex}, 9},
		"the ranker":     {func(w *world) { w.noRankers = true }, []string{noRanker}, 6},
		"the model":      {func(w *world) { w.noModels = true }, []string{noModel}, 0},
		"the profile":    {func(w *world) { w.noPeople = true }, []string{noProfile}, 9},
		"the catalog":    {func(w *world) { w.noProducts = true }, []string{noCatalog}, -1},
		"all but tables": {func(w *world) { w.noMemory, w.noIndex, w.noRankers = true, true, true }, []string{noCache, noIndex, noRanker}, 9},
		"all": {func(w *world) {
			w.noMemory, w.noIndex, w.noModels, w.noProducts, w.noPeople = true, true, true, true, true
		},
			[]string{noCache, noIndex, noModel, noProfile}, -1},
	} {
		w := newWorld().modelled()
		w.trees, w.customer = ranker(t), Customer{Vector: vector}
		w.findings.Near = []Scored{{id(6), 2}}
		c.take(w)
		a, got := shelf(t, w.service(), Request{CustomerID: "cus_agreed", Session: guest})
		if !slices.Equal(a.Degraded, c.say) || (c.shows >= 0) != slices.Contains(got, c.shows) || c.shows < 0 && len(got) > 0 {
			t.Errorf("without %s: %v, degraded %v", name, got, a.Degraded)
		}
		if len(c.say) > 0 && len(w.pools) > 0 && slices.Contains(c.say, noIndex) {
			t.Errorf("without %s: what was made of less is kept", name)
		}
	}
}

func TestWhatCannotBeAskedFor(t *testing.T) {
	t.Parallel()
	for code, r := range map[string]Request{
		"unknown_marketplace": {Marketplace: "XX", Placement: OnHome},
		"product_required":    {Marketplace: "US", Placement: OnProduct},
		"customer_required":   {Marketplace: "US", Placement: OnHome, Shelf: BuyAgainShelf},
		"product_not_found":   {Marketplace: "US", Placement: OnProduct, ProductID: id(20)},
	} {
		if _, err := newWorld().service().Recommend(t.Context(), r); fault.Code(err) != code {
			t.Errorf("%s: %v", code, err)
		}
	}
	w := newWorld().service()
	w.Random = strings.NewReader("")
	if _, err := w.Recommend(t.Context(), Request{Marketplace: "US", Placement: OnHome}); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}

// An answer's id and its model's version are what events may say, however long the version is.
func TestEventsTakeAnAnswersID(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.version = strings.Repeat("v", 32)
	a, _ := shelf(t, w.service(), Request{})
	body := `{"schema_version":1,"session_id":"` + guest + `","marketplace":"US","consent":{"analytics":true},"events":[{"event_id":"event-0000000000",` +
		`"action_name":"select_item","timestamp":"2026-11-30T12:00:00Z","recommendation_id":"` + a.ID + `","model_version":"` + a.Version +
		`","event_attributes":{"object":{"object_id":"` + id(1) + `","object_id_field":"product_id"}}}]}`
	tally := &clickstream.Tally{Invalid: map[clickstream.Reason]int{}, Bots: map[string]int{}}
	r := clickstream.Record{Origin: clickstream.Browser, Agent: "Mozilla/5.0", ReceivedAt: noon, Body: []byte(body)}
	rows, _ := clickstream.Consumer{}.Read(r, tally)
	if len(rows) != 1 || rows[0].RecommendationID != a.ID {
		t.Errorf("%s: %+v", a.ID, tally)
	}
}

// Seen to catch: the first by id kept.
func TestTheBestOfManyCandidatesAreDescribed(t *testing.T) {
	t.Parallel()
	w := newWorld().modelled()
	var many []Scored
	for n := range 2 * described {
		many = append(many, Scored{fmt.Sprintf("prd_%026d", n), 0.1}) // which are nowhere, and before all others by id
	}
	w.neighbours[id(0)] = map[Kind][]Scored{Together: append(many, Scored{id(7), 0.2})}
	if _, got := shelf(t, w.service(), Request{ProductID: id(0), Placement: OnProduct}); !slices.Contains(got, 7) {
		t.Error(got)
	}
}
