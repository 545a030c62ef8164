package search_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rialto/functions/catalog"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/memory"
	"rialto/functions/marketplaces"
	"rialto/functions/offers"
	"rialto/functions/offers/offersstore"
	"rialto/functions/search"
	"rialto/functions/search/searchstore"
)

const product = "prd_a"

var markets = []string{"DE", "US"}

// world is the tables and an index that keeps the highest number, as OpenSearch does.
type world struct {
	db        *memory.DB
	products  *catalogstore.Store
	boxes     *offersstore.Store
	projector *search.Projector

	mu    sync.Mutex
	index map[string]search.Document // by marketplace
	gate  func(name string)          // what an operation of the projector waits for, nil for nothing
}

func newWorld() *world {
	w := &world{db: memory.New(), index: map[string]search.Document{}}
	w.products, w.boxes = &catalogstore.Store{DB: w.db}, &offersstore.Store{DB: w.db}
	slow := gated{w.db, w}
	w.projector = &search.Projector{Index: w, Products: &catalogstore.Store{DB: slow}, BuyBoxes: &offersstore.Store{DB: slow},
		Ratings: &searchstore.Store{DB: slow}, Meanings: &searchstore.Store{DB: w.db},
		Sequence: &searchstore.Store{DB: slow}, Now: func() time.Time { return time.Time{} }}
	return w
}

type workerKey struct{}

// pass lets an operation of a worker have its turn.
func (w *world) pass(ctx context.Context, operation string) {
	if w.gate != nil {
		w.gate(fmt.Sprintf("%04d %s", ctx.Value(workerKey{}), operation))
	}
}

func (w *world) Write(ctx context.Context, m marketplaces.Marketplace, docs ...search.Document) error {
	w.pass(ctx, "write "+m.Code)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, d := range docs {
		if d.Version > w.index[m.Code].Version {
			w.index[m.Code] = d
		}
	}
	return nil
}

// gated is the tables as the projector sees them: each operation waits for its turn.
type gated struct {
	store.DB
	w *world
}

func (g gated) GetMany(ctx context.Context, gets ...store.Get) ([]store.Item, error) {
	g.w.pass(ctx, fmt.Sprint("get many ", len(gets), " ", gets[0].Table, gets[0].Key))
	return g.DB.GetMany(ctx, gets...)
}

func (g gated) Apply(ctx context.Context, w store.Write) (store.Item, error) {
	g.w.pass(ctx, "draw "+w.Key.PK)
	return g.DB.Apply(ctx, w)
}

// write makes the product's next version, or takes it away.
func (w *world) write(version int64, gone bool) error {
	if gone {
		_, err := w.db.Apply(context.Background(), store.Delete("products", store.Key{PK: product}))
		return err
	}
	p, err := w.products.Get(context.Background(), product)
	if err != nil && !errors.Is(err, catalog.ErrProductNotFound) {
		return err
	}
	return w.products.Save(context.Background(),
		catalog.Product{ID: product, Title: fmt.Sprint("Title ", version), CategoryID: "boots", CategoryPath: []string{"boots"}, Version: version},
		p.Version)
}

// decide makes the next version of a buy box; price 0 empties it.
func (w *world) decide(market string, version, price int64) error {
	before, err := w.boxes.BuyBox(context.Background(), product, market)
	if err != nil {
		return err
	}
	next := offers.BuyBox{ProductID: product, Marketplace: market, Version: version}
	if price > 0 {
		m, err := marketplaces.Lookup(market)
		if err != nil {
			return err
		}
		next.Offer = offers.Offer{ProductID: product, SellerID: "sel_a", Marketplace: market, Price: money.Of(price, m.Currency),
			Shipping: money.Of(1, m.Currency), Version: version}
		next.InStock, next.Offers = price%2 == 0, 1
	}
	return w.boxes.SaveBuyBox(context.Background(), next, before.Version)
}

