package offers_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/internal/rows"
	"rialto/functions/offers"
)

// known are the products that there are; nil is a catalog that does not answer.
type known map[string]bool

func (k known) Exists(_ context.Context, id string) (bool, error) { return k[id], nil }

func (k known) Barred(_ context.Context, ids ...string) (map[string]error, error) {
	if k == nil {
		return nil, errors.New("the table is away")
	}
	if slices.Sort(ids); len(slices.Compact(ids)) != len(ids) {
		return nil, errors.New("an id twice, which DynamoDB refuses")
	}
	out := map[string]error{}
	for _, id := range ids {
		if !k[id] {
			out[id] = offers.ErrProductNotFound
		}
	}
	return out, nil
}

func raws(t *testing.T, list ...any) []json.RawMessage {
	t.Helper()
	var out []json.RawMessage
	for _, v := range list {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}

func codesOf(r rows.Report) []string {
	var out []string
	for _, f := range r.Rows {
		out = append(out, f.Code)
	}
	return out
}

// Seen to catch: an offer of another seller let through; an offer of a product that is not there.
func TestSellersOffersInAFeed(t *testing.T) {
	t.Parallel()
	ctx, w := context.Background(), newWorld()
	mine, theirs, lost := offer("a", 100, 0), offer("b", 100, 0), offer("a", 100, 0)
	lost.ProductID = unknown
	german := mine
	german.Marketplace, german.Price.Currency, german.Shipping.Currency = "DE", "EUR", "EUR"
	w.FeedWriter.Products = known{mine.ProductID: true}
	r, err := w.Offer(ctx, mine.SellerID, raws(t, mine, theirs, lost, map[string]int{"x": 1}, german))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"", "not_yours", "product_not_found", "malformed_row", ""}, codesOf(r)); d != "" {
		t.Fatal(d)
	}
	if r, err := w.Offer(ctx, mine.SellerID, raws(t, mine)); err != nil || r.Unchanged != 1 {
		t.Error(r, err)
	}
	w.FeedWriter.Products = known(nil)
	if _, err := w.Offer(ctx, mine.SellerID, raws(t, mine)); err == nil {
		t.Error("a catalog that does not answer knows everything")
	}
}

// Seen to catch: a price that brings an offer into being, or changes what else it says.
func TestReprice(t *testing.T) {
	t.Parallel()
	ctx, w := context.Background(), newWorld()
	o := offer("a", 100, 7)
	o.Condition, o.Paused = offers.Used, true
	if _, err := w.Import(ctx, offers.Batch{Offers: raws(t, o)}); err != nil {
		t.Fatal(err)
	}
	price := func(minor int64, shipping *money.Amount) offers.Repricing {
		return offers.Repricing{ProductID: o.ProductID, SellerID: o.SellerID, Marketplace: o.Marketplace, Price: money.Of(minor, "USD"), Shipping: shipping}
	}
	for _, c := range []struct {
		row  offers.Repricing
		code string
		want [3]int64 // price, shipping, version
	}{
		{price(90, nil), "", [3]int64{90, 7, 2}},
		{price(90, nil), "", [3]int64{90, 7, 2}},
		{price(90, &money.Amount{Minor: 0, Currency: "USD"}), "", [3]int64{90, 0, 3}},
		{price(0, nil), "invalid_offer", [3]int64{90, 0, 3}},
		{price(80, &money.Amount{Minor: 1, Currency: "EUR"}), "invalid_offer", [3]int64{90, 0, 3}},
		{offers.Repricing{ProductID: unknown, SellerID: o.SellerID, Marketplace: "US", Price: money.Of(1, "USD")}, "offer_not_found", [3]int64{90, 0, 3}},
	} {
		r, err := w.Reprice(ctx, raws(t, c.row))
		if err != nil || codesOf(r)[0] != c.code {
			t.Errorf("%+v: %v %v", c.row, r, err)
		}
		got, err := w.Own(ctx, o.Key())
		if err != nil || [3]int64{got.Price.Minor, got.Shipping.Minor, got.Version} != c.want || got.Condition != offers.Used || !got.Paused {
			t.Errorf("%+v: %+v %v", c.row, got, err)
		}
	}
}

// A row that takes an offer away needs nothing but its key, and may come again.
func TestAFeedTakesOffersAway(t *testing.T) {
	t.Parallel()
	ctx, w := context.Background(), newWorld()
	mine, theirs := offer("a", 100, 0), offer("b", 100, 0)
	w.put(t, mine)
	w.put(t, theirs)
	writer := &offers.FeedWriter{Store: w.Service.Store, Products: known{}, Now: w.Service.Now} // the product is gone
	key := func(o offers.Offer) map[string]any {
		return map[string]any{"product_id": o.ProductID, "seller_id": o.SellerID, "marketplace": o.Marketplace, "delete": true}
	}
	nameless := key(mine)
	nameless["product_id"] = ""
	batch := raws(t, key(mine), key(theirs), nameless)
	r, err := writer.Offer(ctx, mine.SellerID, batch)
	if d := cmp.Diff([]string{"", "not_yours", "invalid_offer"}, codesOf(r)); err != nil || d != "" || r.Written != 1 {
		t.Fatal(err, d, r)
	}
	if r, err := writer.Offer(ctx, mine.SellerID, batch); err != nil || r.Unchanged != 1 {
		t.Error("again", r, err)
	}
	if _, err := w.Own(ctx, mine.Key()); !errors.Is(err, offers.ErrOfferNotFound) {
		t.Error(err)
	}
	if _, err := w.Own(ctx, theirs.Key()); err != nil {
		t.Error("another's offer", err)
	}
}

// A point in the wrong place sells nothing for a hundredth of its price. Seen to catch: a drop of exactly three quarters refused; a
// feed that writes what the API refuses; a price that rises held up.
func TestASteepPriceDropIsConfirmed(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, c := range []struct {
		from, to  int64
		confirmed bool
		code      string
	}{
		{2_500, 625, false, ""}, {2_500, 624, false, "price_drop_unconfirmed"}, {2_500, 250, false, "price_drop_unconfirmed"}, {2_500, 25, true, ""},
		{9_900, 2_500, false, ""}, {3, 1, false, ""}, {100, 100_000, false, ""},
	} {
		price := func(w world) int64 {
			o, err := w.Own(ctx, offer("a", 0, 0).Key())
			if err != nil {
				t.Fatal(err)
			}
			return o.Price.Minor
		}
		stands := c.to
		if c.code != "" {
			stands = c.from
		}
		want := offer("a", c.to, 0)
		repricing := offers.Repricing{ProductID: want.ProductID, SellerID: want.SellerID, Marketplace: want.Marketplace, Price: want.Price,
			PriceDrop: c.confirmed}
		api, rows, prices := newWorld(), newWorld(), newWorld()
		for _, w := range []world{api, rows, prices} {
			w.put(t, offer("a", c.from, 0))
		}
		_, _, err := api.Put(ctx, want, offers.Precondition{Version: 1, Given: true, PriceDrop: c.confirmed})
		if fault.Code(err) != c.code || price(api) != stands {
			t.Error(c, err, price(api))
		}
		r, err := rows.FeedWriter.Offer(ctx, want.SellerID, raws(t, offers.Row{Offer: want, PriceDrop: c.confirmed}))
		if err != nil || codesOf(r)[0] != c.code || price(rows) != stands {
			t.Error(c, r, err)
		}
		if r, err = prices.Reprice(ctx, raws(t, repricing)); err != nil || codesOf(r)[0] != c.code || price(prices) != stands {
			t.Error(c, r, err)
		}
	}
}
