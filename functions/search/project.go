package search

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
	"rialto/functions/marketplaces"
	"rialto/functions/offers"
)

// ProductReader reads the catalog, consistently.
type ProductReader interface {
	Get(ctx context.Context, id string) (catalog.Product, error)
	// GetMany returns those products that there are, by id.
	GetMany(ctx context.Context, ids ...string) (map[string]catalog.Product, error)
}

// BuyBoxReader reads buy boxes, consistently.
type BuyBoxReader interface {
	// BuyBoxesOf returns those of a product that were decided, by marketplace.
	BuyBoxesOf(ctx context.Context, product string) (map[string]offers.BuyBox, error)
	// BuyBoxes returns those of products in a marketplace that were decided, by product.
	BuyBoxes(ctx context.Context, marketplace string, products ...string) (map[string]offers.BuyBox, error)
}

// Sequence counts the readings of a product in a marketplace. Its numbers are the versions of documents.
type Sequence interface {
	// Next draws a number above all that were drawn before for the product in the marketplace, from 1.
	Next(ctx context.Context, product, marketplace string) (int64, error)
	// Last returns the last that were drawn, of those products that any was drawn for.
	Last(ctx context.Context, marketplace string, products ...string) (map[string]int64, error)
}

// DocumentWriter writes to the indexes of all marketplaces.
type DocumentWriter interface {
	// Write puts documents in, each unless one of a higher or the same number is there, which is a success.
	Write(ctx context.Context, m marketplaces.Marketplace, docs ...Document) error
}

// Projector keeps the indexes up to date with the catalog and the buy boxes.
type Projector struct {
	Index    DocumentWriter
	Products ProductReader
	BuyBoxes BuyBoxReader
	Ratings  Ratings
	Meanings Meanings
	Sequence Sequence
	Now      func() time.Time
}

// EventTimes say when an event was queued and when its consumer received it; zero of what no event told of.
type EventTimes struct{ Queued, Received time.Time }

// parallelWrites bounds how many numbers are drawn, and marketplaces are written to, at once.
const parallelWrites = 8

// Project writes a product as it stands into the indexes of the marketplaces, or of all in which its buy box was
// ever decided if none is named. It is safe to repeat and to run side by side with itself.
//
// Of two that project the same product, whoever drew the higher number read later, and so read at least what
// the other did. The index keeps the document of the higher number, whichever is written last.
func (p *Projector) Project(ctx context.Context, product string, times EventTimes, codes ...string) error {
	places, err := p.places(ctx, product, codes)
	if err != nil {
		return err
	}
	return p.project(ctx, places, map[string]EventTimes{product: times})
}

// Told is what events that came together say of a product. All that they tell of was committed before they came, so one reading
// sees it.
type Told struct {
	ProductID string
	Times     EventTimes
	Changes   []Change
}

// Apply projects products together, each once, after it has kept what was told of their ratings. It returns what failed, by product:
// where one spoils it for all, each is projected by itself.
func (p *Projector) Apply(ctx context.Context, told ...Told) (failed map[string]error) {
	err := p.apply(ctx, told)
	if err == nil {
		return nil
	}
	failed = map[string]error{}
	if len(told) == 1 || fault.Of(err).Kind.Transient() {
		for _, t := range told {
			failed[t.ProductID] = err
		}
		return failed
	}
	var mu sync.Mutex
	var g errgroup.Group
	g.SetLimit(parallelWrites)
	for _, t := range told {
		g.Go(func() error {
			one := p.Apply(ctx, t)
			mu.Lock()
			defer mu.Unlock()
			maps.Copy(failed, one)
			return nil
		})
	}
	_ = g.Wait() // each answers for itself
	return failed
}

