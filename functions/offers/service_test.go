package offers_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/store"
	"rialto/functions/offers"
)

var unknown = ids.Derive(ids.Product, "unknown")

func TestPut(t *testing.T) {
	t.Parallel()
	ctx, w := context.Background(), newWorld()
	want := offer("a", 100, 10)
	want.SellerName = ""
	got, created, err := w.Put(ctx, want, offers.Precondition{})
	if err != nil || !created || got.Version != 1 || got.UpdatedAt != noon || got.SellerName != want.SellerID || got.ID != want.Key().ID() {
		t.Fatal(got, created, err)
	}
	if again, created, err := w.Put(ctx, want, offers.Precondition{}); again != got || created || err != nil {
		t.Error("a repeated creation", again, created, err)
	}
	want.Price.Minor = 90
	if _, _, err := w.Put(ctx, want, offers.Precondition{}); !errors.Is(err, offers.ErrPreconditionRequired) {
		t.Error(err)
	}
	if _, _, err := w.Put(ctx, want, offers.Precondition{Version: 2, Given: true}); !errors.Is(err, offers.ErrStale) {
		t.Error(err)
	}
	if got, created, err := w.Put(ctx, want, offers.Precondition{Version: 1, Given: true}); err != nil || created || got.Version != 2 ||
		got.Price.Minor != 90 {
		t.Error(got, created, err)
	}
	stands, err := w.Own(ctx, want.Key())
	if err != nil || stands.Version != 2 || stands.Price.Minor != 90 {
		t.Error(stands, err)
	}
}

func TestPutRefuses(t *testing.T) {
	t.Parallel()
	for code, change := range map[string]func(*offers.Offer){
		"product_not_found":   func(o *offers.Offer) { o.ProductID = unknown },
		"unknown_marketplace": func(o *offers.Offer) { o.Marketplace = "XX" },
		"invalid_offer":       func(o *offers.Offer) { o.Price.Currency = "EUR" },
	} {
		w := newWorld()
		o := offer("a", 100, 10)
		change(&o)
		if _, _, err := w.Put(context.Background(), o, offers.Precondition{}); fault.Code(err) != code || len(w.db.Items("offers")) != 0 {
			t.Errorf("%s: %v", code, err)
		}
	}
}