// check compares the index with the tables.
func (w *world) check() error {
	p, err := w.products.Get(context.Background(), product)
	if errors.Is(err, catalog.ErrProductNotFound) {
		p = catalog.Product{}
	} else if err != nil {
		return err
	}
	for _, market := range markets {
		box, err := w.boxes.BuyBox(context.Background(), product, market)
		if err != nil {
			return err
		}
		got, there := w.index[market]
		if !there && (p.ID == "" || box.Empty()) {
			continue // never indexed
		}
		want, err := search.Compose(product, p, box, got.Version)
		if d := cmp.Diff(want, got); err != nil || d != "" {
			return fmt.Errorf("%s (-tables +index): %v %s", market, err, d)
		}
	}
	return nil
}

// Changes, and projections that begin late, run side by side and come twice, in any interleaving of their single
// reads and writes: in the end the index says what the tables say.
//
// Seen to catch: the number drawn after the sources are read; no numbers, last writer wins; a tombstone that is
// not written for a product with an offer before; ProductChanged projected to US alone.
func TestTheIndexComesToWhatTheTablesSay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		// Drawn ahead, as what runs below is a goroutine of its own; evenly, as rapid prefers what is small.
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		choices := make([]int, rapid.IntRange(10, 120).Draw(rt, "steps"))
		for i := range choices {
			choices[i] = random.IntN(1 << 20)
		}
		var failure error
		synctest.Test(t, func(*testing.T) { failure = run(choices) })
		if failure != nil {
			rt.Fatal(failure)
		}
	})
}

// scheduler lets the operations of projections have their turns one by one.
type scheduler struct {
	w       *world
	workers int

	mu       sync.Mutex
	waiting  map[string]chan struct{} // operations before their turn, by a name that does not depend on chance
	problems []error
}

func newScheduler(w *world) *scheduler {
	s := &scheduler{w: w, waiting: map[string]chan struct{}{}}
	w.gate = func(name string) {
		turn := make(chan struct{})
		s.mu.Lock()
		s.waiting[name] = turn
		s.mu.Unlock()
		<-turn
	}
	return s
}

// begin starts a projection to the marketplaces, none for all.
func (s *scheduler) begin(codes []string) {
	s.workers++
	ctx := context.WithValue(context.Background(), workerKey{}, s.workers)
	go func() {
		err := s.w.projector.Project(ctx, product, search.EventTimes{}, codes...)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.problems = append(s.problems, err)
	}()
	synctest.Wait()
}

// grant lets the n-th of the waiting operations go on.
func (s *scheduler) grant(n int) {
	s.mu.Lock()
	names := slices.Sorted(maps.Keys(s.waiting))
	name := names[n%len(names)]
	turn := s.waiting[name]
	delete(s.waiting, name)
	s.mu.Unlock()
	close(turn)
	synctest.Wait()
}

// run takes the choices as its schedule; what they do not reach happens in the order of its beginning.
func run(choices []int) error {
	w := newWorld()
	s := newScheduler(w)
	var events [][]string // the marketplaces of each; nil for all
	for version, c := range choices {
		what, which := c%8, c/8
		switch {
		case what == 0: // the product changes
			if err := w.write(int64(version)+1, which%4 == 0); err != nil {
				return err
			}
			events = append(events, nil)
		case what == 1: // a buy box changes
			market := markets[which%len(markets)]
			if err := w.decide(market, int64(version)+1, int64(which/2%4)); err != nil {
				return err
			}
			events = append(events, []string{market})
		case what == 2 && len(events) > 0: // an event comes, and may come again
			n := which % len(events)
			s.begin(events[n])
			if which%3 > 0 {
				events = slices.Delete(events, n, n+1)
			}
		case len(s.waiting) > 0:
			s.grant(which)
		}
	}
	for _, e := range events {
		s.begin(e)
	}
	for len(s.waiting) > 0 {
		s.grant(len(s.waiting) / 2)
	}
	return errors.Join(append(s.problems, w.check())...)
}

