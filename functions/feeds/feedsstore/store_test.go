package feedsstore_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/events"
	"rialto/functions/feeds"
	"rialto/functions/feeds/feedsstore"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/storetest"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	me   = ids.Derive(ids.Seller, "me")
)

func feed(n int) feeds.Feed {
	return feeds.Feed{
		ID:          ids.Derive(ids.Feed, fmt.Sprint(n)),
		SellerID:    me,
		Kind:        feeds.Inventory,
		Format:      feeds.CSV,
		Marketplace: "US",
		State:       feeds.Created,
		CreatedAt:   noon.Add(time.Duration(n) * time.Second),
		MovedAt:     noon,
	}
}

func TestFeedsOfASeller(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := feedsstore.Store{DB: db}
		var want []string
		for n := range 7 {
			f := feed(n)
			if n == 3 {
				f.SellerID = ids.Derive(ids.Seller, "other")
			} else {
				want = append([]string{f.ID}, want...)
			}
			if _, replayed, err := s.Create(ctx, f, fmt.Sprint("key-", n)); err != nil || replayed {
				t.Fatal(replayed, err)
			}
			if _, _, err := s.Count(ctx, f.ID, []feeds.Mark{{Number: 0}}, noon); err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		for after, pages := (feeds.Position{}), 0; ; pages++ {
			list, next, err := s.List(ctx, me, 4, after)
			if err != nil || pages > 5 {
				t.Fatal(pages, err)
			}
			for _, f := range list {
				got = append(got, f.ID)
			}
			if next == (feeds.Position{}) {
				break
			}
			after = next
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		f := feed(0)
		f.ID = ids.Derive(ids.Feed, "another")
		if first, replayed, err := s.Create(ctx, f, "key-0"); err != nil || !replayed || first.ID != feed(0).ID {
			t.Error(first, replayed, err)
		}
	})
}

// countAtOnce counts twenty chunks, each twice, from eight sides.
func countAtOnce(t *testing.T, s feedsstore.Store, feedID string) {
	t.Helper()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			var marks []feeds.Mark
			for n := range 5 {
				marks = append(marks, feeds.Mark{Number: int64(i/2*5 + n), Tally: feeds.Tally{Rows: 100, Written: 98, Refused: 2}})
			}
			for try := 0; ; try++ {
				if _, _, err := s.Count(ctx, feedID, marks, noon); err == nil || try > 50 {
					if err != nil {
						t.Error(err)
					}
					return
				}
			}
		})
	}
	all.Wait()
}

// Results that come from all sides, some again, are counted once each. Seen to catch: a count without the mark's
// condition; a batch given up because one of its chunks was counted.
func TestChunksAreCountedOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := feedsstore.Store{DB: db}
		f := feed(1)
		if _, _, err := s.Create(ctx, f, "key"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Begin(ctx, f.ID, "e", 10, noon); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Begin(ctx, f.ID, "e", 10, noon); !errors.Is(err, feeds.ErrState) {
			t.Error(err)
		}
		countAtOnce(t, s, f.ID)
		got, err := s.Feed(ctx, f.ID)
		if err != nil || got.CountedChunks != 20 || got.Tally != (feeds.Tally{Rows: 2000, Written: 1960, Refused: 40}) {
			t.Fatalf("%+v %v", got, err)
		}
		var numbers []int64
		err = s.Refused(ctx, f.ID, func(m feeds.Mark) error { numbers = append(numbers, m.Number); return nil })
		if err != nil || len(numbers) != 20 || numbers[10] != 10 {
			t.Error(numbers, err)
		}
		if got, err := s.Advance(ctx, f.ID, 5, 19, false, noon); err != nil || got.Position != 5 {
			t.Error(got, err)
		}
		if got, err := s.Advance(ctx, f.ID, 4, 18, false, noon); err != nil || got.Position != 5 || got.Chunks != 19 {
			t.Error(got, err)
		}
		if got, err := s.Advance(ctx, f.ID, 10, 20, true, noon); err != nil || !got.Counted() {
			t.Error(got, err)
		}
		if err := s.Finish(ctx, f.ID, feeds.WithErrors, []feeds.Group{{Code: "x", Rows: 2, Lines: []int{2}}}, noon); err != nil {
			t.Error(err)
		}
		if err := s.Fail(ctx, f.ID, feeds.Reason{Code: "x"}, noon); err != nil {
			t.Error(err)
		}
		if got, err := s.Feed(ctx, f.ID); err != nil || got.State != feeds.WithErrors || got.Reason != nil ||
			len(got.Groups) != 1 || got.Groups[0].Rows != 2 {
			t.Error("a feed that is over failed", got, err)
		}
	})
}

