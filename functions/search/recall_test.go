package search

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"rialto/functions/internal/fault"
	"rialto/functions/marketplaces"
)

// notebook keeps vectors in memory. While it is away it fails; silent, it answers when nobody waits any more.
type notebook struct {
	away, silent bool
	asked        chan struct{} // closed when something was recalled

	mu   sync.Mutex
	kept map[string]Vector
	keep int // how often
}

func newNotebook() *notebook { return &notebook{asked: make(chan struct{}), kept: map[string]Vector{}} }

func (n *notebook) Recall(ctx context.Context, key string) (Vector, error) {
	n.mu.Lock()
	select {
	case <-n.asked:
	default:
		close(n.asked)
	}
	v := n.kept[key]
	n.mu.Unlock()
	if n.silent {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if n.away {
		return nil, errors.New("away")
	}
	return v, nil
}

func (n *notebook) Keep(_ context.Context, key string, v Vector) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.keep++
	if n.away || n.silent {
		return errors.New("away")
	}
	n.kept[key] = v
	return nil
}

var fewBoots = meaningIndex{strict: []string{"a"}, fewer: []string{"a", "b"}, near: []string{"c", "a"}}

func asking(t *testing.T, index Index, n *notebook, away bool, questions ...string) (encoded []string, last Result) {
	t.Helper()
	s := &Searcher{Index: index, Encoder: stubEncoder{away, &encoded}}
	if n != nil {
		s.Questions = n
	}
	for _, q := range questions {
		var err error
		if last, err = s.Search(t.Context(), "US", Query{Text: q, Page: 1, Size: 20, Sort: Relevance}); err != nil {
			t.Fatal(err)
		}
	}
	return encoded, last
}

func TestAQuestionIsEncodedOnce(t *testing.T) {
	t.Parallel()
	var asked []string
	few, many := fewBoots, meaningIndex{strict: named3("p", 100), near: []string{"c"}}
	few.asked, many.asked = &asked, &asked
	const long = "red boots for my old mother"
	twice := []string{"red boots", "red boots"}
	for name, c := range map[string]struct {
		index     Index
		book      *notebook
		away      bool // the encoder
		questions []string
		encoded   []string
		keep      int
		want      Meaning
	}{
		"in any case and spacing":       {few, newNotebook(), false, []string{"red boots", " Red  BOOTS "}, []string{"red boots"}, 1, Used},
		"other words":                   {few, newNotebook(), false, []string{"red boots", "boots red"}, []string{"red boots", "boots red"}, 2, Used},
		"a long one":                    {many, newNotebook(), false, []string{long, long}, []string{long}, 1, Used},
		"what words settle is not":      {many, newNotebook(), false, twice, nil, 0, Settled},
		"the cache is away":             {few, &notebook{away: true, asked: make(chan struct{})}, false, twice, twice, 2, Used},
		"the cache says nothing":        {few, &notebook{silent: true, asked: make(chan struct{})}, false, twice[:1], twice[:1], 1, Used},
		"there is no cache":             {few, nil, false, twice, twice, 0, Used},
		"the encoder is away":           {few, newNotebook(), true, []string{"red boots"}, []string{"red boots"}, 0, Away},
		"both are away":                 {few, &notebook{away: true, asked: make(chan struct{})}, true, []string{long}, []string{long}, 0, Away},
		"a quote is meant as it stands": {few, newNotebook(), false, []string{`"red boots"`}, nil, 0, Settled},
	} {
		encoded, r := asking(t, c.index, c.book, c.away, c.questions...)
		keep := 0
		if c.book != nil {
			keep = c.book.keep
		}
		if d := gocmp.Diff(c.encoded, encoded) + gocmp.Diff(c.keep, keep) + gocmp.Diff(c.want, r.Meaning); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// What is kept serves while the encoder is away.
func TestAKnownQuestionNeedsNoEncoder(t *testing.T) {
	t.Parallel()
	var asked []string
	index, book := fewBoots, newNotebook()
	index.asked = &asked
	asking(t, index, book, false, "red boots")
	if encoded, r := asking(t, index, book, true, "red boots"); r.Meaning != Used || len(encoded) > 0 {
		t.Errorf("%s %v", r.Meaning, encoded)
	}
}

// patient is an index that finds nothing before the cache was asked.
type patient struct {
	meaningIndex
	asked chan struct{}
}

func (x patient) Search(ctx context.Context, m marketplaces.Marketplace, queries ...IndexQuery) ([]Found, error) {
	select {
	case <-x.asked:
		return x.meaningIndex.Search(ctx, m, queries...)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Seen to catch: the cache asked only when the words had not settled it.
func TestTheCacheIsAskedWhileTheIndexIs(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"red boots", "red boots for my old mother"} {
		var asked []string
		index, book := fewBoots, newNotebook()
		index.asked = &asked
		if _, r := asking(t, patient{index, book.asked}, book, false, text); r.Meaning != Used {
			t.Errorf("%s: %s", text, r.Meaning)
		}
	}
}

func TestAKeyIsOfWordsLanguageAndModel(t *testing.T) {
	t.Parallel()
	key := questionKey("red boots", "en-US")
	if len(key) != keyLength || key != questionKey("red boots", "en-US") || key == questionKey("red boots", "en-GB") ||
		key == questionKey("red boot", "en-US") || strings.Contains(key, "red") {
		t.Error(key)
	}
}

func TestRecallerTakesNothingThatIsNoQuestion(t *testing.T) {
	t.Parallel()
	book := newNotebook()
	r, ctx := Recaller{book}, t.Context()
	key, v := questionKey("red boots", "en-US"), make(Vector, Dimensions)
	v[0], v[1] = 127, -127
	for name, q := range map[string]Question{
		"no key":         {},
		"a longer key":   {Key: key + "0"},
		"a short vector": {Key: key, Vector: v.Bytes()[1:]},
		"a long vector":  {Key: key, Vector: append(v.Bytes(), 0)},
	} {
		if _, err := r.Recall(ctx, q); fault.Code(err) != "malformed_question" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if q, err := r.Recall(ctx, Question{Key: key}); err != nil || len(q.Vector) != 0 || len(book.kept) != 0 {
		t.Error(q, err)
	}
	if _, err := r.Recall(ctx, Question{Key: key, Vector: v.Bytes()}); err != nil {
		t.Fatal(err)
	}
	q, err := r.Recall(ctx, Question{Key: key})
	if d := gocmp.Diff(v, VectorFrom(q.Vector)); err != nil || d != "" {
		t.Error(err, d)
	}
	book.away = true
	if _, err := r.Recall(ctx, Question{Key: key}); err == nil {
		t.Error("a cache that is away answers")
	}
}
