package offers_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/memory"
	"rialto/functions/offers"
	"rialto/functions/offers/offersstore"
)

func onSale(o offers.Offer, price int64, starts, ends time.Time) offers.Offer {
	o.Sale = offers.Sale{Price: money.Of(price, "USD"), Starts: starts, Ends: ends}
	return o
}

// Seen to catch: a sale that begins a second late or ends a second late; one that raises the price; a turn that is over.
func TestASaleHasItsTime(t *testing.T) {
	t.Parallel()
	o := onSale(offer("a", 1000, 0), 800, noon, noon.Add(time.Hour))
	for after, want := range map[time.Duration]struct {
		price int64
		turns time.Time
	}{
		-time.Second: {1000, noon}, 0: {800, noon.Add(time.Hour)}, time.Hour - time.Second: {800, noon.Add(time.Hour)}, time.Hour: {1000, time.Time{}},
	} {
		at := noon.Add(after)
		if got := o.At(at); got.Price.Minor != want.price || !got.Sale.None() || !o.Turns(at).Equal(want.turns) {
			t.Errorf("%s: %+v, turns %s", after, got, o.Turns(at))
		}
	}
	if o.Sale.Price.Minor = 1200; o.At(noon).Price.Minor != 1000 {
		t.Error("a sale raises the price")
	}
}

// The box is decided anew when a sale begins and when it ends, of whichever offer. Seen to catch: a box that keeps the price of a sale;
// one that is due for ever; a sale of a paused offer that is waited for.
func TestTheBuyBoxFollowsASale(t *testing.T) {
	t.Parallel()
	ctx, book, now := context.Background(), &offersstore.Store{DB: memory.New()}, noon
	d := &offers.Decider{Store: book, Stock: &freeUnits{units: map[string]int64{"a": 9, "b": 9}}, Now: func() time.Time { return now }}
	sale := onSale(offer("b", 1200, 0), 700, noon.Add(time.Hour), noon.Add(2*time.Hour))
	idle := onSale(offer("c", 1200, 0), 100, noon.Add(time.Minute), noon.Add(9*time.Hour))
	idle.Paused = true
	for _, o := range []offers.Offer{offer("a", 1000, 0), sale, idle} {
		o.Version = 1
		if err := book.Save(ctx, o, offers.Offer{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Decide(ctx, product, "US"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		after time.Duration
		due   int
		who   string
		price int64
	}{{time.Hour - time.Second, 0, "a", 1000}, {time.Hour, 1, "b", 700}, {time.Hour + time.Minute, 0, "b", 700}, {5 * time.Hour, 1, "a", 1000},
		{6 * time.Hour, 0, "a", 1000}} {
		now = noon.Add(c.after)
		due, err := book.DueBoxes(ctx, now)
		if err != nil || len(due) != c.due {
			t.Errorf("%s: due %+v %v", c.after, due, err)
		}
		if err := d.Turn(ctx, book); err != nil {
			t.Fatal(err)
		}
		box, err := book.BuyBox(ctx, product, "US")
		if err != nil || box.Offer.SellerID != seller(c.who) || box.Offer.Price.Minor != c.price {
			t.Errorf("%s: %+v %v", c.after, box, err)
		}
	}
	found, err := offers.Sold{Store: book, Now: func() time.Time { return noon.Add(time.Hour) }}.GetMany(ctx, sale.Key())
	if err != nil || found[sale.Key()].Price.Minor != 700 {
		t.Error("what a cart reads:", found, err)
	}
}

func TestSalesThatCannotBe(t *testing.T) {
	t.Parallel()
	w := newWorld()
	whole := onSale(offer("a", 1000, 0), 400, noon, noon.Add(time.Hour))
	if _, _, err := w.Put(context.Background(), whole, offers.Precondition{}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*offers.Offer)
		code   string
	}{
		"no cheaper":         {func(o *offers.Offer) { o.Sale.Price.Minor = 1000 }, "invalid_offer"},
		"another currency":   {func(o *offers.Offer) { o.Sale.Price.Currency = "EUR" }, "invalid_offer"},
		"free":               {func(o *offers.Offer) { o.Sale.Price.Minor = 0 }, "invalid_offer"},
		"over as it begins":  {func(o *offers.Offer) { o.Sale.Ends = o.Sale.Starts }, "invalid_offer"},
		"longer than a year": {func(o *offers.Offer) { o.Sale.Ends = o.Sale.Starts.AddDate(1, 0, 2) }, "invalid_offer"},
		"parts of a second":  {func(o *offers.Offer) { o.Sale.Starts = o.Sale.Starts.Add(time.Millisecond) }, "invalid_offer"},
		"a lost digit":       {func(o *offers.Offer) { o.Sale.Price.Minor = 40 }, "price_drop_unconfirmed"},
	} {
		o := whole
		c.change(&o)
		if _, _, err := w.Put(context.Background(), o, offers.Precondition{Version: 1, Given: true}); fault.Code(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// boxes are due.
type boxes []offers.BuyBox

func (b boxes) DueBoxes(context.Context, time.Time) ([]offers.BuyBox, error) { return b, nil }

// A box that cannot be decided is told of, and keeps no other from its turn. Seen to catch: a turn that ends at the first that fails.
func TestAFailingBoxKeepsNoOtherFromItsTurn(t *testing.T) {
	t.Parallel()
	ctx, w := context.Background(), newWorld()
	w.put(t, offer("a", 1000, 0))
	w.stock.set(seller("a"), 9)
	away, asked := errors.New("away"), 0
	w.db.Before = func(_ context.Context, operation string, _ []store.Write) error {
		if operation != "Query" {
			return nil
		}
		if asked++; asked == 1 {
			return away
		}
		return nil
	}
	due := boxes{{ProductID: ids.Derive(ids.Product, "shoes"), Marketplace: "US"}, {ProductID: product, Marketplace: "US"}}
	if err := w.Turn(ctx, due); !errors.Is(err, away) {
		t.Error(err)
	}
	if box := w.buyBox(t, "US"); box.Offer.SellerID != seller("a") {
		t.Errorf("%+v", box)
	}
}
