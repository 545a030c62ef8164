package reviewsstore_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/storetest"
	"rialto/functions/reviews"
	"rialto/functions/reviews/reviewsstore"
)

// opinions is a store with reviews of some products and ratings of some sellers.
type opinions struct {
	reviewsstore.Store
	products []string
	sellers  []string
}

func newOpinions(db store.DB) *opinions {
	o := &opinions{Store: reviewsstore.Store{DB: db}}
	for n := range 4 {
		o.products = append(o.products, fmt.Sprint("prd_", n))
		o.sellers = append(o.sellers, fmt.Sprint("sel_", n))
	}
	return o
}

// change has a review or a rating become another, or come. One that others change meanwhile is left.
func (o *opinions) change(ctx context.Context, random *rand.Rand) error {
	product, customer, seller := o.products[random.IntN(4)], fmt.Sprint("cus_", random.IntN(9)), o.sellers[random.IntN(4)]
	id := reviews.ReviewID(product, customer)
	before, err := o.Review(ctx, product, id)
	if err != nil && fault.Code(err) != "review_not_found" {
		return err
	}
	r := reviews.Review{ProductID: product, ID: id, CustomerID: customer, Stars: random.Int64N(5) + 1, Version: before.Version + 1, CreatedAt: noon,
		State: []reviews.State{reviews.Published, reviews.Published, reviews.Withdrawn, reviews.Rejected}[random.IntN(4)]}
	if err := o.SaveReview(ctx, r, before); err != nil && fault.Code(err) != "review_changed" && !fault.Of(err).Kind.Transient() {
		return err
	}
	if _, err := o.Unverified(ctx, product, "2026-11-27"); err != nil && !fault.Of(err).Kind.Transient() {
		return err
	}
	order := fmt.Sprint("ord_", random.IntN(9))
	rated, err := o.Rating(ctx, order, seller)
	if err != nil && fault.Code(err) != "rating_not_found" {
		return err
	}
	x := reviews.Rating{OrderID: order, SellerID: seller, CustomerID: customer, Stars: random.Int64N(5) + 1, Version: rated.Version + 1}
	if err := o.Save(ctx, x, rated); err != nil && fault.Code(err) != "rating_changed" && !fault.Of(err).Kind.Transient() {
		return err
	}
	return nil
}

// tallies are the sums of all.
func (o *opinions) tallies(t *testing.T) (products []reviews.ProductTally, sellers []reviews.Tally) {
	t.Helper()
	for n := range 4 {
		p, err := o.ProductTally(t.Context(), o.products[n])
		if err != nil {
			t.Fatal(err)
		}
		s, err := o.Tally(t.Context(), o.sellers[n])
		if err != nil {
			t.Fatal(err)
		}
		products, sellers = append(products, p), append(sellers, s)
	}
	return products, sellers
}

// destroy deletes every second part of all tallies, or all.
func (o *opinions) destroy(t *testing.T, every int) {
	t.Helper()
	for _, table := range []string{"product_ratings", "seller_ratings"} {
		for n, id := range append(append([]string{}, o.products...), o.sellers...) {
			for part := range 16 {
				if (n+part)%every == 0 {
					if _, err := o.DB.Apply(t.Context(), store.Delete(table, store.Key{PK: id, SK: fmt.Sprintf("part#%02d", part)})); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
}

func rebuild(ctx context.Context, db store.DB, now func() time.Time) (written int, err error) {
	r := reviewsstore.Rebuilder{DB: db.(interface {
		store.DB
		store.Scanner
	}), Now: now}
	for _, table := range []string{"product_ratings", "seller_ratings"} {
		for in := (reviewsstore.RebuildInput{Table: table}); ; {
			out, err := r.Rebuild(ctx, in)
			if err != nil {
				return written, err
			}
			written += out.Written
			if in.After = out.After; in.After == "" {
				break
			}
		}
	}
	return written, nil
}

// Tallies that are lost, whole or in part, come back as they were, are never told of with a lower version, and those that are right are
// left alone. Seen to catch: a waiting or rejected review that counts; a version that begins anew; a part that is written again.
func TestTalliesAreRebuilt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		o, random := newOpinions(db), rand.New(rand.NewPCG(1, 1))
		for range 120 {
			if err := o.change(t.Context(), random); err != nil {
				t.Fatal(err)
			}
		}
		wantProducts, wantSellers := o.tallies(t)
		for _, every := range []int{2, 1} {
			o.destroy(t, every)
			// one page an invocation, as if each had no more time
			ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(time.Hour))
			defer cancel()
			if _, err := rebuild(ctx, db, func() time.Time { return time.Now().Add(time.Hour) }); err != nil {
				t.Fatal(err)
			}
			products, sellers := o.tallies(t)
			for n := range products {
				if products[n].Stars != wantProducts[n].Stars || products[n].Changes < wantProducts[n].Changes {
					t.Errorf("%s: %+v, want %+v", o.products[n], products[n], wantProducts[n])
				}
			}
			if d := cmp.Diff(wantSellers, sellers); d != "" { // each of whose changes is a version of a rating
				t.Error(d)
			}
		}
		if n, err := rebuild(t.Context(), db, time.Now); err != nil || n != 0 {
			t.Errorf("%d parts of tallies that are right are written again, %v", n, err)
		}
		if _, err := (reviewsstore.Rebuilder{}).Rebuild(t.Context(), reviewsstore.RebuildInput{Table: "orders"}); fault.Code(err) != "unknown_table" {
			t.Error(err)
		}
	})
}

// What is written while tallies are rebuilt is in them, once. Seen to catch: a part that is written whatever has changed it since it was
// read; a part that is read after its reviews.
func TestTalliesAreRebuiltWhileTheyChange(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		db := memory.New()
		o, random := newOpinions(db), rand.New(rand.NewPCG(seed, 1))
		for range 60 {
			if err := o.change(t.Context(), random); err != nil {
				t.Fatal(err)
			}
		}
		o.destroy(t, 1)
		var all errgroup.Group
		all.Go(func() error {
			for { // as an operator does
				if _, err := rebuild(t.Context(), db, time.Now); fault.Code(err) != "tally_moving" {
					return err
				}
			}
		})
		all.Go(func() error {
			for range 60 {
				if err := o.change(t.Context(), random); err != nil {
					return err
				}
			}
			return nil
		})
		if err := all.Wait(); err != nil {
			t.Fatal(seed, err)
		}
		products, sellers := o.tallies(t)
		if _, err := rebuild(t.Context(), db, time.Now); err != nil {
			t.Fatal(seed, err)
		}
		again, same := o.tallies(t)
		for n := range products {
			if products[n].Stars != again[n].Stars || sellers[n] != same[n] {
				t.Fatalf("seed %d: %+v and %+v, rebuilt at rest %+v and %+v", seed, products[n], sellers[n], again[n], same[n])
			}
		}
	}
}
