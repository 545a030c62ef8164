package search

import (
	"cmp"
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
	Known   bool              `json:"k,omitempty"` // as of an IndexQuery
	Typos   []string          `json:"t,omitempty"` // as of an IndexQuery
	Meaning bool              `json:"m,omitempty"` // hits by meaning are among those of the words
	Settled bool              `json:"s,omitempty"` // behind those of the words
	Far     bool              `json:"n,omitempty"` // as of an IndexQuery
	Meant   string            `json:"w,omitempty"` // what was asked by meaning, where that is not the text
	From    int               `json:"f,omitempty"` // a place among the hits that are put in order anew, or that stand for others; or
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
	Known      bool     // no word needs another form: what has all as typed comes first
	Typos      []string // of a Known: but for these, which have typos
	OrFewer    bool     // an index of few products may look for FewerTerms at once, and with typos where it knows of some
	Ways       []string // other texts that are as good
	Vector     Vector   // what the words mean, of a search that is not By Words alone
	By         By
	Far        bool // LeastFar is near enough
	From, Want int
	After      []json.RawMessage // instead of From
}

// By is what a search of an index finds by.
type By string

// The ways. A product is near if it is one of the NearestHits whose vectors are nearest to the query's, and LeastNear at least,
// or LeastFar.
const (
	ByWords  By = ""
	ByEither By = "either" // what has the words, in their order, then what is only near
	Near     By = "near"   // what is near, the nearest first, without Facets
)

// rescored tells whether the best hits of the query are put in order anew.
func (q Query) rescored() bool {
	return q.Sort == Relevance && q.Text != "" && (q.Ranker == Rescored || q.Ranker == Fused)
}

// indexQuery says which hits of the index a page needs, and where among them it begins.
func (q Query) indexQuery() (a IndexQuery, skip int) {
	a = IndexQuery{Query: q, From: (q.Page - 1) * q.Size, Want: q.Size}
	meaning := false
	if p := q.Position; p != nil {
		a.Relaxed, a.Known, a.Typos, a.From, a.After, meaning = p.Relaxed, p.Known || p.Exact > 0, p.Typos, p.From, p.After, p.Meaning
		a.Far = p.Far
	}
	if q.rescored() && a.After == nil && (a.From < Window || meaning) {
		skip, a.Want, a.From = a.From, max(window(meaning), a.From+q.Size), 0
	}
	return a, skip
}

// page makes a page of what the index found for its query.
func (q Query) page(a IndexQuery, skip int, f finding, fingerprint string) (hits []Hit, next *Position) {
	last, meaning := q.Size, f.meaning == Used
	hits = f.Hits
	if q.rescored() && a.After == nil && a.From == 0 {
		hits = f.ordered(q.weights())
		if n := min(window(meaning), len(hits)); f.learned != nil && q.byMeaning() {
			hits = append(learned(f.learned, q.Text, f.language, hits[:n]), hits[n:]...)
		}
		last = skip + q.Size
		hits = hits[min(skip, len(hits)):min(last, len(hits))]
	}
	if len(hits) < q.Size || len(hits) == 0 {
		return hits, nil
	}
	next = &Position{Query: fingerprint, Relaxed: a.Relaxed, Exact: f.exact, Known: a.Known, Typos: a.Typos, Meaning: meaning,
		Settled: f.settled, Meant: f.meant, Far: a.Far}
	switch place := a.From + last; {
	case !meaning && q.rescored() && a.After == nil && last < Window && a.From == 0:
		next.From = last
	case (f.Grouped || meaning) && place > MaxDepth-q.Size:
		return hits, nil
	case f.Grouped || meaning:
		next.From = place
	default:
		// Rescoring moves no hit over the end of the window: the index's order holds from here on.
		next.After = f.Hits[last-1].At
	}
	return hits, next
}

// ordered puts the best hits in order anew, and among them those that are found by meaning: behind what the words settle, else
// by their places in both orders. What comes after them stays in the order of the words.
func (f finding) ordered(w Weights) []Hit {
	if len(f.lead) > 0 {
		lead := Rescore(f.lead, w)
		f.Hits, f.near, f.lead = without(f.Hits, lead), without(f.near, lead), nil
		return append(lead, f.ordered(w)...)
	}
	n := min(window(f.meaning == Used), len(f.Hits))
	best := Rescore(f.Hits[:n], w)
	if f.meaning == Used {
		if f.settled {
			best = append(best, Rescore(without(f.near, best), w)...)
		} else {
			best = fuse(best, Rescore(f.near, w))
		}
	}
	return append(best, without(f.Hits[n:], best)...)
}

// without are the hits of a list that neither are among others nor variants of one.
func without(list, others []Hit) []Hit {
	there := map[string]bool{}
	for _, h := range others {
		there[h.stands()] = true
	}
	return slices.DeleteFunc(slices.Clone(list), func(h Hit) bool { return there[h.stands()] })
}

// stands is what a hit stands for: all variants of a product.
func (h Hit) stands() string { return cmp.Or(h.Group, h.ProductID) }