func TestWhatIsOfferedIsIndexedWhereItIsOffered(t *testing.T) {
	t.Parallel()
	w := newWorld()
	ctx := context.Background()
	step := func(name string, change, project error, want ...string) {
		t.Helper()
		var got []string
		for market, d := range w.index {
			if !d.Deleted {
				got = append(got, market)
			}
		}
		slices.Sort(got)
		if change != nil || project != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v %v, indexed in %v", name, change, project, got)
		}
	}
	step("an offer of no product", w.decide("US", 1, 5), w.projector.Project(ctx, product, search.EventTimes{}, "US"))
	if len(w.index) != 0 {
		t.Error("a tombstone of what was never there")
	}
	step("the product comes", w.write(1, false), w.projector.Project(ctx, product, search.EventTimes{}), "US")
	step("an offer in DE", w.decide("DE", 1, 6), w.projector.Project(ctx, product, search.EventTimes{}, "DE"), "DE", "US")
	step("none in US any more", w.decide("US", 2, 0), w.projector.Project(ctx, product, search.EventTimes{}, "US"), "DE")
	step("the product goes", w.write(0, true), w.projector.Project(ctx, product, search.EventTimes{}))
	step("and nothing has an offer", nil, w.projector.Project(ctx, "prd_b", search.EventTimes{}))
	if !w.index["US"].Deleted || !w.index["DE"].Deleted {
		t.Errorf("no tombstones: %+v", w.index)
	}
	if err := w.projector.Project(ctx, product, search.EventTimes{}, "XX"); fault.Code(err) != "malformed_event" {
		t.Error(err)
	}
}

func TestAReadingThatFailsWritesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld()
	if err := errors.Join(w.write(1, false), w.decide("US", 1, 5)); err != nil {
		t.Fatal(err)
	}
	away := errors.New("away")
	for _, op := range []string{"GetMany", "Apply"} {
		w.db.Before = func(_ context.Context, operation string, _ []store.Write) error {
			if operation == op {
				return away
			}
			return nil
		}
		if err := w.projector.Project(context.Background(), product, search.EventTimes{}); !errors.Is(err, away) || len(w.index) != 0 {
			t.Errorf("%s: %v %v", op, err, w.index)
		}
	}
}

func TestCompose(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)
	p := catalog.Product{ID: product, Title: "Boots", Brand: "Alba", CategoryID: "hiking-boots", CategoryPath: []string{"outdoor", "hiking-boots"},
		Attributes: map[string]string{"size": "42", "colour": "black"}, Images: []string{"https://a.example/1", "https://a.example/2"}, UpdatedAt: at}
	p.GTIN, p.Model = "4006381333931", "NOR.0707-60"
	w := offers.BuyBox{Marketplace: "US", Offer: offers.Offer{ID: "off_a", SellerID: "sel_a", SellerName: "A", Price: money.Of(100, "USD"),
		Shipping: money.Of(20, "USD"), Condition: "new", SKU: "B-42"}, InStock: true, Offers: 3, Rating: 420, DeliveryDays: 3}
	got, err := search.Compose(product, p, w, 7)
	want := search.Document{ProductID: product, Title: "Boots", Kind: "Boots", Condition: "new",
		Identifiers: []string{"4006381333931", "albanor070760", "b42", "nor070760", search.Identifier(product)}, Group: product,
		Brand: "Alba", CategoryID: "hiking-boots",
		CategoryPath: []string{"outdoor", "hiking-boots"}, CategoryWords: []string{"outdoor", "hiking boots"}, Attributes: p.Attributes,
		AttributeValues: []string{"42", "black"}, AttributePairs: []string{"colour=black", "size=42"}, Image: "https://a.example/1", OfferID: "off_a",
		Price: 100, Landed: 120, Currency: "USD", SellerID: "sel_a", SellerName: "A",
		InStock: true, OfferCount: 3, SellerRating: 420, DeliveryDays: 3, UpdatedAt: &at, Version: 7}
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Error(err, d)
	}
	p.ParentID, p.Options = "prd_p", []catalog.Option{{Name: "Width", Value: "wide"}, {Name: "Size", Value: "42"}}
	want.Group, want.Family, want.Options = "prd_p", "prd_p", []string{"0Width=wide", "1Size=42"}
	want.AttributeValues, want.AttributePairs = []string{"42", "black", "wide"}, []string{"Width=wide", "colour=black", "size=42"}
	got, err = search.Compose(product, p, w, 7)
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Error("a variant:", err, d)
	}
	p.Withheld = "counterfeit"
	if got, err := search.Compose(product, p, w, 7); err != nil || !got.SameContent(search.Document{ProductID: product, Deleted: true}) {
		t.Errorf("a page that was taken down: %+v %v", got, err)
	}
	p.Withheld, w.Offer.Shipping.Currency = "", "EUR"
	if _, err := search.Compose(product, p, w, 7); fault.Code(err) != "currency_mixed" {
		t.Error(err)
	}
}

