package sellersstore_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/events"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/ratelimit"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/storetest"
	"rialto/functions/sellers"
	"rialto/functions/sellers/sellersstore"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	me   = ids.Derive(ids.Seller, "me")
)

// Seen to catch: a profile saved over one that others changed; a tier lost with it.
func TestProfiles(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := sellersstore.Store{DB: db}
		svc := &sellers.Service{Book: s, Now: func() time.Time { return noon }}
		if _, err := svc.Profile(ctx, me); !errors.Is(err, sellers.ErrProfileNotFound) {
			t.Fatal(err)
		}
		p, created, err := svc.PutProfile(ctx, me, "Harbour Row", "US", nil)
		if err != nil || !created || p.Version != 1 || p.Tier != "basic" {
			t.Fatal(p, created, err)
		}
		told, err := db.Get(ctx, "feeds", store.Key{PK: "told#" + me, SK: "profile"})
		if err != nil {
			t.Fatal(err)
		}
		if es, err := sellersstore.Events(outbox.Change{New: told}); err != nil || len(es) != 1 || es[0].Name != "SellerChanged" || es[0].Key != me ||
			string(es[0].Data) != `{"seller_id":"`+me+`","display_name":"Harbour Row","country":"US","version":1}` {
			t.Error(es, err)
		}
		if list, _, err := s.List(ctx, me, 10, sellers.Position{}); err != nil || len(list) != 0 {
			t.Error("it is listed as a feed", list, err)
		}
		if _, err := svc.SetTier(ctx, sellers.Plan{SellerID: me, Tier: "pro"}); err != nil {
			t.Fatal(err)
		}
		stale, one := int64(7), int64(1)
		if _, _, err := svc.PutProfile(ctx, me, "Other", "US", &stale); !errors.Is(err, sellers.ErrProfileStale) {
			t.Error(err)
		}
		p, created, err = svc.PutProfile(ctx, me, "Harbour Row Ltd", "DE", &one)
		if err != nil || created || p.Version != 2 {
			t.Error(p, created, err)
		}
		if err := s.SaveProfile(ctx, p, 1); !errors.Is(err, sellers.ErrProfileChanged) {
			t.Error(err)
		}
		got, err := svc.Profile(ctx, me)
		want := sellers.Profile{SellerID: me, Name: "Harbour Row Ltd", Country: "DE", Tier: "pro", Version: 2, CreatedAt: noon, UpdatedAt: noon}
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Error(err, d)
		}
		for _, bad := range [][2]string{{"", "US"}, {" x", "US"}, {"x", "us"}, {"a\x00b", "US"}, {strings.Repeat("é", 101), "US"}} {
			if _, _, err := svc.PutProfile(ctx, me, bad[0], bad[1], nil); err == nil {
				t.Errorf("%q is a profile", bad)
			}
		}
	})
}

// A seller's bucket has its tier's limit. Seen to catch: a tier that is set without its bucket; a smallest tier that is
// not the limit of a seller that nobody gave one.
func TestATierIsTheLimitOfItsBucket(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		svc, buckets := &sellers.Service{Book: sellersstore.Store{DB: db}}, ratelimit.Buckets{DB: db}
		check := func(tier sellers.Tier) {
			t.Helper()
			want := ratelimit.Limit{Name: tier.Name, Rate: tier.Rate, Burst: tier.Burst}
			if got, err := buckets.Limit(ctx, me); err != nil || got != want {
				t.Error(got, err)
			}
		}
		check(sellers.TierNamed(sellers.Basic))
		for _, tier := range sellers.Tiers() {
			if _, err := svc.SetTier(ctx, sellers.Plan{SellerID: me, Tier: tier.Name}); err != nil {
				t.Fatal(err)
			}
			check(tier)
		}
		if _, err := svc.Profile(ctx, me); !errors.Is(err, sellers.ErrProfileNotFound) { // a tier is no profile
			t.Fatal(err)
		}
	})
}

func feed(n int) sellers.Feed {
	return sellers.Feed{ID: ids.Derive(ids.Feed, fmt.Sprint(n)), SellerID: me, Kind: sellers.Inventory, Format: sellers.CSV, Marketplace: "US", State: sellers.Created,
		CreatedAt: noon.Add(time.Duration(n) * time.Second), MovedAt: noon}
}

