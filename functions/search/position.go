package search

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"

	"rialto/functions/internal/fault"
)

// Position is where a page begins in the list that a query gives. It belongs to that query alone.
type Position struct {
	Query   string            `json:"q"`           // what it is a position of
	Relaxed Relaxed           `json:"r,omitempty"` // the step that the first page ended at
	Exact   int64             `json:"e,omitempty"` // Result.Exact of the first page
	From    int               `json:"f,omitempty"` // a place among the hits that are rescored, or that stand for others; or
	After   []json.RawMessage `json:"a,omitempty"` // the hit before, where the index's order holds
}

// fingerprint tells queries apart that give different lists. It does not see pages.
func (q Query) fingerprint(marketplace string) string {
	q.Page, q.Size, q.Position, q.Explain, q.Weights = 0, 0, nil, false, nil
	h := fnv.New64a()
	fmt.Fprintf(h, "%q %q", marketplace, fmt.Sprintf("%+v", q))
	return fmt.Sprintf("%x", h.Sum64())
}

// of tells whether it is one that the query could have been given.
func (p *Position) of(q Query, marketplace string) bool {
	return p.Query == q.fingerprint(marketplace) && slices.Contains(steps, p.Relaxed) && p.From >= 0 && p.From <= MaxDepth-q.Size &&
		len(p.After) <= maxSortKeys
}

// maxSortKeys is how many values place a hit in an order.
const maxSortKeys = 4

// ErrPosition refuses a position that no page of the query gave.
var ErrPosition = fault.New(fault.Invalid, "invalid_cursor", "the cursor is not one that this search gave").
	With(fault.Field{Pointer: "query.cursor", Code: "bad_format", Message: "must be the next_cursor of a page of the same search"})

// IndexQuery is one search of an index: a clean query, how its words are to be met, and which hits are wanted, in the
// index's own order.
type IndexQuery struct {
	Query
	Relaxed    Relaxed
	Known      bool     // some product has all words as typed
	Ways       []string // other texts that are as good
	From, Want int
	After      []json.RawMessage // instead of From
}

// rescored tells whether the best hits of the query are put in order anew.
func (q Query) rescored() bool { return q.Sort == Relevance && q.Text != "" && q.Ranker == Rescored }

// indexQuery says which hits of the index a page needs, and where among them it begins.
func (q Query) indexQuery() (a IndexQuery, skip int) {
	a = IndexQuery{Query: q, From: (q.Page - 1) * q.Size, Want: q.Size}
	if p := q.Position; p != nil {
		a.Relaxed, a.Known, a.From, a.After = p.Relaxed, p.Exact > 0, p.From, p.After
	}
	if q.rescored() && a.After == nil && a.From < Window {
		skip, a.Want, a.From = a.From, max(Window, a.From+q.Size), 0
	}
	return a, skip
}

// page makes a page of what the index found for its query.
func (q Query) page(a IndexQuery, skip int, exact int64, all Found, marketplace string) (hits []Hit, next *Position) {
	last, found := q.Size, all.Hits
	hits = found
	if q.rescored() && a.After == nil && a.From == 0 {
		n := min(Window, len(found))
		hits = append(Rescore(found[:n], q.weights()), found[n:]...)
		last = skip + q.Size
		hits = hits[min(skip, len(hits)):min(last, len(hits))]
	}
	if len(hits) < q.Size || len(hits) == 0 {
		return hits, nil
	}
	next = &Position{Query: q.fingerprint(marketplace), Relaxed: a.Relaxed, Exact: exact}
	switch place := a.From + last; {
	case q.rescored() && a.After == nil && last < Window && a.From == 0:
		next.From = last
	case all.Grouped && place > MaxDepth-q.Size:
		return hits, nil
	case all.Grouped:
		next.From = place
	default:
		// Rescoring moves no hit over the end of the window: the index's order holds from here on.
		next.After = found[last-1].At
	}
	return hits, next
}
