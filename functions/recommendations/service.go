package recommendations

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/clickstream"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/xgboost"
)

// Products reads products with their buy boxes from the tables; those that there are not are left out.
type Products interface {
	Products(ctx context.Context, marketplace string, ids []string) (map[string]Product, error)
}

// Models reads what was loaded of models. There is nothing, and no error, of a version or a product that is not known.
type Models interface {
	// Serving is the version that serves, "" for none.
	Serving(ctx context.Context) (string, error)
	Neighbours(ctx context.Context, version string, products []string) (map[string]map[Kind][]Scored, error)
	Popular(ctx context.Context, version, marketplace, category, kind string) ([]Scored, error)
	Customer(ctx context.Context, version, subject string) (Customer, error)
}

// Rankers reads the rankers of models.
type Rankers interface {
	Ranker(ctx context.Context, version string) (*xgboost.Trees, error)
}

// Index asks OpenSearch.
type Index interface {
	Find(ctx context.Context, q Question) (Findings, error)
}

// Memory is what is kept for minutes.
type Memory interface {
	// Visit is what a session met, and what a customer bought lately; of "" there is nothing.
	Visit(ctx context.Context, session, subject string) ([]Act, []Purchase, error)
	// Pool returns nil for what is not kept, or no more.
	Pool(ctx context.Context, key string) ([]Candidate, error)
	Keep(ctx context.Context, key string, pool []Candidate) error
}

// People knows whose profile may be used.
type People interface {
	// Subject is the pseudonym in the lake of a customer who agreed to a profile, "" of any other.
	Subject(ctx context.Context, customerID string) (string, error)
}

// Placement is where a shelf stands.
type Placement string

// The placements.
const (
	OnHome        Placement = "home"
	OnProduct     Placement = "product"
	OnCart        Placement = "cart"
	OnOrder       Placement = "order"
	OnSearchEmpty Placement = "search_empty" // a search that found nothing
)

// Shelf is what a shelf holds.
type Shelf string

// The shelves. NewForYou is ranked of all candidates; each of the others has a source of its own.
const (
	NewForYou      Shelf = "new_for_you"
	BuyAgainShelf  Shelf = "buy_again"
	AlsoBoughtThis Shelf = "also_bought"
	AlsoViewedThis Shelf = "also_viewed"
	TogetherShelf  Shelf = "together"
	TrendingShelf  Shelf = "trending"
	RecentlyViewed Shelf = "recently_viewed"
)

// Request asks for a shelf.
type Request struct {
	CustomerID  string // "" of who is not signed in
	Session     string // as events name it, "" for none
	Marketplace string
	Placement   Placement
	Shelf       Shelf  // "" is NewForYou
	ProductID   string // what the page is about
	Category    string // of TrendingShelf; "" is the product's, or the session's
}

// Item is a product on a shelf.
type Item struct {
	Product
	Reason Reason
	Why    string // the reason in English
}

// Answer is a shelf.
type Answer struct {
	ID       string // names the answer, and says how long it took and the model's version
	Version  string // of the model, "" for none
	Shelf    Shelf
	Items    []Item
	Degraded []string // what was away
	// Experiments that this answer takes part in.
	Experiments []Assigned
}

// What may be away, as answers say it.
const (
	noCache   = "cache"
	noIndex   = "index"
	noRanker  = "ranker"
	noModel   = "model"
	noProfile = "profile"
	noCatalog = "catalog"
)

// remembered is for how long a process takes the version that serves for granted.
const remembered = 5 * time.Second

// Service serves shoppers.
type Service struct {
	Products   Products
	Models     Models
	Rankers    Rankers
	Index      Index
	Memory     Memory
	People     People
	Pseudonyms clickstream.Pseudonyms
	// Experiments tells which one runs.
	Experiments Experiments
	Now         func() time.Time
	Random      io.Reader

	mu         sync.Mutex
	version    string
	experiment Experiment
	asked      time.Time
}

var (
	errNoProduct = fault.New(fault.Invalid, "product_required", "this placement or shelf is about a product").
			With(fault.Field{Pointer: "query.product_id", Code: "required", Message: "must be given with this placement or shelf"})
	errNotSignedIn = fault.New(fault.Invalid, "customer_required", "this shelf is a customer's own").
			With(fault.Field{Pointer: "query.shelf", Code: "not_allowed", Message: "must be asked for by a customer who is signed in"})
)

// needsProduct are the shelves that go with a product.
var needsProduct = []Shelf{AlsoBoughtThis, AlsoViewedThis, TogetherShelf}

// Recommend makes a shelf. Whatever is away, there is an answer, and it says so. Errors: unknown_marketplace, product_required,
// customer_required, product_not_found.
func (s *Service) Recommend(ctx context.Context, r Request) (Answer, error) {
	var err error
	if r.Marketplace, err = market(r.Marketplace); err != nil {
		return Answer{}, err
	}
	if r.Shelf == "" {
		r.Shelf = NewForYou
	}
	switch {
	case r.ProductID == "" && (r.Placement == OnProduct || slices.Contains(needsProduct, r.Shelf)):
		return Answer{}, errNoProduct
	case r.CustomerID == "" && r.Shelf == BuyAgainShelf:
		return Answer{}, errNotSignedIn
	}
	c := &call{Service: s, Request: r, now: s.Now(), products: map[string]Product{}}
	if err := c.begin(ctx); err != nil {
		return Answer{}, err
	}
	a := Answer{Version: c.version, Shelf: r.Shelf, Items: c.serve(ctx, c.list(ctx)), Experiments: c.assigned}
	slices.Sort(c.degraded)
	a.Degraded = slices.Compact(c.degraded)
	if a.ID, err = newID(s.Now().Sub(c.now), c.teams(a.Items), s.Random); err != nil {
		return Answer{}, fmt.Errorf("name the answer: %w", err)
	}
	if a.Version != "" {
		a.ID += "-" + a.Version
	}
	slog.DebugContext(ctx, "recommended", "shelf", a.Shelf, "placement", r.Placement, "model", a.Version, "items", len(a.Items), "kept", c.hit,
		"looked_at", len(c.session.looked), "degraded", a.Degraded,
		"experiments", a.Experiments)
	return a, nil
}

