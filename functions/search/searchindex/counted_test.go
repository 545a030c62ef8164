package searchindex

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/marketplaces"
	"rialto/functions/search"
)

// calls counts the calls that a search makes of an index.
type calls struct {
	search.Index
	n int
}

func (c *calls) Search(ctx context.Context, m marketplaces.Marketplace, queries ...search.IndexQuery) ([]search.Found, error) {
	c.n++
	return c.Index.Search(ctx, m, queries...)
}

// What is remembered of words spares calls, and changes nothing that is found.
//
// Seen to catch: words counted where only some of those who have them are found; a word remembered without its other spellings.
func TestWhatIsRememberedOfWordsChangesNothingThatIsFound(t *testing.T) {
	t.Parallel()
	x := openSearch(t)
	put(t, x, us, fixtures()...)
	clocked := &Index{client: x.client, prefix: x.prefix, shards: x.shards, now: time.Now, about: map[string]known{}, words: map[string]*counted{}}
	for _, text := range []string{"jacket", "summit jacket", "jakcet", "Trekkin shos", "sumit jakcet", "down jacket 99", "summit sandals", "rain jacket",
		"quartz oscillator", "ridge jackets", "trekking shoe for the summit", `"rain jacket" summit`, "rainjacket", "the"} {
		var first search.Result
		for again := range 3 {
			c := &calls{Index: clocked}
			if again == 0 {
				c.Index = x // which remembers nothing
			}
			r, err := (&search.Searcher{Index: c}).Search(t.Context(), "US", search.Query{Text: text, Page: 1, Size: 2})
			if err != nil {
				t.Fatal(text, err)
			}
			asked := c.n
			if r.Took = 0; again == 0 {
				first = r
			}
			if d := cmp.Diff(first, r); d != "" {
				t.Errorf("%q, time %d: %s", text, again, d)
			}
			if got := pages(t, c, text, r); got != r.Total {
				t.Errorf("%q: %d products on all pages of %d", text, got, r.Total)
			}
			if again == 2 && asked > 1 && r.Relaxed != search.Strict {
				t.Errorf("%q: %d calls though its words are known", text, asked)
			}
		}
	}
}

// pages counts the different products on a page and those behind it.
func pages(t *testing.T, x search.Index, text string, r search.Result) int64 {
	t.Helper()
	seen := map[string]bool{}
	for {
		for _, h := range r.Hits {
			seen[h.ProductID] = true
		}
		if r.Next == nil {
			return int64(len(seen))
		}
		var err error
		if r, err = (&search.Searcher{Index: x}).Search(t.Context(), "US", search.Query{Text: text, Page: 1, Size: 2, Position: r.Next}); err != nil {
			t.Fatal(text, err)
		}
	}
}
