package search

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"rialto/functions/internal/fault"
)

func TestSynonymsAreOtherWaysToAsk(t *testing.T) {
	t.Parallel()
	s := Synonyms{{"wellies", "rain boots", "gumboots"}, {"brolly", "umbrella"}}
	for text, want := range map[string][]string{
		"Wellies":           {"rain boots", "gumboots"},
		"kids rain boots":   {"kids wellies", "kids gumboots"},
		"rain":              nil,
		"boots rain":        nil,
		"wellies brolly":    {"rain boots brolly", "gumboots brolly", "wellies umbrella"},
		"welliesx":          nil,
		"red umbrella, big": nil,
	} {
		if d := gocmp.Diff(want, s.Ways(strings.Fields(text))); d != "" {
			t.Errorf("%s: %s", text, d)
		}
	}
	if n := len(s.Ways(strings.Fields(strings.Repeat("wellies ", 20)))); n != maxWays {
		t.Errorf("%d ways", n)
	}
}

func TestSynonymsThatAreNone(t *testing.T) {
	t.Parallel()
	good, err := Synonyms{{" Wellies ", "rain  boots", "wellies"}}.Clean()
	if d := gocmp.Diff(Synonyms{{"wellies", "rain boots"}}, good); err != nil || d != "" {
		t.Error(err, d)
	}
	long := make(Synonyms, MaxSynonyms+1)
	for i := range long {
		long[i] = []string{"a", "b"}
	}
	for name, s := range map[string]Synonyms{"alone": {{"wellies"}}, "itself": {{"a", " A"}}, "empty": {{"a", " "}}, "a quote": {{"a", `"b`}},
		"long": {{"a", strings.Repeat("b", MaxSynonym+1)}}, "too many groups": long, "too many names": {strings.Fields("a b c d e f g h i j k")}} {
		if _, err := s.Clean(); fault.Of(err).Code != "invalid_synonyms" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type synonymStore struct {
	SynonymStore
	list Synonyms
	err  error
}

func (s *synonymStore) Synonyms(context.Context, string) (Synonyms, error) { return s.list, s.err }

func TestSynonymsAreReadOnceAMinuteAndNeverFailASearch(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	store := &synonymStore{list: Synonyms{{"a", "b"}}}
	r := &RememberedSynonyms{Store: store, Now: func() time.Time { return now }}
	is := func(want string) {
		t.Helper()
		if got := r.Of(t.Context(), "US").Ways([]string{"a"}); strings.Join(got, " ") != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	is("b")
	store.list = Synonyms{{"a", "c"}}
	is("b")
	now = now.Add(SynonymMemory)
	is("c")
	store.err = errors.New("away")
	now = now.Add(SynonymMemory)
	is("c")
}
