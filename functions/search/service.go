package search

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
	"rialto/functions/marketplaces"
	"rialto/functions/offers"
)

// Index is the indexes of all marketplaces.
type Index interface {
	// Search makes all searches at once, and answers them in their order. It returns nothing, and no error, of a
	// marketplace that has no index yet. It fails with ErrPosition if it cannot go on where it is to.
	Search(ctx context.Context, m marketplaces.Marketplace, asks ...Ask) ([]Found, error)
	// Complete finds what a text may become when it is typed on.
	Complete(ctx context.Context, m marketplaces.Marketplace, text string) (Completable, error)
	// Write puts a document in unless one of a higher or the same number is there, which is a success.
	Write(ctx context.Context, m marketplaces.Marketplace, d Document) error
}

// Products reads the catalog, consistently.
type Products interface {
	Get(ctx context.Context, id string) (catalog.Product, error)
}

// Boxes reads buy boxes, consistently.
type Boxes interface {
	// Winner returns the zero Winner for a box that was never decided.
	Winner(ctx context.Context, product, marketplace string) (offers.Winner, error)
	// Boxes returns those that were decided, by marketplace.
	Boxes(ctx context.Context, product string) (map[string]offers.Winner, error)
}

// Numbers draws the numbers of readings.
type Numbers interface {
	// Next returns a number above all that were drawn before for the product in the marketplace, from 1.
	Next(ctx context.Context, product, marketplace string) (int64, error)
	// Drawn returns the last that were drawn, of those products that any was drawn for.
	Drawn(ctx context.Context, marketplace string, products ...string) (map[string]int64, error)
}

// Service is the context's use cases.
type Service struct {
	Index    Index
	Products Products // of projecting only, as are those below
	Boxes    Boxes
	Numbers  Numbers
	Now      func() time.Time

	Everything Everything // of rebuilding only, as are those below
	Shelves    Shelves
	Winners    Winners
	Draft      Draft
}

// Seen says when an event was queued and when its consumer received it; zero of what no event told of.
type Seen struct{ Queued, Received time.Time }

// Found is what an index found.
type Found struct {
	Hits []Hit
	// Total is what matches; Matched is what the words alone match, whatever the filters.
	Total, Matched int64
	Facets         Facets
	Suggestion     string   // of a Fuzzy search
	Unknown        []string // names of attributes that are filtered by and that no product has
	Took           time.Duration
}

// Search finds products of a marketplace. While nothing has the words as they were typed, it takes them less
// exactly, step by step, and says so. Errors: unknown_marketplace, invalid_query, unknown_facet, search_too_deep,
// invalid_cursor, search_unavailable.
func (s *Service) Search(ctx context.Context, marketplace string, q Query) (Result, error) {
	m, err := marketplaces.Lookup(marketplace)
	if err != nil {
		return Result{}, err
	}
	if q, err = q.Clean(); err != nil {
		return Result{}, err
	}
	if q.Position != nil && !q.Position.of(q, m.Code) {
		return Result{}, ErrPosition
	}
	a, skip := q.ask()
	found, suggestion, exact, err := s.find(ctx, m, &a)
	if err != nil {
		return Result{}, err
	}
	if found.Unknown != nil {
		return Result{}, fault.New(fault.Invalid, "unknown_facet", "no product has such an attribute").
			With(fault.Field{Pointer: "query.attribute", Code: "not_allowed", Message: "must name an attribute that products have"})
	}
	r := Result{Total: found.Total, Exact: exact, Facets: found.Facets, Relaxed: a.Relaxed, Suggestion: suggestion, Took: found.Took}
	if found.Matched == 0 {
		r.Relaxed = Strict // nothing was found, so nothing was taken less exactly
	}
	r.Hits, r.Next = q.page(a, skip, exact, found.Hits, m.Code)
	return r, nil
}

