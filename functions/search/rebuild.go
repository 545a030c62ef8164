package search

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/fault"
	"rialto/functions/marketplaces"
)

// ProductScanner lists what indexes are built from.
type ProductScanner interface {
	// Products returns a page of the ids of one of the parts of all products, and what the next goes on after, "" on
	// the last.
	Products(ctx context.Context, part, parts int, after string, limit int) (ids []string, next string, err error)
}

// IndexBuild is an index that is built beside the one that searches find. From Begin on, until it is published, all
// writes of documents go to both.
type IndexBuild interface {
	Begin(ctx context.Context, m marketplaces.Marketplace) (index string, err error)
	Fill(ctx context.Context, index string, docs []Document) error
	// Documents returns what an index has of products, tombstones too, whether searches see it yet or not.
	Documents(ctx context.Context, index string, ids []string) (map[string]Document, error)
	// ProductIDs returns a page of the products that searches of an index see. Refresh before the first page.
	ProductIDs(ctx context.Context, index, after string, limit int) ([]string, error)
	// Tombstones returns a page of the products that the marketplace's published index lost since a time.
	Tombstones(ctx context.Context, m marketplaces.Marketplace, since time.Time, after string, limit int) ([]string, error)
	// Refresh makes all that was written to an index visible to searches; "" is the marketplace's published one.
	Refresh(ctx context.Context, m marketplaces.Marketplace, index string) error
	Publish(ctx context.Context, m marketplaces.Marketplace, index string) error
}

// Rebuilder builds indexes anew from the tables.
type Rebuilder struct {
	Scanner  ProductScanner
	Products ProductReader
	BuyBoxes BuyBoxReader
	Ratings  Ratings
	Meanings Meanings
	Sequence Sequence
	Build    IndexBuild
	Releases IndexReleases
	Now      func() time.Time
}

// Phase is how far a rebuild has come.
type Phase string

// The phases, in their order.
const (
	Begin      Phase = ""
	Tombstones Phase = "tombstones" // late writes must not revive what was deleted: young tombstones come first
	Fill       Phase = "fill"       // every product that is offered, read after its number was drawn
	Compare    Phase = "compare"    // every product of the tables with the index
	Count      Phase = "count"      // every document of the index with the tables
	Done       Phase = "done"
)

// Progress is a rebuild that can be gone on with, by anybody, from where it stands. The zero Progress begins.
type Progress struct {
	Index    string    `json:"index,omitempty"`
	Phase    Phase     `json:"phase,omitempty"`
	Since    time.Time `json:"since,omitzero"`
	After    string    `json:"after,omitempty"`
	Parts    []Part    `json:"parts,omitempty"` // of a walk through the tables
	Written  int       `json:"written"`         // documents that were written
	InTables int       `json:"in_tables"`       // products that the tables show in the marketplace
	InIndex  int       `json:"in_index"`        // documents that the index shows
	Repaired int       `json:"repaired"`        // that differed when they were compared, and were written again
}

// Part is one part of all products.
type Part struct {
	After string `json:"after,omitempty"`
	Done  bool   `json:"done,omitempty"`
}

// What a rebuild is made in. Parts are read side by side, a page of each at a time.
const (
	parts    = 4
	pageSize = 100
	// parallelDraws bounds how many numbers are drawn at once.
	parallelDraws = 16
	// tombstoneAge is how long a tombstone protects from late writes: far longer than a function that read before a deletion
	// can run on.
	tombstoneAge = time.Hour
	// maxRepairs is how often a document that differs is written again before the rebuild is given up. One that is being
	// changed differs for a moment.
	maxRepairs = 4
)

