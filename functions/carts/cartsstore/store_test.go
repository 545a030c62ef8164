package cartsstore_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/carts"
	"rialto/functions/carts/cartsstore"
	"rialto/functions/internal/money"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
)

var ctx = context.Background()

func cart(t *testing.T, owner string, guest bool, lines ...string) carts.Cart {
	t.Helper()
	c := carts.New(owner, guest, "US")
	for n, id := range lines {
		if err := c.Add(carts.Line{ProductID: id, SellerID: "s", Quantity: int64(n + 1), Title: "T", SellerName: "N",
			UnitPrice: money.Of(5, "USD"), Shipping: money.Of(1, "USD"),
			AddedAt: time.UnixMilli(1000).UTC()}); err != nil {
			t.Fatal(err)
		}
	}
	c.UpdatedAt = time.UnixMilli(2000).UTC()
	return c
}

func save(t *testing.T, s cartsstore.Store, c carts.Cart) carts.Cart {
	t.Helper()
	saved, err := s.Save(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

func TestACartComesBackAsItWasSaved(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := cartsstore.Store{DB: db}
		c := cart(t, "cus_1", false, "z", "a", "m")
		c.Coupon = "SAVE-10"
		saved := save(t, s, c)
		got, ok, err := s.Get(ctx, saved.ID)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		if diff := cmp.Diff(saved, got); diff != "" {
			t.Fatal(diff)
		}
		if _, ok, err := s.Get(ctx, "crt_none"); ok || err != nil {
			t.Fatal(ok, err)
		}
	})
}

func TestOneOfTwentyWritersOfAVersionWins(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := cartsstore.Store{DB: db}
		c := save(t, s, cart(t, "cus_1", false, "a"))
		var won atomic.Int32
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, err := s.Save(ctx, c); err == nil {
					won.Add(1)
				} else if !errors.Is(err, carts.ErrStale) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Fatalf("%d writers won", won.Load())
		}
	})
}

// Seen to catch: a merge that does not look at the guest cart's version.
func TestAGuestCartIsMergedOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := cartsstore.Store{DB: db}
		guest := save(t, s, cart(t, "cus_guest", true, "a"))
		var won atomic.Int32
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				into, closed := cart(t, fmt.Sprint("cus_", i), false), guest
				into.Absorb(guest)
				closed.State, closed.MergedInto = carts.Merged, into.ID
				if _, err := s.Merge(ctx, into, closed); err == nil {
					won.Add(1)
				} else if !errors.Is(err, carts.ErrStale) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Fatalf("%d carts took it", won.Load())
		}
	})
}

// Seen to catch: Ordered without the cart's version.
func TestOrderedTakesTheLinesOfItsVersionOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := cartsstore.Store{DB: db}
		c := cart(t, "cus_1", false, "a", "b")
		c.Coupon = "SAVE-10"
		c = save(t, s, c)
		if err := db.Transact(ctx, cartsstore.Ordered(c.ID, c.Version)); err != nil {
			t.Fatal(err)
		}
		got, _, err := s.Get(ctx, c.ID)
		if err != nil || len(got.Lines) != 0 || got.Coupon != "" || got.Version != c.Version+1 || got.State != carts.Open {
			t.Fatalf("%+v %v", got, err)
		}
		refused, ok := store.AsRefused(db.Transact(ctx, cartsstore.Ordered(c.ID, c.Version)))
		if !ok || !errors.Is(cartsstore.OrderedRefusal(refused), carts.ErrChanged) {
			t.Fatal("a version was ordered twice")
		}
	})
}
