package search

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
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
	Index    Index
	Synonyms *RememberedSynonyms // nil for none
	Random   io.Reader           // what answers are named by; nil leaves them without names
}

// Found is what an index found.
type Found struct {
	Hits []Hit
	// Total is what matches; Matched is what the words alone match, whatever the filters.
	Total, Matched int64
	Facets         Facets
	Suggestion     string   // of a Fuzzy search
	Unknown        []string // names of attributes that are filtered by and that no product has
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
	a, skip := q.indexQuery()
	if s.Synonyms != nil && q.Text != "" {
		a.Ways = s.Synonyms.Of(ctx, m.Code).Ways(Read(q.Text).Loose)
	}
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
	r.Hits, r.Next = q.page(a, skip, exact, found, m.Code)
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

// find searches with every word as typed. What finds nothing is looked for with typos; what does not fill the page, and is to be
// ordered by relevance, with fewer of the words too, which then come after. A page that goes on from another takes the words
// as that did. Of many words little is to be expected, so fewer of them are asked for in the same call.
func (s *Searcher) find(ctx context.Context, m marketplaces.Marketplace, a *IndexQuery) (found Found, suggestion string, exact int64, err error) {
	var took time.Duration
	defer func() { found.Took = took }()
	ask := func(known bool, steps ...Relaxed) ([]Found, error) {
		queries := make([]IndexQuery, len(steps))
		for i, step := range steps {
			queries[i] = *a
			queries[i].Known, queries[i].Relaxed = known, step
		}
		list, err := s.Index.Search(ctx, m, queries...)
		if err != nil {
			return nil, err
		}
		took += slices.MaxFunc(list, func(a, b Found) int { return cmp.Compare(a.Took, b.Took) }).Took
		return list, nil
	}
	once := a.Text == "" || a.Ranker == Plain || a.Position != nil
	var beside []Relaxed
	if !once && a.Sort == Relevance && len(strings.Fields(a.Text)) >= LongQuery {
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
	few := func() bool {
		return found.Matched == 0 || found.Matched < max(FewResults, int64(a.Page*a.Size)) && a.Sort == Relevance
	}
	if once || !few() || exact > 0 && len(Read(a.Text).Loose) < 2 { // of one word there are no fewer
		return found, "", exact, nil
	}
	steps := []Relaxed{FewerTerms}
	if exact == 0 {
		steps = append([]Relaxed{Fuzzy}, steps...)
	}
	if exact > 0 && beside != nil {
		list = list[1:]
	} else if list, err = ask(exact > 0, steps...); err != nil {
		return found, "", exact, err
	}
	if exact == 0 {
		found, a.Relaxed, suggestion = list[0], Fuzzy, list[0].Suggestion
	}
	if fewer := list[len(list)-1]; few() && fewer.Matched > found.Matched { // else what was found is found as it was
		found, a.Relaxed = fewer, FewerTerms
	}
	return found, suggestion, exact, nil
}
