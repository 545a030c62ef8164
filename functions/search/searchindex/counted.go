package searchindex

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"rialto/functions/search"
)

// What is remembered of an index's words: so many, for so long.
const (
	maxCounted = 20_000
	counting   = time.Minute
)

// counted remembers how many products of an index have a word, as searches have found it. It says which form of a search is
// needed before it is asked, and no more: what is found is the same without it.
type counted struct {
	mu    sync.Mutex
	words map[string]int64
	since time.Time
}

// of returns how many products have each of some words, as far as it is known.
func (c *counted) of(now time.Time, words []string) map[string]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.words == nil || now.Sub(c.since) > counting || len(c.words) > maxCounted {
		c.words, c.since = map[string]int64{}, now
	}
	out := map[string]int64{}
	for _, w := range words {
		if n, there := c.words[w]; there {
			out[w] = n
		}
	}
	return out
}

func (c *counted) learn(counts map[string]int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for w, n := range counts {
		c.words[w] = n
	}
}

// choose takes the words of a search as is likely to fill the page: all of them where there is one, or each of two is frequent, else
// enough of them; and with typos those that no product has. uncounted are the words of which it is not known how many have them.
func (w asking) choose(a search.IndexQuery, counts map[string]int64) (_ search.IndexQuery, uncounted []string) {
	words := telling(w.Loose, w.language)
	page, frequent := int64(a.Page*a.Size), true
	var typos []string
	for _, word := range words {
		n, there := counts[word]
		if !there {
			uncounted = append(uncounted, word)
		}
		if there && n == 0 && w.misspelt(word) && len(w.ways) == 0 {
			typos = append(typos, word)
		}
		frequent = frequent && n >= page
	}
	switch {
	case len(words) > 1 && (len(typos) > 0 || !frequent) || len(words) >= search.SeveralWords:
		a.Relaxed, a.Known, a.Typos = search.FewerTerms, true, typos
	case len(typos) > 0 && !parted(w.language):
		a.Relaxed = search.Fuzzy
	}
	return a, uncounted
}

// misspelt tells whether a word that no product has is looked for with typos.
func (w asking) misspelt(word string) bool {
	return w.n <= typoWords && len(w.Phrases) == 0 && search.Misspelt(word)
}

// counts are the aggregations that count the products with a word, among those that have enough of the words: where one is enough,
// all that have it.
func (w asking) counts(uncounted []string) object {
	aggs := object{}
	words := telling(w.Loose, w.language)
	for i, word := range words {
		if slices.Contains(uncounted, word) {
			aggs[wordCount(word)] = object{"filter": object{"bool": object{"should": w.spellings(words, i)}}}
		}
	}
	return aggs
}

// wordCount names the aggregation of a word, in signs that OpenSearch takes in names.
func wordCount(word string) string { return fmt.Sprintf("word %x", word) }

// counted is how many products have each of some words, as an answer counts them.
func (a answer) counted(words []string) map[string]int64 {
	out := map[string]int64{}
	for _, word := range words {
		out[word] = a.Aggregations[wordCount(word)].Count
	}
	return out
}

// missing are the words that no product has and that may have typos, whether they were known before or are now.
func (w asking) missing(counts map[string]int64) []string {
	var list []string
	for _, word := range telling(w.Loose, w.language) {
		n, there := counts[word]
		if (slices.Contains(w.typos, word) || there && n == 0 && w.misspelt(word)) && !slices.Contains(list, word) {
			list = append(list, word)
		}
	}
	return list
}