// Of many who change one version, one does.
func TestOneOfManyChangesAVersion(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.put(t, offer("a", 100, 10))
	var won atomic.Int64
	var g errgroup.Group
	for n := range int64(20) {
		g.Go(func() error {
			_, _, err := w.Put(context.Background(), offer("a", 200+n, 10), offers.Precondition{Version: 1, Given: true})
			if err == nil {
				won.Add(1)
			} else if !errors.Is(err, offers.ErrStale) {
				return err
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil || won.Load() != 1 {
		t.Fatal(won.Load(), err)
	}
	if o, err := w.Own(context.Background(), offer("a", 0, 0).Key()); err != nil || o.Version != 2 {
		t.Error(o, err)
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	ctx, w := context.Background(), newWorld()
	a, b, c, p := offer("a", 100, 50), offer("b", 140, 0), offer("c", 60, 90), offer("p", 1, 0)
	p.Paused = true
	for _, o := range []offers.Offer{a, b, c, p} {
		w.put(t, o)
	}
	w.stock.set(a.SellerID, 1)
	decide(t, w)
	_, got, err := w.List(ctx, product, "US")
	first, second := offers.Listed{Offer: a, BuyBox: true, InStock: true}, offers.Listed{Offer: c}
	if c.SellerID < a.SellerID {
		first, second = second, first
	}
	if d := cmp.Diff([]offers.Listed{{Offer: b}, first, second}, got); err != nil || d != "" {
		t.Error(err, d)
	}
	if m, got, err := w.List(ctx, product, "DE"); err != nil || got == nil || len(got) != 0 || m.Code != "DE" {
		t.Error(got, err)
	}
	if _, _, err := w.List(ctx, unknown, "US"); !errors.Is(err, offers.ErrProductNotFound) {
		t.Error(err)
	}
	if _, _, err := w.List(ctx, product, "XX"); fault.Code(err) != "unknown_marketplace" {
		t.Error(err)
	}
}

func batch(t *testing.T, list ...any) offers.Batch {
	t.Helper()
	var b offers.Batch
	for _, x := range list {
		if raw, ok := x.(string); ok {
			b.Offers = append(b.Offers, json.RawMessage(raw))
			continue
		}
		raw, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		b.Offers = append(b.Offers, raw)
	}
	return b
}

func TestABadRowNeverBlocksAGoodOne(t *testing.T) {
	t.Parallel()
	ctx, w := context.Background(), newWorld()
	euros := offer("b", 100, 0)
	euros.Price.Currency = "EUR"
	b := batch(t, euros, offer("a", 100, 0), `{"price":"12"}`, `[]`, `{"discount":1}`, offer("a", 90, 0), offer("c", 70, 0))
	r, err := w.Import(ctx, b)
	var codes []string
	for i, x := range r.Rows {
		if x.Line != i {
			t.Error(x)
		}
		codes = append(codes, x.Code)
	}
	if d := cmp.Diff([]string{"invalid_offer", "", "malformed_row", "malformed_row", "malformed_row", "duplicate_row", ""}, codes); err != nil ||
		d != "" {
		t.Fatal(err, d)
	}
	if r.Written != 2 || r.Failed != 5 || r.Rows[0].Message != "/price/currency must be the marketplace's currency, USD" || r.Rows[1].ID == "" {
		t.Errorf("%+v", r)
	}
	if r, err := w.Import(ctx, b); err != nil || r.Written != 0 || r.Unchanged != 2 || r.Failed != 5 {
		t.Errorf("%+v %v", r, err)
	}
	if n := len(w.db.Items("offers")); n != 2 {
		t.Errorf("%d items", n)
	}
	if _, err := w.Import(ctx, offers.Batch{Offers: make([]json.RawMessage, 101)}); fault.Code(err) != "batch_too_large" {
		t.Error(err)
	}
}

func TestAnImportKeepsTheSellersNameAndRaisesTheVersion(t *testing.T) {
	t.Parallel()
	ctx, w := context.Background(), newWorld()
	o := offer("a", 100, 0)
	nameless := offer("a", 90, 0)
	nameless.SellerName, nameless.Version, nameless.ID = "", 77, ""
	for _, x := range []offers.Offer{o, nameless} {
		if r, err := w.Import(ctx, batch(t, x)); err != nil || r.Written != 1 {
			t.Fatal(r, err)
		}
	}
	got, err := w.Own(ctx, o.Key())
	if err != nil || got.SellerName != "a" || got.Version != 2 || got.Price.Minor != 90 || got.ID != o.ID {
		t.Error(got, err)
	}
}

func TestAFailedWriteIsItsRowsAlone(t *testing.T) {
	t.Parallel()
	w := newWorld()
	var n atomic.Int64
	w.db.Before = func(_ context.Context, op string, _ []store.Write) error {
		if op == "Apply" && n.Add(1) == 1 {
			return errors.New("the network is away")
		}
		return nil
	}
	r, err := w.Import(context.Background(), batch(t, offer("a", 1, 0), offer("b", 1, 0), offer("c", 1, 0)))
	if err != nil || r.Written != 2 || r.Failed != 1 {
		t.Fatalf("%+v %v", r, err)
	}
	for _, x := range r.Rows {
		if (x.Code == "internal") != x.Retry {
			t.Errorf("%+v", x)
		}
	}
}

// Seen to catch: a deleted offer that keeps its sku; a buy box that goes on showing it; a version that is not looked at.
func TestDelete(t *testing.T) {
	t.Parallel()
	ctx, w := context.Background(), newWorld()
	o := offer("a", 100, 10)
	o.SKU = "LAMP-1"
	w.put(t, o)
	if err := w.Decide(ctx, o.ProductID, o.Marketplace); err != nil {
		t.Fatal(err)
	}
	if err := w.Delete(ctx, o.Key(), offers.Precondition{Version: 2, Given: true}); !errors.Is(err, offers.ErrStale) {
		t.Error(err)
	}
	if err := w.Delete(ctx, o.Key(), offers.Precondition{Version: 1, Given: true}); err != nil {
		t.Fatal(err)
	}
	if err := w.Delete(ctx, o.Key(), offers.Precondition{}); !errors.Is(err, offers.ErrOfferNotFound) {
		t.Error(err)
	}
	if _, err := w.BySKU(ctx, o.SellerID, o.Marketplace, o.SKU); !errors.Is(err, offers.ErrOfferNotFound) {
		t.Error("the sku still names it", err)
	}
	if err := w.Decide(ctx, o.ProductID, o.Marketplace); err != nil {
		t.Fatal(err)
	}
	if box, _, err := w.Service.Store.List(ctx, o.ProductID, o.Marketplace); err != nil || !box.Empty() {
		t.Errorf("the buy box shows %+v %v", box, err)
	}
	o.SellerName = ""
	if made, created, err := w.Put(ctx, o, offers.Precondition{}); err != nil || !created || made.SKU != o.SKU {
		t.Error("made anew", made, created, err)
	}
}

// Seen to catch: a pause of an offer that was changed since it was seen; one that is repeated and counts as a change.
func TestPauseLooksAtTheVersion(t *testing.T) {
	t.Parallel()
	ctx, w := context.Background(), newWorld()
	o := offer("a", 100, 10)
	w.put(t, o)
	if _, err := w.Pause(ctx, o.Key(), true, offers.Precondition{Version: 2, Given: true}); !errors.Is(err, offers.ErrStale) {
		t.Error(err)
	}
	if got, err := w.Own(ctx, o.Key()); err != nil || got.Paused || got.Version != 1 {
		t.Errorf("%+v %v", got, err)
	}
	for range 2 {
		if got, err := w.Pause(ctx, o.Key(), true, offers.Precondition{Version: 1, Given: true}); err != nil || !got.Paused || got.Version != 2 {
			t.Errorf("%+v %v", got, err)
		}
	}
	if got, err := w.Pause(ctx, o.Key(), false, offers.Precondition{}); err != nil || got.Paused || got.Version != 3 {
		t.Errorf("%+v %v", got, err)
	}
}

// What Rialto changes in an offer by itself leaves the version that its seller names, and what a seller reads is still good to write with.
// Seen to catch: a version that counts a new name of the seller, or a block.
func TestASellersVersionCountsItsOwnChanges(t *testing.T) {
	t.Parallel()
	ctx, w := context.Background(), newWorld()
	a := offer("a", 1000, 0)
	first, _, err := w.Put(ctx, a, offers.Precondition{})
	if err != nil || first.Revision() != 1 {
		t.Fatal(first.Revision(), err)
	}
	told := func(err error) {
		t.Helper()
		if _, more := w.UpdateOffers(ctx, a.SellerID, ""); err != nil || more != nil {
			t.Fatal(err, more)
		}
	}
	_, err = w.Named(ctx, offers.SellerChanged{SellerID: a.SellerID, Name: "Harbour Row", Version: 1})
	told(err)
	_, err = w.Blocked(ctx, offers.SellerBlocked{SellerID: a.SellerID, Blocked: true, Version: 1})
	told(err)
	got, err := w.Own(ctx, a.Key())
	if err != nil || got.Version != 3 || got.Revision() != 1 || got.SellerName != "Harbour Row" || !got.Blocked {
		t.Fatalf("%+v %v", got, err)
	}
	a.Price.Minor = 1100
	changed, _, err := w.Put(ctx, a, offers.Precondition{Version: 1, Given: true})
	if err != nil || changed.Version != 4 || changed.Revision() != 2 {
		t.Fatalf("%+v %v", changed, err)
	}
	_, err = w.Blocked(ctx, offers.SellerBlocked{SellerID: a.SellerID, Version: 2})
	told(err)
	if _, _, err := w.Put(ctx, a, offers.Precondition{Version: 1, Given: true}); err != nil { // repeated, as its answer was lost
		t.Error(err)
	}
	if o, err := w.Pause(ctx, a.Key(), true, offers.Precondition{Version: 2, Given: true}); err != nil || o.Revision() != 3 {
		t.Errorf("%+v %v", o, err)
	}
	if err := w.Delete(ctx, a.Key(), offers.Precondition{Version: 5, Given: true}); !errors.Is(err, offers.ErrStale) {
		t.Errorf("deleted by Rialto's version: %v", err)
	}
	if err := w.Delete(ctx, a.Key(), offers.Precondition{Version: 3, Given: true}); err != nil {
		t.Error(err)
	}
}