func TestFeedsOfASeller(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := sellersstore.Store{DB: db}
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
			if _, _, err := s.Count(ctx, f.ID, []sellers.Mark{{Number: 0}}, noon); err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		for after, pages := (sellers.Position{}), 0; ; pages++ {
			list, next, err := s.List(ctx, me, 4, after)
			if err != nil || pages > 5 {
				t.Fatal(pages, err)
			}
			for _, f := range list {
				got = append(got, f.ID)
			}
			if next == (sellers.Position{}) {
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

// Answers that come from all sides, some again, are counted once each. Seen to catch: a count without the mark's
// condition; a batch given up because one of its chunks was counted.
func TestChunksAreCountedOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := sellersstore.Store{DB: db}
		f := feed(1)
		if _, _, err := s.Create(ctx, f, "key"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Begin(ctx, f.ID, "e", 10, noon); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Begin(ctx, f.ID, "e", 10, noon); !errors.Is(err, sellers.ErrState) {
			t.Error(err)
		}
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				var marks []sellers.Mark
				for n := range 5 {
					marks = append(marks, sellers.Mark{Number: int64(i/2*5 + n), Tally: sellers.Tally{Rows: 100, Written: 98, Refused: 2}})
				}
				for try := 0; ; try++ {
					if _, _, err := s.Count(ctx, f.ID, marks, noon); err == nil || try > 50 {
						if err != nil {
							t.Error(err)
						}
						return
					}
				}
			})
		}
		all.Wait()
		got, err := s.Feed(ctx, f.ID)
		if err != nil || got.Answered != 20 || got.Tally != (sellers.Tally{Rows: 2000, Written: 1960, Refused: 40}) {
			t.Fatalf("%+v %v", got, err)
		}
		var numbers []int64
		if err := s.Refused(ctx, f.ID, func(m sellers.Mark) error { numbers = append(numbers, m.Number); return nil }); err != nil || len(numbers) != 20 || numbers[10] != 10 {
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
		if err := s.Finish(ctx, f.ID, sellers.WithErrors, noon); err != nil {
			t.Error(err)
		}
		if err := s.Fail(ctx, f.ID, sellers.Reason{Code: "x"}, noon); err != nil {
			t.Error(err)
		}
		if got, err := s.Feed(ctx, f.ID); err != nil || got.State != sellers.WithErrors || got.Reason != nil {
			t.Error("a feed that is over failed", got, err)
		}
	})
}

// Seen to catch: a chunk told as a feed; a feed told each time that it moves.
func TestEventsAreAsTheirExample(t *testing.T) {
	t.Parallel()
	b, err := events.Files.ReadFile("sellers/FeedFinished.v1.example.json")
	if err != nil {
		t.Fatal(err)
	}
	var example struct {
		outbox.Event
		Data sellers.FeedFinished `json:"data"`
	}
	if err := json.Unmarshal(b, &example); err != nil {
		t.Fatal(err)
	}
	db := memory.New()
	s := sellersstore.Store{DB: db}
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
	if err := s.Finish(ctx, f.ID, sellers.WithErrors, noon); err != nil {
		t.Fatal(err)
	}
	over := image()
	if _, _, err := s.Count(ctx, f.ID, []sellers.Mark{{Number: 1}}, noon); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]outbox.Change{"made": {New: created}, "begun": {Old: created, New: begun}, "counted": {Old: over, New: image()}, "forgotten": {Old: over}} {
		if es, err := sellersstore.Events(c); err != nil || len(es) != 0 {
			t.Error(name, es, err)
		}
	}
	es, err := sellersstore.Events(outbox.Change{Old: begun, New: over})
	if err != nil || len(es) != 1 {
		t.Fatal(es, err)
	}
	es[0].ID, es[0].OccurredAt = example.ID, example.OccurredAt
	a, err := json.Marshal(es[0])
	if err != nil {
		t.Fatal(err)
	}
	var have, want any
	if json.Unmarshal(a, &have) != nil || json.Unmarshal(b, &want) != nil {
		t.Fatal("no JSON")
	}
	if d := cmp.Diff(want, have); d != "" {
		t.Error(d)
	}
}
