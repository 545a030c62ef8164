package search

import (
	"context"
	"slices"
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
// own name has the words, then products by title. What nothing begins with as it is typed is completed with typos, in the
// word being typed too. Errors: unknown_marketplace, invalid_query, search_unavailable.
func (s *Searcher) Complete(ctx context.Context, marketplace, text string) ([]Completion, error) {
	m, err := marketplaces.Lookup(marketplace)
	if err != nil {
		return nil, err
	}
	if text = plain(text); text == "" || len([]rune(text)) > MaxPrefix {
		return nil, fault.New(fault.Invalid, "invalid_query", "the search has inputs that are not accepted").
			With(fault.Field{Pointer: "query.q", Code: "out_of_range", Message: "must have 1 to 100 characters"})
	}
	for _, typos := range []bool{false, true} {
		c, err := s.Index.Complete(ctx, m, text, typos)
		if err != nil {
			return nil, err
		}
		if list := c.completions(text, typos); len(list) > 0 {
			return list, nil
		}
	}
	return nil, nil
}

func (c Completable) completions(text string, typos bool) []Completion {
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
		if words := strings.ReplaceAll(b.Value, "-", " "); begins(words, text, typos) {
			add(Completion{words, "category", b.Value, b.Count})
		}
	}
	for _, b := range c.Brands {
		if begins(b.Value, text, typos) {
			add(Completion{b.Value, "brand", "", b.Count})
		}
	}
	for _, d := range c.Products {
		add(Completion{d.Title, "product", d.ProductID, 1})
	}
	return out
}

// begins tells whether every word of typed begins a word of name, with typos or without.
func begins(name, typed string, typos bool) bool {
	words := strings.Fields(strings.ToLower(name))
	return !slices.ContainsFunc(strings.Fields(strings.ToLower(typed)), func(t string) bool {
		return !slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, t) || typos && nearlyBegins(w, t) })
	})
}

// nearlyBegins tells whether a word begins with what is few enough typos away from what is typed. First letters are right.
func nearlyBegins(word, typed string) bool {
	w, t, most := []rune(word), []rune(typed), Edits(typed)
	if !Misspelt(typed) || w[0] != t[0] {
		return false
	}
	for n := len(t) - most; n <= min(len(w), len(t)+most); n++ {
		if distance(t, w[:n], most+1) <= most {
			return true
		}
	}
	return false
}