// find searches with every word as typed. What finds nothing is looked for with typos; what finds less than Thin, and is
// to be ordered by relevance, with fewer of the words too, which then come after. A page that goes on from another takes
// the words as that did. Of many words little is to be expected, so fewer of them are asked for in the same call.
func (s *Service) find(ctx context.Context, m marketplaces.Marketplace, a *Ask) (found Found, suggestion string, exact int64, err error) {
	var took time.Duration
	defer func() { found.Took = took }()
	ask := func(known bool, steps ...Relaxed) ([]Found, error) {
		asks := make([]Ask, len(steps))
		for i, step := range steps {
			asks[i] = *a
			asks[i].Known, asks[i].Relaxed = known, step
		}
		list, err := s.Index.Search(ctx, m, asks...)
		if err != nil {
			return nil, err
		}
		took += slices.MaxFunc(list, func(a, b Found) int { return cmp.Compare(a.Took, b.Took) }).Took
		return list, nil
	}
	once := a.Text == "" || a.Ranker == Plain || a.Position != nil
	var beside []Relaxed
	if !once && a.Sort == Relevance && len(strings.Fields(a.Text)) >= Wordy {
		beside = []Relaxed{FewerTerms}
	}
	list, err := ask(a.Known || beside != nil, append([]Relaxed{a.Relaxed}, beside...)...)
	if err != nil {
		return found, "", 0, err
	}
	found, exact = list[0], list[0].Matched
	if a.Position != nil {
		exact = a.Position.Exact
	}
	few := func() bool { return found.Matched == 0 || found.Matched < Thin && a.Sort == Relevance }
	if once || !few() {
		return found, "", exact, nil
	}
	if exact == 0 {
		if list, err = ask(false, append([]Relaxed{Fuzzy}, beside...)...); err != nil {
			return found, "", 0, err
		}
		found, a.Relaxed, suggestion = list[0], Fuzzy, list[0].Suggestion
		if !few() {
			return found, suggestion, exact, nil
		}
	}
	fewer := list[1:]
	if beside == nil {
		if fewer, err = ask(exact > 0, FewerTerms); err != nil {
			return found, "", exact, err
		}
	}
	if fewer[0].Matched > found.Matched { // else what was found is found as it was
		found, a.Relaxed = fewer[0], FewerTerms
	}
	return found, suggestion, exact, nil
}

// writing bounds how many marketplaces of a product are written to at once.
const writing = 8

// Project writes a product as it stands into the indexes of the marketplaces, or of all in which its buy box was
// ever decided if none is named. It is safe to repeat and to run side by side with itself.
//
// Of two that project the same product, whoever drew the higher number read later, and so read at least what
// the other did. The index keeps the document of the higher number, whichever is written last.
func (s *Service) Project(ctx context.Context, product string, seen Seen, codes ...string) error {
	if len(codes) == 0 {
		boxes, err := s.Boxes.Boxes(ctx, product)
		if err != nil {
			return err
		}
		for code := range boxes {
			codes = append(codes, code)
		}
		slices.Sort(codes)
	}
	if len(codes) == 0 {
		return nil
	}
	markets := make([]marketplaces.Marketplace, len(codes))
	for i, code := range codes {
		m, err := marketplaces.Lookup(code)
		if err != nil { // not of a request's header, but of an event
			return fault.New(fault.Malformed, "malformed_event", "the event names no marketplace").Because(err)
		}
		markets[i] = m
	}
	numbers, err := s.draw(ctx, product, codes)
	if err != nil {
		return err
	}
	p, boxes, err := s.read(ctx, product, codes)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(writing)
	for _, m := range markets {
		g.Go(func() error {
			d, err := Compose(product, p, boxes[m.Code], numbers[m.Code])
			if err != nil || d.Deleted && d.N == 1 { // nothing was ever written that it could bury
				return err
			}
			s.stamp(&d, seen)
			return s.Index.Write(ctx, m, d)
		})
	}
	return g.Wait()
}

func (s *Service) stamp(d *Document, seen Seen) {
	at := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		t = t.UTC()
		return &t
	}
	d.QueuedAt, d.ReceivedAt, d.IndexedAt = at(seen.Queued), at(seen.Received), at(s.Now())
}

func (s *Service) draw(ctx context.Context, product string, codes []string) (map[string]int64, error) {
	numbers := make(map[string]int64, len(codes))
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(writing)
	for _, code := range codes {
		g.Go(func() error {
			n, err := s.Numbers.Next(ctx, product, code)
			mu.Lock()
			defer mu.Unlock()
			numbers[code] = n
			return err
		})
	}
	return numbers, g.Wait()
}

// read returns a product, the zero Product if there is none, and at least the boxes of the marketplaces.
func (s *Service) read(ctx context.Context, product string, codes []string) (catalog.Product, map[string]offers.Winner, error) {
	var p catalog.Product
	var boxes map[string]offers.Winner
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		if p, err = s.Products.Get(ctx, product); errors.Is(err, catalog.ErrProductNotFound) {
			p, err = catalog.Product{}, nil
		}
		return err
	})
	g.Go(func() (err error) {
		if len(codes) > 1 {
			boxes, err = s.Boxes.Boxes(ctx, product)
			return err
		}
		w, err := s.Boxes.Winner(ctx, product, codes[0])
		boxes = map[string]offers.Winner{codes[0]: w}
		return err
	})
	return p, boxes, g.Wait()
}
