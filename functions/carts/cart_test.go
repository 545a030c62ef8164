package carts

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/inventory"
	"rialto/functions/offers"
)

func line(n int, quantity int64) Line {
	return Line{ProductID: fmt.Sprint("p", n), SellerID: "s", Quantity: quantity, UnitPrice: money.Of(100, "USD"), Shipping: money.Of(10, "USD")}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	c := New("cus", false, "US")
	for n := range MaxLines {
		if err := c.Add(line(n, 1)); err != nil {
			t.Fatal(err)
		}
	}
	for _, x := range []struct {
		err, want error
	}{
		{c.Add(line(MaxLines, 1)), ErrTooManyLines}, {c.Add(line(0, MaxQuantity)), ErrTooMany}, {c.Set("p0#s", MaxQuantity+1), ErrTooMany},
		{c.Set("other#s", 1), ErrLineNotFound}, {c.Set("p1#s", 0), nil}, {c.Set("p1#s", 1), ErrLineNotFound},
	} {
		if !errors.Is(x.err, x.want) && x.err != x.want {
			t.Errorf("got %v, want %v", x.err, x.want)
		}
	}
	c.State = Merged
	if err := c.Add(line(1, 1)); !errors.Is(err, ErrMerged) {
		t.Error(err)
	}
}

func TestAbsorbLosesNothingThatFits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) Cart {
			c := New(name, false, "US")
			for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(0, 60), 0, MaxLines, rapid.ID[int]).Draw(t, name) {
				if err := c.Add(line(n, rapid.Int64Range(1, MaxQuantity).Draw(t, "quantity"))); err != nil {
					t.Fatal(err)
				}
			}
			return c
		}
		into, guest := draw("into"), draw("guest")
		want := map[string]int64{}
		for _, l := range append(append([]Line(nil), into.Lines...), guest.Lines...) {
			want[l.ID()] = min(want[l.ID()]+l.Quantity, MaxQuantity)
		}
		left := into.Absorb(guest)
		if len(into.Lines)+left != len(want) || len(into.Lines) > MaxLines {
			t.Fatalf("%d lines, %d left, of %d", len(into.Lines), left, len(want))
		}
		for _, l := range into.Lines {
			if l.Quantity != want[l.ID()] {
				t.Fatalf("%s: %d, want %d", l.ID(), l.Quantity, want[l.ID()])
			}
		}
	})
}

func TestTheBreakdownSumsWhatIsForSale(t *testing.T) {
	t.Parallel()
	c := New("cus", false, "US")
	for n, q := range []int64{2, 3, 1} {
		if err := c.Add(line(n, q)); err != nil {
			t.Fatal(err)
		}
	}
	v, err := Price(c, "USD", map[string]CurrentOffer{
		"p0#s": {ForSale: true, Available: 1, Offer: offers.Offer{Price: money.Of(90, "USD"), Shipping: money.Of(0, "USD"),
			SellerName: "N"}, Product: catalog.Product{Title: "T"}},
		"p1#s": {ForSale: false},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Breakdown{Items: money.Of(2*90+100, "USD"), Discount: money.Of(0, "USD"), Shipping: money.Of(10, "USD"),
		Total: money.Of(2*90+100+10, "USD"), Units: 3}
	if diff := cmp.Diff(want, v.Breakdown); diff != "" {
		t.Error(diff)
	}
	if v.Lines[0].Was == nil || v.Lines[0].Was.Minor != 100 || v.Lines[0].Title != "T" || !v.Lines[1].Gone || v.Lines[2].Available != -1 {
		t.Errorf("%+v", v.Lines)
	}
	if _, err := Price(Cart{Lines: []Line{{Quantity: 999, UnitPrice: money.Of(1<<62, "USD")}}}, "USD", nil); fault.Code(err) != "amount_too_large" {
		t.Error(err)
	}
}

func TestAQuoteNeedsEveryLine(t *testing.T) {
	t.Parallel()
	c := New("cus", false, "US")
	if _, err := quoteOf(c, "USD", current{}, time.Time{}); !errors.Is(err, ErrEmpty) {
		t.Error(err)
	}
	if err := c.Add(line(0, 2)); err != nil {
		t.Fatal(err)
	}
	stock := []inventory.Stock{{SKU: inventory.SKU{ProductID: "p0", SellerID: "s"}, Centre: "us-west-2", Available: 1}}
	offer := offers.Offer{Price: money.Of(90, "USD"), Shipping: money.Of(0, "USD")}
	paused := current{offers: map[string]CurrentOffer{"p0#s": {}}, stock: stock}
	if _, err := quoteOf(c, "USD", paused, time.Time{}); fault.Code(err) != "offer_unavailable" {
		t.Error(err)
	}
	novel := catalog.Product{CategoryID: "c", CategoryPath: []string{"books", "c"}}
	fresh := map[string]CurrentOffer{"p0#s": {ForSale: true, Offer: offer, Product: novel}}
	if _, err := quoteOf(c, "USD", current{offers: fresh, stock: stock}, time.Time{}); fault.Code(err) != "item_unavailable" {
		t.Error(err)
	}
	used := fresh["p0#s"]
	used.Offer.Condition = offers.Used
	stock[0].Available = 2
	if q, err := quoteOf(c, "USD", current{offers: map[string]CurrentOffer{"p0#s": used}, stock: stock}, time.Time{}); err != nil ||
		q.Lines[0].Condition != offers.Used || q.Lines[0].Shown != nil {
		t.Errorf("%+v %v", q, err)
	}
	q, err := quoteOf(c, "USD", current{offers: fresh, stock: stock}, time.Time{})
	if err != nil || q.Items.Minor != 180 || q.Lines[0].Category != "books" || len(q.Stock) != 1 {
		t.Errorf("%+v %v", q, err)
	}
}

// A line that is gone or limited stops the quote of the others, too, and what costs more than the cart showed says what that was.
// Seen to catch: a line that is left out without a word; shipping of one unit for all; a higher price that is not told where something
// is asked for shipping; a coupon's limit a customer that is not the coupon's.
func TestAQuoteSaysWhatHasChanged(t *testing.T) {
	t.Parallel()
	c := New("cus", false, "US")
	for n := range 2 {
		if err := c.Add(line(n, 3)); err != nil {
			t.Fatal(err)
		}
	}
	cur := current{offers: map[string]CurrentOffer{}}
	for n, price := range []int64{100, 120} {
		id := c.Lines[n].ID()
		cur.offers[id] = CurrentOffer{ForSale: true, Offer: offers.Offer{Price: money.Of(price, "USD"), Shipping: money.Of(10, "USD")}}
		sku := inventory.SKU{ProductID: c.Lines[n].ProductID, SellerID: "s"}
		cur.stock = append(cur.stock, inventory.Stock{SKU: sku, Centre: "us-west-2", Available: 3})
	}
	q, err := quoteOf(c, "USD", cur, time.Time{})
	if err != nil || q.Shipping.Minor != 60 {
		t.Fatalf("%+v %v", q, err)
	}
	if a, b := q.Lines[0], q.Lines[1]; a.Shown != nil || a.Shipping.Minor != 30 || b.Shown == nil || b.Shown.Minor != 110 || b.Amount.Minor != 360 {
		t.Errorf("%+v, %+v", a, b)
	}
	gone := cur.offers[c.Lines[1].ID()]
	gone.ForSale = false
	cur.offers[c.Lines[1].ID()] = gone
	if _, err := quoteOf(c, "USD", cur, time.Time{}); fault.Code(err) != "offer_unavailable" || fault.Of(err).Fields[0].Pointer != "/lines/1" {
		t.Error(err)
	}
}