// Rebuild makes a marketplace's index from the tables beside the one that is searched, while writes go on, compares the
// two ways, and lets it take the other's place. It goes on from a progress until it is done or enough says so, and is
// safe to begin again at any point. It fails with rebuild_differs (Conflict) if the new index does not come to say what
// the tables say; the old one then stays.
//
// A document of the new index is written under the last number that was drawn before its product was read (see lastNumbers), so
// live writes and the rebuild may meet in any order.
func (r *Rebuilder) Rebuild(ctx context.Context, marketplace string, p Progress, enough func() bool) (Progress, error) {
	m, err := marketplaces.Lookup(marketplace)
	if err != nil {
		return p, err
	}
	for p.Phase != Done && !enough() {
		if err := r.advance(ctx, m, &p); err != nil {
			return p, err
		}
	}
	return p, nil
}

// advance does a phase's next page.
func (r *Rebuilder) advance(ctx context.Context, m marketplaces.Marketplace, p *Progress) (err error) {
	switch p.Phase {
	case Begin:
		if p.Index, err = r.Build.Begin(ctx, m); err != nil {
			return err
		}
		p.Since, p.Phase = r.Now().Add(-tombstoneAge), Tombstones
		return r.Build.Refresh(ctx, m, "")
	case Tombstones:
		ids, err := r.Build.Tombstones(ctx, m, p.Since, p.After, pageSize)
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			p.Phase, p.After, p.Parts = Fill, "", make([]Part, parts)
			return nil
		}
		p.After = ids[len(ids)-1]
		p.Written += len(ids)
		return r.rewrite(ctx, m, p.Index, ids, r.lastNumbers)
	case Fill:
		return r.walk(ctx, p, Compare, func(ctx context.Context, ids []string, mu *sync.Mutex) error {
			offered, err := r.offered(ctx, m, ids)
			if err != nil {
				return err
			}
			mu.Lock()
			p.Written += len(offered)
			mu.Unlock()
			return r.rewrite(ctx, m, p.Index, offered, r.lastNumbers)
		})
	case Compare:
		return r.walk(ctx, p, Count, func(ctx context.Context, ids []string, mu *sync.Mutex) error {
			shown, err := r.repair(ctx, m, p, ids, mu)
			mu.Lock()
			defer mu.Unlock()
			p.InTables += shown
			return err
		})
	case Count:
		return r.count(ctx, m, p)
	}
	return fault.New(fault.Invalid, "invalid_progress", "a rebuild has no such phase")
}

// walk does the next page of every part of all products, and ends in the next phase.
func (r *Rebuilder) walk(ctx context.Context, p *Progress, next Phase, do func(context.Context, []string, *sync.Mutex) error) error {
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	for i := range p.Parts {
		if p.Parts[i].Done {
			continue
		}
		g.Go(func() error {
			ids, after, err := r.Scanner.Products(ctx, i, len(p.Parts), p.Parts[i].After, pageSize)
			if err != nil {
				return err
			}
			if len(ids) > 0 {
				if err := do(ctx, ids, &mu); err != nil {
					return err
				}
			}
			p.Parts[i] = Part{after, after == ""}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if !slices.ContainsFunc(p.Parts, func(x Part) bool { return !x.Done }) {
		p.Phase, p.Parts = next, make([]Part, parts)
	}
	return nil
}

// count looks whether the tables have what a page of the index shows, and publishes the index after the last.
func (r *Rebuilder) count(ctx context.Context, m marketplaces.Marketplace, p *Progress) error {
	if p.After == "" {
		if err := r.Build.Refresh(ctx, m, p.Index); err != nil {
			return err
		}
	}
	ids, err := r.Build.ProductIDs(ctx, p.Index, p.After, pageSize)
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		if err := r.Build.Publish(ctx, m, p.Index); err != nil {
			return err
		}
		p.Phase, p.After, p.Parts = Done, "", nil
		return nil
	}
	p.After = ids[len(ids)-1]
	var mu sync.Mutex
	shown, err := r.repair(ctx, m, p, ids, &mu)
	p.InIndex += shown
	return err
}

// offered are those of the products that somebody offers. What is offered later comes by its event.
func (r *Rebuilder) offered(ctx context.Context, m marketplaces.Marketplace, ids []string) ([]string, error) {
	boxes, err := r.BuyBoxes.BuyBoxes(ctx, m.Code, ids...)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return boxes[id].Empty() }), nil
}