// What is counted moves a feed, what comes late does not, and no feed moves back. Seen to catch: a feed called stalled while its
// chunks are counted; a file that ends where it was cut last, and never ends; a cut that is noted over the last one; a failure undone.
func TestAFeedMovesOnlyForward(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s, f := feedsstore.Store{DB: db}, feed(1)
		at := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }
		var err error
		step := func(what string, chunks int64, moved int, split bool, e error) {
			t.Helper()
			got, err := s.Feed(ctx, f.ID)
			if e != nil || err != nil || got.Chunks != chunks || !got.MovedAt.Equal(at(moved)) || got.Split != split {
				t.Errorf("%s: %+v %v %v", what, got, e, err)
			}
		}
		if _, _, err = s.Create(ctx, f, "key"); err == nil {
			_, err = s.Begin(ctx, f.ID, "e", 10, noon)
		}
		step("begun", 0, 0, false, err)
		_, _, err = s.Count(ctx, f.ID, []feeds.Mark{{Number: 0}}, at(1))
		step("counted", 0, 1, false, err)
		_, err = s.Advance(ctx, f.ID, 10, 1, false, at(2))
		step("cut", 1, 2, false, err)
		_, err = s.Advance(ctx, f.ID, 10, 2, true, at(3))
		step("cut to its end", 2, 3, true, err)
		_, err = s.Advance(ctx, f.ID, 10, 1, false, at(4))
		step("cut by one who was slow", 2, 3, true, err)
		err = s.Fail(ctx, f.ID, feeds.Reason{Code: "x"}, at(5))
		step("failed", 2, 5, true, err)
		err = s.Finish(ctx, f.ID, feeds.Done, nil, at(6))
		step("finished", 2, 5, true, err)
	})
}

// A file is another feed's from when that was sent on, and nobody's that was sent before; who sent it may claim it again.
func TestAFileIsClaimed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s, mine, other := feedsstore.Store{DB: db}, feed(1), feed(2)
		mine.ETag, other.ETag = "e", "e"
		for n, c := range []struct {
			f     feeds.Feed
			since time.Time
			want  string
		}{
			{mine, noon.Add(-time.Hour), ""}, {mine, noon.Add(-time.Hour), ""}, {other, noon.Add(-time.Hour), mine.ID}, {other, noon, mine.ID},
			{other, noon.Add(time.Millisecond), ""},
		} {
			if got, err := s.Claim(ctx, c.f, c.since, noon); err != nil || got != c.want {
				t.Errorf("%d: %q %v", n, got, err)
			}
		}
	})
}

// Seen to catch: a chunk told as a feed; a feed told each time that it moves.
func TestEventsAreAsTheirExample(t *testing.T) {
	t.Parallel()
	b, err := events.Files.ReadFile("feeds/FeedFinished.v1.example.json")
	if err != nil {
		t.Fatal(err)
	}
	var example struct {
		outbox.Event
		Data feeds.FeedFinished `json:"data"`
	}
	if err := json.Unmarshal(b, &example); err != nil {
		t.Fatal(err)
	}
	db := memory.New()
	s := feedsstore.Store{DB: db}
	f := feed(1)
	f.ID, f.SellerID, f.Tally = example.Data.FeedID, example.Data.SellerID, example.Data.Tally
	if _, _, err := s.Create(ctx, f, "key"); err != nil {
		t.Fatal(err)
	}
	image := func() store.Item {
		i, err := db.Get(ctx, "feeds", store.Key{PK: f.ID, SK: "feed"})
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	created := image()
	if _, err := s.Begin(ctx, f.ID, "e", 10, noon); err != nil {
		t.Fatal(err)
	}
	begun := image()
	if err := s.Finish(ctx, f.ID, feeds.WithErrors, nil, noon); err != nil {
		t.Fatal(err)
	}
	over := image()
	if _, _, err := s.Count(ctx, f.ID, []feeds.Mark{{Number: 1}}, noon); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]outbox.Change{
		"made": {New: created}, "begun": {Old: created, New: begun}, "counted": {Old: over, New: image()}, "forgotten": {Old: over},
	} {
		if es, err := feedsstore.Events(c); err != nil || len(es) != 0 {
			t.Error(name, es, err)
		}
	}
	es, err := feedsstore.Events(outbox.Change{Old: begun, New: over})
	if err != nil || len(es) != 1 {
		t.Fatal(es, err)
	}
	es[0].ID, es[0].OccurredAt = example.ID, example.OccurredAt
	a, err := json.Marshal(es[0])
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, b, a)
}

func sameJSON(t *testing.T, want, have []byte) {
	t.Helper()
	var x, y any
	if json.Unmarshal(want, &x) != nil || json.Unmarshal(have, &y) != nil {
		t.Fatal("no JSON")
	}
	if d := cmp.Diff(x, y); d != "" {
		t.Error(d)
	}
}
