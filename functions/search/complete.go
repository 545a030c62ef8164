package search

import (
	"context"
	"strings"

	"rialto/functions/internal/fault"
	"rialto/functions/marketplaces"
)

// The most that completing takes and gives.
const (
	MaxPrefix      = 100 // characters
	MaxCompletions = 10
)

// Completion is something that a shopper may be about to type.
type Completion struct {
	Text  string
	Kind  string // category, brand or product
	ID    string // the category's or the product's; "" of a brand
	Count int64  // how many products it would give
}

// Completable is what the index has with the words that are typed, the last one begun only.
type Completable struct {
	Categories, Brands []Bucket // the most frequent first
	Products           []Document
}

// Complete returns what a text may become when it is typed on: categories first, then brands, both only where their
// own name has the words, then products by title. Errors: unknown_marketplace, invalid_query, search_unavailable.
func (s *Searcher) Complete(ctx context.Context, marketplace, text string) ([]Completion, error) {
	m, err := marketplaces.Lookup(marketplace)
	if err != nil {
		return nil, err
	}
	if text = plain(text); text == "" || len([]rune(text)) > MaxPrefix {
		return nil, fault.New(fault.Invalid, "invalid_query", "the search has inputs that are not accepted").
			With(fault.Field{Pointer: "query.q", Code: "out_of_range", Message: "must have 1 to 100 characters"})
	}
	c, err := s.Index.Complete(ctx, m, text)
	if err != nil {
		return nil, err
	}
	return c.completions(text), nil
}

func (c Completable) completions(text string) []Completion {
	var out []Completion
	seen := map[string]bool{}
	add := func(x Completion) {
		key := strings.ToLower(x.Text)
		if !seen[key] && len(out) < MaxCompletions {
			seen[key] = true
			out = append(out, x)
		}
	}
	for _, b := range c.Categories {
		if words := strings.ReplaceAll(b.Value, "-", " "); begins(words, text) {
			add(Completion{words, "category", b.Value, b.Count})
		}
	}
	for _, b := range c.Brands {
		if begins(b.Value, text) {
			add(Completion{b.Value, "brand", "", b.Count})
		}
	}
	for _, d := range c.Products {
		add(Completion{d.Title, "product", d.ProductID, 1})
	}
	return out
}

// begins tells whether every word of typed begins a word of name.
func begins(name, typed string) bool {
	words := strings.Fields(strings.ToLower(name))
	for _, t := range strings.Fields(strings.ToLower(typed)) {
		if !anyHasPrefix(words, t) {
			return false
		}
	}
	return true
}

func anyHasPrefix(words []string, prefix string) bool {
	for _, w := range words {
		if strings.HasPrefix(w, prefix) {
			return true
		}
	}
	return false
}
