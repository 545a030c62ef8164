package searchstore

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/storetest"
	"rialto/functions/search"
)

func TestNumbersRiseAndAreDrawnOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := &Store{DB: db}
		var mu sync.Mutex
		var drawn []int64
		var g errgroup.Group
		for range 20 {
			g.Go(func() error {
				n, err := s.Next(context.Background(), "prd_a", "US")
				mu.Lock()
				defer mu.Unlock()
				drawn = append(drawn, n)
				return err
			})
		}
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
		slices.Sort(drawn)
		for i, n := range drawn {
			if n != int64(i)+1 {
				t.Fatalf("drew %v", drawn)
			}
		}
		for _, other := range [][2]string{{"prd_a", "DE"}, {"prd_b", "US"}} {
			if n, err := s.Next(context.Background(), other[0], other[1]); n != 1 || err != nil {
				t.Errorf("%v: %d %v", other, n, err)
			}
		}
		seen, err := s.Last(context.Background(), "US", "prd_a", "prd_b", "prd_c")
		if d := cmp.Diff(map[string]int64{"prd_a": 20, "prd_b": 1}, seen); d != "" || err != nil {
			t.Error(d, err)
		}
	})
}

func TestABusyTableIsTransient(t *testing.T) {
	t.Parallel()
	db := memory.New()
	cause := error(&store.Refused{Reasons: []store.Reason{{Write: "projection", Cause: store.Throttled}}})
	db.Before = func(context.Context, string, []store.Write) error { return cause }
	if _, err := (&Store{DB: db}).Next(context.Background(), "prd_a", "US"); fault.Code(err) != "search_throttled" {
		t.Error(err)
	}
	cause = errors.New("away")
	if _, err := (&Store{DB: db}).Next(context.Background(), "prd_a", "US"); !errors.Is(err, cause) {
		t.Error(err)
	}
}

// Of a product's ratings the one of the highest version is kept. Seen to catch: the last that came.
func TestRatings(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := &Store{DB: db}
		newer := search.ProductRating{ProductID: "prd_1", Mean: 467, Rank: 376, Reviews: 3, Version: 4}
		for _, r := range []search.ProductRating{{ProductID: "prd_1", Version: 2}, newer, {ProductID: "prd_1", Mean: 100, Version: 3}, newer} {
			if err := s.SaveRating(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.Ratings(t.Context(), "prd_1", "prd_2")
		if err != nil || len(got) != 1 || got["prd_1"] != newer {
			t.Error(got, err)
		}
	})
}

func TestSynonymsAreKeptByMarketplace(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := &Store{DB: db}
		want := search.Synonyms{{"wellies", "rain boots"}, {"brolly", "umbrella"}}
		if err := s.SaveSynonyms(context.Background(), "US", want); err != nil {
			t.Fatal(err)
		}
		for marketplace, want := range map[string]search.Synonyms{"US": want, "GB": nil} {
			got, err := s.Synonyms(context.Background(), marketplace)
			if d := cmp.Diff(want, got); d != "" || err != nil {
				t.Errorf("%s: %v %s", marketplace, err, d)
			}
		}
	})
}

// Of all that stands in the table, ratings and vectors come, each once.
func TestAScanDescribesProducts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), &Store{DB: db}
		rating := search.ProductRating{ProductID: "prd_a", Mean: 450, Rank: 400, Reviews: 3, Version: 2}
		meant := search.Meant{ProductID: "prd_b", Words: "w", Vector: search.Vector{1, -127}, Version: 1}
		_, err := s.Next(ctx, "prd_a", "US")
		if err := errors.Join(err, s.SaveRating(ctx, rating), s.SaveMeaning(ctx, meant), s.SaveSynonyms(ctx, "US", nil)); err != nil {
			t.Fatal(err)
		}
		var got []Description
		for part := range 2 {
			for after := ""; ; {
				list, next, err := Scan{db.(store.Scanner)}.Descriptions(ctx, part, 2, after)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, list...)
				if after = next; next == "" {
					break
				}
			}
		}
		slices.SortFunc(got, func(a, b Description) int { return len(a.Meant.ProductID) - len(b.Meant.ProductID) })
		if d := cmp.Diff([]Description{{Rating: rating}, {Meant: meant}}, got); d != "" {
			t.Error(d)
		}
	})
}
