package sellersstore_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/ratelimit"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
	"rialto/functions/sellers"
	"rialto/functions/sellers/sellersstore"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	me   = ids.Derive(ids.Seller, "me")
)

// Seen to catch: a profile saved over one that others changed; a tier lost with it; a tier told as a change of the
// profile.
func TestProfiles(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := sellersstore.Store{DB: db}
		svc := &sellers.Service{Store: s, Now: func() time.Time { return noon }}
		if _, err := svc.Profile(ctx, me); !errors.Is(err, sellers.ErrProfileNotFound) {
			t.Fatal(err)
		}
		p, created, err := svc.PutProfile(ctx, me, "Harbour Row", "US", sellers.Legal{}, nil)
		if err != nil || !created || p.Version != 1 || p.Tier != "basic" {
			t.Fatal(p, created, err)
		}
		image := func() store.Item {
			i, err := db.Get(ctx, "sellers", store.Key{PK: me})
			if err != nil {
				t.Fatal(err)
			}
			return i
		}
		put := image()
		if es, err := sellersstore.Events(outbox.Change{New: put}); err != nil || len(es) != 1 || es[0].Name != "SellerChanged" || es[0].Key != me ||
			string(es[0].Data) != `{"seller_id":"`+me+`","display_name":"Harbour Row","country":"US","version":1}` {
			t.Error(es, err)
		}
		if _, err := svc.SetTier(ctx, sellers.Plan{SellerID: me, Tier: "pro"}); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]outbox.Change{"a tier": {Old: put, New: image()}, "forgotten": {Old: put}} {
			if es, err := sellersstore.Events(c); err != nil || len(es) != 0 {
				t.Error(name, es, err)
			}
		}
		stale, one := int64(7), int64(1)
		if _, _, err := svc.PutProfile(ctx, me, "Other", "US", sellers.Legal{}, &stale); !errors.Is(err, sellers.ErrProfileStale) {
			t.Error(err)
		}
		legal := sellers.Legal{Name: "Harbour Row GmbH", Address: "Kai 1\nHamburg", TaxID: "DE123456789"}
		p, created, err = svc.PutProfile(ctx, me, "Harbour Row Ltd", "DE", legal, &one)
		if err != nil || created || p.Version != 2 {
			t.Error(p, created, err)
		}
		if err := s.SaveProfile(ctx, p, sellers.Profile{SellerID: me, Name: "Harbour Row", Version: 1}); !errors.Is(err, sellers.ErrProfileChanged) {
			t.Error(err)
		}
		got, err := svc.Profile(ctx, me)
		want := sellers.Profile{SellerID: me, Name: "Harbour Row Ltd", Country: "DE", Legal: legal,
			Tier: "pro", Version: 2, CreatedAt: noon, UpdatedAt: noon}
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Error(err, d)
		}
		for _, bad := range [][2]string{{"", "US"}, {" x", "US"}, {"x", "us"}, {"a\x00b", "US"}, {strings.Repeat("é", 101), "US"}} {
			if _, _, err := svc.PutProfile(ctx, me, bad[0], bad[1], sellers.Legal{}, nil); err == nil {
				t.Errorf("%q is a profile", bad)
			}
		}
	})
}

// Seen to catch: a claim without its condition; an old name that stays taken.
func TestANameIsOneSellers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		svc := &sellers.Service{Store: sellersstore.Store{DB: db}, Now: func() time.Time { return noon }}
		for _, name := range []string{"Harbour Row", "Harbour Row Ltd"} {
			if _, _, err := svc.PutProfile(ctx, me, name, "US", sellers.Legal{}, nil); err != nil {
				t.Fatal(err)
			}
		}
		other := ids.Derive(ids.Seller, "other")
		if _, _, err := svc.PutProfile(ctx, other, "HARBOUR ROW, ltd", "US", sellers.Legal{}, nil); !errors.Is(err, sellers.ErrNameTaken) {
			t.Error(err)
		}
		if _, _, err := svc.PutProfile(ctx, other, "Harbour Row", "US", sellers.Legal{}, nil); err != nil { // the old name is free
			t.Error(err)
		}
	})
}

// A seller's bucket has its tier's limit. Seen to catch: a tier that is set without its bucket; a smallest tier that is
// not the limit of a seller that nobody gave one.
func TestATierIsTheLimitOfItsBucket(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		svc, buckets := &sellers.Service{Store: sellersstore.Store{DB: db}}, ratelimit.Buckets{DB: db}
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
		i, err := db.Get(ctx, "sellers", store.Key{PK: me})
		if err != nil {
			t.Fatal(err)
		}
		if es, err := sellersstore.Events(outbox.Change{New: i}); err != nil || len(es) != 0 {
			t.Error(es, err)
		}
	})
}

// An operator blocks a seller and lets it go on, each told once; the profile and the plan stay, and a seller that has put none can be
// blocked, too. Seen to catch: a block that a later profile takes away; one told twice.
func TestASellerIsBlocked(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		svc := &sellers.Service{Store: sellersstore.Store{DB: db}, Now: func() time.Time { return noon }}
		image := func() store.Item {
			i, err := db.Get(ctx, "sellers", store.Key{PK: me})
			if err != nil {
				t.Fatal(err)
			}
			return i
		}
		if _, err := svc.Block(ctx, "sel_x", true); fault.Code(err) != "invalid_seller" {
			t.Error(err)
		}
		for n, c := range []struct {
			blocked bool
			told    string
		}{{false, ""}, {true, `{"seller_id":"` + me + `","blocked":true,"version":1}`}, {true, ""},
			{false, `{"seller_id":"` + me + `","blocked":false,"version":2}`}, {false, ""}, {true, `{"seller_id":"` + me + `","blocked":true,"version":3}`}} {
			before := image()
			p, err := svc.Block(ctx, me, c.blocked)
			if err != nil || p.Blocked != c.blocked {
				t.Fatal(n, p, err)
			}
			es, err := sellersstore.Events(outbox.Change{Old: before, New: image()})
			if err != nil || len(es) > 1 || (len(es) == 1) != (c.told != "") || len(es) == 1 &&
				(es[0].Name != "SellerBlocked" || string(es[0].Data) != c.told) {
				t.Errorf("%d: %v %v, want %s", n, es, err, c.told)
			}
			if n == 2 {
				if _, _, err := svc.PutProfile(ctx, me, "Harbour Row", "US", sellers.Legal{}, nil); err != nil {
					t.Fatal(err)
				}
			}
		}
		if p, err := svc.Profile(ctx, me); err != nil || !p.Blocked || p.Name != "Harbour Row" {
			t.Error(p, err)
		}
	})
}

func TestWhatInvoicesSayIsChecked(t *testing.T) {
	t.Parallel()
	for _, bad := range []sellers.Legal{{Name: " x"}, {Name: "a\nb"}, {Address: "a\x00"}, {Name: "\u202eHbmG"}, {Name: "<b>Row</b>"}, {Name: "\u3164"},
		{Address: "Kai 1\u200b"}, {Address: "<img src=x>"}, {TaxID: "de1"}, {TaxID: "DE 1!"},
		{Name: strings.Repeat("a", 201)}, {Address: strings.Repeat("a", 501)}} {
		if err := (sellers.Profile{Name: "Harbour Row", Country: "US", Legal: bad}).Check(); fault.Code(err) != "invalid_profile" {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}
