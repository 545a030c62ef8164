package search

import (
	"context"
	"errors"
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
	// BuyBox returns the zero BuyBox for a box that was never decided.
	BuyBox(ctx context.Context, product, marketplace string) (offers.BuyBox, error)
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
	// Write puts a document in unless one of a higher or the same number is there, which is a success.
	Write(ctx context.Context, m marketplaces.Marketplace, d Document) error
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

// parallelWrites bounds how many marketplaces of a product are written to at once.
const parallelWrites = 8

// Project writes a product as it stands into the indexes of the marketplaces, or of all in which its buy box was
// ever decided if none is named. It is safe to repeat and to run side by side with itself.
//
// Of two that project the same product, whoever drew the higher number read later, and so read at least what
// the other did. The index keeps the document of the higher number, whichever is written last.
func (p *Projector) Project(ctx context.Context, product string, times EventTimes, codes ...string) error {
	if len(codes) == 0 {
		boxes, err := p.BuyBoxes.BuyBoxesOf(ctx, product)
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
	numbers, err := p.draw(ctx, product, codes)
	if err != nil {
		return err
	}
	s, err := p.read(ctx, product, codes)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelWrites)
	for _, m := range markets {
		g.Go(func() error {
			d, err := Compose(product, s.product, s.boxes[m.Code], numbers[m.Code])
			if err != nil || d.Deleted && d.Version == 1 { // nothing was ever written that it could bury
				return err
			}
			d = d.rated(s.rating).meaning(s.product, s.meant, m.Language)
			p.stamp(&d, times)
			return p.Index.Write(ctx, m, d)
		})
	}
	return g.Wait()
}

// Apply projects a product once for all changes of it that came together: all were committed before they came, so one
// reading sees them all. What was told of its rating is kept first.
func (p *Projector) Apply(ctx context.Context, product string, times EventTimes, changes []Change) error {
	for _, c := range changes {
		if c.Rating.Version > 0 {
			if err := p.Ratings.SaveRating(ctx, c.Rating); err != nil {
				return err
			}
		}
	}
	return p.Project(ctx, product, times, marketplacesOf(changes)...)
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

func (p *Projector) draw(ctx context.Context, product string, codes []string) (map[string]int64, error) {
	numbers := make(map[string]int64, len(codes))
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelWrites)
	for _, code := range codes {
		g.Go(func() error {
			n, err := p.Sequence.Next(ctx, product, code)
			mu.Lock()
			defer mu.Unlock()
			numbers[code] = n
			return err
		})
	}
	return numbers, g.Wait()
}

// sources are what a product's documents are made of.
type sources struct {
	product catalog.Product // the zero Product if there is none
	boxes   map[string]offers.BuyBox
	rating  ProductRating
	meant   Meant
}

// read returns them with at least the boxes of the marketplaces.
func (p *Projector) read(ctx context.Context, product string, codes []string) (s sources, err error) {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		if s.product, err = p.Products.Get(ctx, product); errors.Is(err, catalog.ErrProductNotFound) {
			s.product, err = catalog.Product{}, nil
		}
		return err
	})
	g.Go(func() (err error) {
		if len(codes) > 1 {
			s.boxes, err = p.BuyBoxes.BuyBoxesOf(ctx, product)
			return err
		}
		w, err := p.BuyBoxes.BuyBox(ctx, product, codes[0])
		s.boxes = map[string]offers.BuyBox{codes[0]: w}
		return err
	})
	g.Go(func() error {
		ratings, err := p.Ratings.Ratings(ctx, product)
		s.rating = ratings[product]
		return err
	})
	g.Go(func() error {
		meanings, err := p.Meanings.Meanings(ctx, product)
		s.meant = meanings[product]
		return err
	})
	err = g.Wait()
	return s, err
}