// serving is the version that serves, and the experiment that runs.
func (s *Service) serving(ctx context.Context) (string, Experiment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.Now(); now.Sub(s.asked) >= remembered {
		version, err := s.Models.Serving(ctx)
		if err != nil {
			return s.version, s.experiment, err // the last that is known may still be there
		}
		experiment, err := s.Experiments.Running(ctx)
		if err != nil {
			return s.version, s.experiment, err
		}
		s.version, s.experiment, s.asked = version, experiment, now
	}
	return s.version, s.experiment, nil
}

// call is one request under way.
type call struct {
	*Service
	Request
	now        time.Time
	version    string
	experiment Experiment
	assigned   []Assigned
	blended    bool            // the variant does without trees
	between    string          // the unit whose shelf two rankers make, "" of all others
	second     map[string]bool // of such a shelf: what the second chose
	trees      *xgboost.Trees
	subject    string
	session    session
	customer   Customer
	history    history
	page       Product
	products   map[string]Product // those read so far; the zero Product of one that is not there
	degraded   []string
	hit        bool // a pool was kept
}

// away notes what is away.
func (c *call) away(ctx context.Context, what string, err error) {
	c.degraded = append(c.degraded, what)
	slog.WarnContext(ctx, "recommendations go without", "what", what, "code", fault.Code(err), "error", err)
}

// begin reads who asks, what the page is about, and what serves. Errors: product_not_found.
func (c *call) begin(ctx context.Context) (err error) {
	if c.version, c.experiment, err = c.serving(ctx); err != nil {
		c.away(ctx, noModel, err)
	}
	if c.CustomerID != "" {
		if c.subject, err = c.People.Subject(ctx, c.CustomerID); err != nil {
			c.away(ctx, noProfile, err)
		}
	}
	c.assign()
	if c.version != "" && !c.blended {
		if c.trees, err = c.Rankers.Ranker(ctx, c.version); err != nil {
			c.away(ctx, noRanker, err)
		}
	}
	if c.ProductID != "" {
		if c.read(ctx, c.ProductID) {
			if c.page = c.products[c.ProductID]; c.page.ID == "" || c.page.Withheld != "" {
				return catalog.ErrProductNotFound
			}
		}
	}
	acts, lately, err := c.Memory.Visit(ctx, c.Pseudonyms.Session(c.Request.Session), c.subject)
	if err != nil {
		c.away(ctx, noCache, err)
	}
	c.session = sessionOf(acts)
	if c.subject != "" && c.version != "" {
		if c.customer, err = c.Models.Customer(ctx, c.version, c.subject); err != nil {
			c.away(ctx, noModel, err)
		}
	}
	c.history = append(slices.Clone(c.customer.Bought), lately...)
	return nil
}

// read reads products that were not read yet, and tells whether it could.
func (c *call) read(ctx context.Context, list ...string) bool {
	var ask []string
	for _, id := range list {
		if _, there := c.products[id]; !there && id != "" && !slices.Contains(ask, id) {
			ask = append(ask, id)
		}
	}
	if len(ask) == 0 {
		return true
	}
	found, err := c.Service.Products.Products(ctx, c.Marketplace, ask)
	if err != nil {
		c.away(ctx, noCatalog, err)
		return false
	}
	for _, id := range ask {
		c.products[id] = found[id]
	}
	return true
}

// lookedAt is how many more candidates are read from the tables while a shelf is not full.
const lookedAt = 30

// serve applies the rules to candidates, the best first, as the tables tell of them now.
func (c *call) serve(ctx context.Context, list []Candidate) []Item {
	r := rules{limits: c.limits(), page: c.page, never: c.never()}
	var chosen []Candidate
	for at := lookedAt; len(chosen) < Size; at += lookedAt {
		part := list[:min(at, len(list))]
		var missing []string
		for _, x := range part {
			missing = append(missing, x.ID)
		}
		if !c.read(ctx, missing...) {
			return nil
		}
		if chosen = r.choose(part, c.products); len(part) == len(list) {
			break
		}
	}
	var of []string
	for _, x := range chosen {
		of = append(of, x.Reason.ProductID)
	}
	c.read(ctx, of...)
	var items []Item
	for _, x := range chosen {
		items = append(items, Item{c.products[x.ID], x.Reason, x.Reason.Text(c.products[x.Reason.ProductID].Title)})
	}
	return items
}

// limits of the shelf: what is chosen for a shopper is diverse; what goes with one product, or is of one category, may be alike.
func (c *call) limits() limits {
	switch {
	case c.Shelf == NewForYou && c.ProductID == "":
		return limits{brand: 4, category: 6}
	case c.Shelf == BuyAgainShelf || c.Shelf == RecentlyViewed:
		return limits{}
	}
	return limits{brand: 6}
}

// never is what the shelf may not show of this shopper's.
func (c *call) never() map[string]bool {
	switch c.Shelf {
	case BuyAgainShelf:
		return c.lately()
	case RecentlyViewed:
		return nil
	}
	out := c.history.just(c.now)
	for id := range c.session.carted {
		out[id] = true
	}
	if c.Shelf == NewForYou { // what was looked at is new no more, and has a shelf of its own
		for _, id := range c.session.looked {
			out[id] = true
		}
	}
	return out
}
