package reviewsstore_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/ids"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/storetest"
	"rialto/functions/reviews"
	"rialto/functions/reviews/reviewsstore"
)

var (
	ctx   = context.Background()
	noon  = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	north = ids.Derive(ids.Seller, "north")
)

func rating(order int, stars, version int64) reviews.Rating {
	return reviews.Rating{OrderID: ids.Derive(ids.Order, fmt.Sprint(order)), SellerID: north, CustomerID: "cus_1", Stars: stars, Text: "x",
		Version: version, CreatedAt: noon, UpdatedAt: noon}
}

// Ratings that are given and changed at once are in the tally as they stand. Seen to catch: a rating written without its
// part of the tally, and the other way round; a change that counts as another rating.
func TestTheTallyIsTheSumOfRatings(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := reviewsstore.Store{DB: db}
		random := rand.New(rand.NewPCG(seed, 0))
		var g errgroup.Group
		var want reviews.Tally
		for order := range 12 {
			first, second := random.Int64N(5)+1, random.Int64N(5)+1
			want = want.Add(reviews.Tally{Stars: second, Ratings: 1, Changes: 2})
			g.Go(func() error {
				before := reviews.Rating{}
				for _, r := range []reviews.Rating{rating(order, first, 1), rating(order, second, 2)} {
					for {
						err := s.Save(ctx, r, before)
						if err == nil {
							break
						}
						if errors.Is(err, reviews.ErrChanged) {
							return err
						}
					}
					if err := s.Save(ctx, r, before); !errors.Is(err, reviews.ErrChanged) {
						return fmt.Errorf("saved twice: %w", err)
					}
					before = r
				}
				return nil
			})
		}
		if err := g.Wait(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if got, err := s.Tally(ctx, north); err != nil || got != want {
			t.Errorf("seed %d: %+v, want %+v, %v", seed, got, want, err)
		}
		if got, err := s.Tally(ctx, "sel_none"); err != nil || got != (reviews.Tally{}) {
			t.Error(got, err)
		}
		again := rating(3, 1, 3)
		before, err := s.Rating(ctx, again.OrderID, north)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Save(ctx, again, before); err != nil {
			t.Fatal(err)
		}
		got, err := s.Rating(ctx, again.OrderID, north)
		if d := cmp.Diff(again, got); err != nil || d != "" {
			t.Error(err, d)
		}
		if _, err := s.Rating(ctx, again.OrderID, "sel_none"); !errors.Is(err, reviews.ErrNoRating) {
			t.Error(err)
		}
	})
}

type topic struct{ got []outbox.Event }

func (t *topic) Publish(_ context.Context, es []outbox.Event) error {
	t.got = append(t.got, es...)
	return nil
}

// A batch of changes is told once a seller, whole. Seen to catch: an event of a part alone; one for each change.
func TestWhatIsTold(t *testing.T) {
	t.Parallel()
	s := reviewsstore.Store{DB: memory.New()}
	var es []outbox.Event
	for order, stars := range []int64{5, 4, 4} {
		if err := s.Save(ctx, rating(order, stars, 1), reviews.Rating{}); err != nil {
			t.Fatal(err)
		}
		e, err := reviewsstore.Events(outbox.Change{New: image(t, north)})
		if err != nil || len(e) != 1 {
			t.Fatal(e, err)
		}
		e[0].ID = fmt.Sprint(order)
		es = append(es, e...)
	}
	if e, err := reviewsstore.Events(outbox.Change{Old: image(t, north)}); err != nil || len(e) != 0 {
		t.Error(e, err)
	}
	var to topic
	if err := (reviewsstore.Sums{Store: s, Topic: &to}).Publish(ctx, es); err != nil {
		t.Fatal(err)
	}
	want := reviews.SellerRated{SellerID: north, Rating: 433, Ratings: 3, Version: 3}
	var got reviews.SellerRated
	if len(to.got) != 1 || to.got[0].ID != "2" || to.got[0].Key != north || json.Unmarshal(to.got[0].Data, &got) != nil || got != want {
		t.Errorf("%+v", to.got)
	}
}

func image(t *testing.T, pk string) store.Item {
	t.Helper()
	i, err := store.Marshal(map[string]string{"pk": pk, "sk": "part#00"})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// Seen to catch: votes listed by review.
func TestAPersonsVotesAreListed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s, at := reviewsstore.Store{DB: db}, noon
		var want []reviews.Vote
		for n, id := range []string{"rev_1", "rev_2"} {
			r := reviews.Review{ID: id, ProductID: "prd_1", CustomerID: "cus_" + id, Stars: 5, State: reviews.Published, Version: 1,
				CreatedAt: at, UpdatedAt: at}
			if err := s.SaveReview(t.Context(), r, reviews.Review{}); err != nil {
				t.Fatal(err)
			}
			for _, voter := range []string{"cus_a", "cus_b"} {
				r.Version++
				if err := s.Vote(t.Context(), voter, int64(1-2*n), 0, r); err != nil {
					t.Fatal(err)
				}
			}
			want = append(want, reviews.Vote{ReviewID: id, Helpful: n == 0, At: at})
		}
		got, err := s.VotesOf(t.Context(), "cus_a")
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
	})
}
