package feedsstore_test

import (
	"context"
	"testing"
	"time"

	"rialto/functions/feeds"
	"rialto/functions/feeds/feedsstore"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/memory"
)

// begun is a store with a feed that is being processed.
func begun(t *testing.T) (*memory.DB, feedsstore.Store, feeds.Feed) {
	t.Helper()
	db := memory.New()
	s, f := feedsstore.Store{DB: db}, feed(1)
	if _, _, err := s.Create(ctx, f, "key"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Begin(ctx, f.ID, "e", 10, noon); err != nil {
		t.Fatal(err)
	}
	return db, s, f
}

// The same result comes twice at once: both deliveries read that it is not counted, and then both count. It is counted
// once, in the place of a chunk that was given up too. Seen to catch: a chunk written without its condition; one that was
// given up replaced without asking how it was.
func TestResultsThatOverlapCountOnce(t *testing.T) {
	t.Parallel()
	result := feeds.Mark{Number: 7, Tally: feeds.Tally{Rows: 10, Written: 10}}
	for name, before := range map[string][]feeds.Mark{
		"a chunk that is new":      nil,
		"one that was given up":    {{Number: 7, Tally: feeds.Tally{Rows: 10, Dead: 10}}},
		"one beside what is known": {{Number: 6, Tally: feeds.Tally{Rows: 5, Written: 5}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, s, f := begun(t)
			want, chunks := result.Tally, int64(1)
			if before != nil {
				if _, _, err := s.Count(ctx, f.ID, before, noon); err != nil {
					t.Fatal(err)
				}
				if before[0].Number != result.Number {
					want, chunks = want.Add(before[0].Tally), 2
				}
			}
			type first struct{}
			db.Before = func(ctx context.Context, operation string, _ []store.Write) error {
				if operation != "Transact" || ctx.Value(first{}) == nil {
					return nil
				}
				_, _, err := s.Count(context.Background(), f.ID, []feeds.Mark{result}, noon)
				return err
			}
			got, _, err := s.Count(context.WithValue(ctx, first{}, true), f.ID, []feeds.Mark{result}, noon)
			if err != nil || got.Tally != want || got.CountedChunks != chunks {
				t.Errorf("%+v in %d chunks, want %+v in %d: %v", got.Tally, got.CountedChunks, want, chunks, err)
			}
			if _, added, err := s.Count(ctx, f.ID, []feeds.Mark{result}, noon); err != nil || added {
				t.Error("what is counted was added again", err)
			}
		})
	}
}

// Results are counted to a feed that there is, and make none. Seen to catch: a count without the feed's condition.
func TestAResultMakesNoFeed(t *testing.T) {
	t.Parallel()
	db := memory.New()
	s := feedsstore.Store{DB: db}
	if _, _, err := s.Count(ctx, feed(1).ID, []feeds.Mark{{Number: 1}}, noon); fault.Of(err) == nil {
		t.Error("counted")
	}
	if items := db.Items("feeds"); len(items) > 0 {
		t.Error(items)
	}
}

// What a dead letter tells again is still known to be counted, and what a seller sends again is still the same feed,
// whatever DynamoDB's time to live has deleted. Seen to catch: chunks, or feeds, that are deleted earlier than SQS gives
// up their messages: 14 days, and 14 more as a dead letter.
func TestWhatIsCountedOutlivesItsMessages(t *testing.T) {
	t.Parallel()
	db, s, f := begun(t)
	result := feeds.Mark{Number: 7, Tally: feeds.Tally{Rows: 10, Written: 10}}
	if _, added, err := s.Count(ctx, f.ID, []feeds.Mark{result}, noon); err != nil || !added {
		t.Fatal(added, err)
	}
	db.Expire(noon.Add(28 * 24 * time.Hour))
	if got, added, err := s.Count(ctx, f.ID, []feeds.Mark{result}, noon); err != nil || added || got.CountedChunks != 1 {
		t.Errorf("%+v %v %v", got, added, err)
	}
	if got, before, err := s.Create(ctx, feed(2), "key"); err != nil || !before || got.ID != f.ID {
		t.Errorf("%+v %v %v", got, before, err)
	}
}