// numbering says which numbers documents are written under.
type numbering func(ctx context.Context, m marketplaces.Marketplace, ids []string) (map[string]int64, error)

// rewrite writes the documents of products as the tables say now, under numbers of before.
func (r *Rebuilder) rewrite(ctx context.Context, m marketplaces.Marketplace, index string, ids []string, by numbering) error {
	numbers, err := by(ctx, m, ids)
	if err != nil {
		return err
	}
	docs, err := r.compose(ctx, m, ids)
	if err != nil {
		return err
	}
	var list []Document
	now := r.Now().UTC()
	for _, id := range ids {
		d := docs[id]
		d.Version, d.IndexedAt = numbers[id], &now
		list = append(list, d)
	}
	return r.Build.Fill(ctx, index, list)
}

// repair compares what an index has of products with the tables, and writes what differs again, until nothing does. It
// returns how many of them the tables show.
func (r *Rebuilder) repair(ctx context.Context, m marketplaces.Marketplace, p *Progress, ids []string, mu *sync.Mutex) (shown int, err error) {
	for try := 0; ; try++ {
		held, err := r.Build.Documents(ctx, p.Index, ids)
		if err != nil {
			return shown, err
		}
		docs, err := r.compose(ctx, m, ids)
		if err != nil {
			return shown, err
		}
		var differ []string
		for _, id := range ids {
			have, there := held[id]
			if want := docs[id]; want.Deleted && (!there || have.Deleted) {
				continue
			} else if !want.Deleted && have.SameContent(want) {
				shown++
				continue
			}
			differ = append(differ, id)
		}
		if len(differ) == 0 {
			return shown, nil
		}
		if try == maxRepairs {
			return shown, fault.New(fault.Conflict, "rebuild_differs", "%d documents of the new index do not come to say what the tables say", len(differ))
		}
		mu.Lock()
		p.Repaired += len(differ)
		mu.Unlock()
		if err := r.rewrite(ctx, m, p.Index, differ, r.drawNumbers); err != nil { // above what is there
			return shown, err
		}
		ids = differ
	}
}

// lastNumbers numbers readings by the last that was drawn, as to draw one would be a write for every product there is. Two
// readings may have that number then, of which the index keeps the first: what either lacks was changed after the number
// was drawn, and that change's own event draws the next. Products that none was drawn for draw theirs, so that what is
// written of them is known to be there, and is buried when they go.
func (r *Rebuilder) lastNumbers(ctx context.Context, m marketplaces.Marketplace, ids []string) (map[string]int64, error) {
	numbers, err := r.Sequence.Last(ctx, m.Code, ids...)
	if err != nil {
		return nil, err
	}
	var never []string
	for _, id := range ids {
		if numbers[id] == 0 {
			never = append(never, id)
		}
	}
	drawn, err := r.drawNumbers(ctx, m, never)
	if err != nil {
		return nil, err
	}
	maps.Copy(numbers, drawn)
	return numbers, nil
}

func (r *Rebuilder) drawNumbers(ctx context.Context, m marketplaces.Marketplace, ids []string) (map[string]int64, error) {
	numbers := make(map[string]int64, len(ids))
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelDraws)
	for _, id := range ids {
		g.Go(func() error {
			n, err := r.Sequence.Next(ctx, id, m.Code)
			mu.Lock()
			defer mu.Unlock()
			numbers[id] = n
			return err
		})
	}
	return numbers, g.Wait()
}

// compose makes the documents of products, without numbers, of what the tables say.
func (r *Rebuilder) compose(ctx context.Context, m marketplaces.Marketplace, ids []string) (map[string]Document, error) {
	s, err := readers{r.Products, r.BuyBoxes, r.Ratings, r.Meanings}.read(ctx, map[string][]string{m.Code: ids})
	if err != nil {
		return nil, err
	}
	docs := make(map[string]Document, len(ids))
	for _, id := range ids {
		if docs[id], err = s.document(id, m, 0); err != nil {
			return nil, err
		}
	}
	return docs, nil
}