func (p *Projector) apply(ctx context.Context, told []Told) error {
	var mu sync.Mutex
	all, times := map[place]marketplaces.Marketplace{}, map[string]EventTimes{}
	g, each := errgroup.WithContext(ctx)
	g.SetLimit(parallelWrites)
	for _, t := range told {
		times[t.ProductID] = t.Times
		g.Go(func() error {
			for _, c := range t.Changes {
				if c.Rating.Version > 0 {
					if err := p.Ratings.SaveRating(each, c.Rating); err != nil {
						return err
					}
				}
			}
			places, err := p.places(each, t.ProductID, marketplacesOf(t.Changes))
			mu.Lock()
			defer mu.Unlock()
			maps.Copy(all, places)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return p.project(ctx, all, times)
}

// place is where a document stands: a product in the index of a marketplace.
type place struct{ product, marketplace string }

// places are those of a product in the marketplaces, or in all where its box was ever decided.
func (p *Projector) places(ctx context.Context, product string, codes []string) (map[place]marketplaces.Marketplace, error) {
	if len(codes) == 0 {
		boxes, err := p.BuyBoxes.BuyBoxesOf(ctx, product)
		if err != nil {
			return nil, err
		}
		codes = slices.Collect(maps.Keys(boxes))
	}
	out := map[place]marketplaces.Marketplace{}
	for _, code := range codes {
		m, err := marketplaces.Lookup(code)
		if err != nil { // not of a request's header, but of an event
			return nil, fault.New(fault.Malformed, "malformed_event", "the event names no marketplace").Because(err)
		}
		out[place{product, code}] = m
	}
	return out, nil
}

func (p *Projector) project(ctx context.Context, places map[place]marketplaces.Marketplace, times map[string]EventTimes) error {
	numbers, err := p.draw(ctx, places)
	if err != nil {
		return err
	}
	products := map[string][]string{} // by marketplace
	for at := range places {
		products[at.marketplace] = append(products[at.marketplace], at.product)
	}
	s, err := readers{p.Products, p.BuyBoxes, p.Ratings, p.Meanings}.read(ctx, products)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelWrites)
	for code, list := range products {
		g.Go(func() error {
			m := places[place{list[0], code}]
			var docs []Document
			for _, id := range list {
				d, err := s.document(id, m, numbers[place{id, code}])
				if err != nil {
					return err
				}
				if d.Deleted && d.Version == 1 { // nothing was ever written that it could bury
					continue
				}
				p.stamp(&d, times[id])
				docs = append(docs, d)
			}
			if len(docs) == 0 {
				return nil
			}
			return p.Index.Write(ctx, m, docs...)
		})
	}
	return g.Wait()
}

func (p *Projector) stamp(d *Document, times EventTimes) {
	at := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		t = t.UTC()
		return &t
	}
	d.QueuedAt, d.ReceivedAt, d.IndexedAt = at(times.Queued), at(times.Received), at(p.Now())
}

func (p *Projector) draw(ctx context.Context, places map[place]marketplaces.Marketplace) (map[place]int64, error) {
	numbers := make(map[place]int64, len(places))
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelWrites)
	for at := range places {
		g.Go(func() error {
			n, err := p.Sequence.Next(ctx, at.product, at.marketplace)
			mu.Lock()
			defer mu.Unlock()
			numbers[at] = n
			return err
		})
	}
	return numbers, g.Wait()
}

// readers read what documents are made of.
type readers struct {
	products ProductReader
	boxes    BuyBoxReader
	ratings  Ratings
	meanings Meanings
}

// sources are what documents are made of: by product, and boxes by place.
type sources struct {
	products map[string]catalog.Product
	boxes    map[place]offers.BuyBox
	ratings  map[string]ProductRating
	meanings map[string]Meant
}

// read reads the sources of products, by marketplace.
func (r readers) read(ctx context.Context, products map[string][]string) (s sources, err error) {
	var ids []string
	for _, list := range products {
		ids = append(ids, list...)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) == 0 {
		return s, nil
	}
	s.boxes = map[place]offers.BuyBox{}
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { s.products, err = r.products.GetMany(ctx, ids...); return err })
	g.Go(func() (err error) { s.ratings, err = r.ratings.Ratings(ctx, ids...); return err })
	g.Go(func() (err error) { s.meanings, err = r.meanings.Meanings(ctx, ids...); return err })
	for code, list := range products {
		g.Go(func() error {
			boxes, err := r.boxes.BuyBoxes(ctx, code, list...)
			mu.Lock()
			defer mu.Unlock()
			for id, w := range boxes {
				s.boxes[place{id, code}] = w
			}
			return err
		})
	}
	err = g.Wait()
	return s, err
}

// document makes a product's document of a number.
func (s sources) document(id string, m marketplaces.Marketplace, n int64) (Document, error) {
	d, err := Compose(id, s.products[id], s.boxes[place{id, m.Code}], n)
	return d.rated(s.ratings[id]).meaning(s.products[id], s.meanings[id], m.Language), err
}