// encoder makes vectors of texts' lengths, and counts what it was asked.
type encoder struct {
	asked int
	err   error
}

func (e *encoder) Encode(_ context.Context, texts ...string) ([]search.Vector, error) {
	e.asked++
	return []search.Vector{{int8(len(texts[0]))}}, e.err
}

// A product's vector is made when its words change, comes into the indexes of the languages that the encoder knows, and goes
// when it is of other words.
func TestVectorsFollowTheWords(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newWorld()
	kept := &searchstore.Store{DB: w.db}
	e := &encoder{}
	i := &search.Interpreter{Products: w.products, BuyBoxes: w.boxes, Meanings: kept, Encoder: e, Projector: w.projector}
	step := func(name string, asked int, inUS bool, errs ...error) {
		t.Helper()
		if err := errors.Join(errs...); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if e.asked != asked || w.index["US"].Vector != nil != inUS || w.index["DE"].Vector != nil {
			t.Errorf("%s: the encoder was asked %d times, want %d; US %v, DE %v", name, e.asked, asked, w.index["US"].Vector, w.index["DE"].Vector)
		}
	}
	step("there is no product", 0, false, i.Interpret(ctx, product))
	step("nobody offers it", 1, false, w.write(1, false), i.Interpret(ctx, product))
	step("it is offered", 1, true, w.decide("US", 1, 5), w.decide("DE", 1, 5), w.projector.Project(ctx, product, search.EventTimes{}))
	step("the event comes again", 1, true, i.Interpret(ctx, product))
	step("its words change", 1, false, w.write(2, false), w.projector.Project(ctx, product, search.EventTimes{}))
	e.err = errors.New("away")
	if err := i.Interpret(ctx, product); err == nil {
		t.Error("an encoder that is away is no error")
	}
	step("the encoder was away", 2, false)
	e.err = nil
	step("it is back", 3, true, i.Interpret(ctx, product))
}

func TestAnOlderVectorNeverReplacesANewer(t *testing.T) {
	t.Parallel()
	s := &searchstore.Store{DB: memory.New()}
	for _, m := range []search.Meant{{ProductID: "prd_a", Words: "2", Vector: search.Vector{2, -3}, Version: 2},
		{ProductID: "prd_a", Words: "1", Version: 1},
		{ProductID: "prd_a", Words: "2", Vector: search.Vector{2, -3}, Version: 2, Shown: true}} {
		if err := s.SaveMeaning(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Meanings(t.Context(), "prd_a", "prd_b")
	want := map[string]search.Meant{"prd_a": {ProductID: "prd_a", Words: "2", Vector: search.Vector{2, -3}, Version: 2, Shown: true}}
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Error(err, d)
	}
}
