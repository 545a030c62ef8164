package search

import (
	"context"
	"fmt"
	"io"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/marketplaces"
)

// Index searches the indexes of all marketplaces.
type Index interface {
	// Search makes all searches at once, and answers them in their order. It returns nothing, and no error, of a
	// marketplace that has no index yet. It fails with ErrPosition if it cannot go on where it is to.
	Search(ctx context.Context, m marketplaces.Marketplace, queries ...IndexQuery) ([]Found, error)
	// Families describes the variants of some parents, by parent.
	Families(ctx context.Context, m marketplaces.Marketplace, parents ...string) (map[string]Family, error)
	// Complete finds what a text may become when it is typed on, with typos or without.
	Complete(ctx context.Context, m marketplaces.Marketplace, text string, typos bool) (Completable, error)
}

// Searcher serves shoppers.
type Searcher struct {
	Index     Index
	Synonyms  *RememberedSynonyms // nil for none
	Random    io.Reader           // what answers are named by; nil leaves them without names
	Encoder   Encoder             // nil where words alone are asked
	Questions Questions           // nil where each is encoded anew
	Learned   Scorer              // nil where the weights by hand order the best hits
}

// Found is what an index found.
type Found struct {
	Hits []Hit
	// Total is what matches; Matched is what the words alone match, whatever the filters, and Exact how many of those have all words,
	// where no word needed another form.
	Total, Matched, Exact int64
	// Relaxed is how the words were taken: as the query said, or allowed (OrFewer); then Typos are the words that no product has, and
	// that may have typos, and Misspelt says that they were taken so.
	Relaxed    Relaxed
	Typos      []string
	Misspelt   bool
	Facets     Facets
	Suggestion string   // of a Fuzzy search
	Unknown    []string // names of attributes that are filtered by and that no product has
	// Grouped says that variants of one product are one hit, the one that comes first; then there is no going on after a hit.
	Grouped bool
	Took    time.Duration
}

// Search finds products of a marketplace. While nothing has the words as they were typed, it takes them less
// exactly, step by step, and says so. Errors: unknown_marketplace, invalid_query, unknown_facet, search_too_deep,
// invalid_cursor, search_unavailable.
func (s *Searcher) Search(ctx context.Context, marketplace string, q Query) (Result, error) {
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
	asked := q
	q, readings := q.understand(m)
	a, skip := q.indexQuery()
	a.Ways = Measures(q.Text)
	if s.Synonyms != nil && q.Text != "" {
		a.Ways = append(a.Ways, s.Synonyms.Of(ctx, m.Code).Ways(Read(q.Text).Loose)...)
	}
	found, err := s.find(ctx, m, &a, &skip)
	if err != nil {
		return Result{}, err
	}
	if found.Unknown != nil {
		return Result{}, fault.New(fault.Invalid, "unknown_facet", "no product has such an attribute").
			With(fault.Field{Pointer: "query.attribute", Code: "not_allowed", Message: "must name an attribute that products have"})
	}
	if found.Suggestion != "" {
		for _, x := range readings { // what was meant by them is meant still
			found.Suggestion += " " + x.Words
		}
	}
	r := Result{Readings: readings, Total: found.Total, Exact: found.exact, Facets: found.Facets, Relaxed: a.Relaxed, Suggestion: found.Suggestion,
		Meaning: found.meaning, Took: found.Took}
	if found.Matched == 0 {
		r.Relaxed = Strict // nothing was found, so nothing was taken less exactly
	}
	found.learned, found.language = s.Learned, m.Language
	r.Hits, r.Next = q.page(a, skip, found, asked.fingerprint(m.Code))
	if parents := families(r.Hits); len(parents) > 0 {
		if r.Families, err = s.Index.Families(ctx, m, parents...); err != nil {
			return Result{}, err
		}
	}
	if s.Random != nil {
		if r.QueryID, err = ids.New(ids.Query, s.Random); err != nil {
			return Result{}, fmt.Errorf("name the answer: %w", err)
		}
	}
	return r, nil
}
