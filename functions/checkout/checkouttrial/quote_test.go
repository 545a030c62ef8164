package checkouttrial_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rialto/functions/carts"
	"rialto/functions/checkout"
	"rialto/functions/internal/money"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
	"rialto/functions/marketplaces"
)

// drawGoods draws up to four goods of up to two sellers, in up to two centres, with a coupon or none; some are too few, or so
// cheap that the gateway would not take it.
func drawGoods(t *rapid.T) []good {
	var out []good
	items := int64(0)
	for n := range rapid.IntRange(1, 4).Draw(t, "lines") {
		sku := inventory.SKU{ProductID: product[:len(product)-1] + string(rune('a'+n)),
			SellerID: seller[:len(seller)-1] + rapid.SampledFrom([]string{"a", "b"}).Draw(t, "seller")}
		price := rapid.OneOf(rapid.Int64Range(0, 120), rapid.Int64Range(1, 50_000)).Draw(t, "price")
		g := good{sku: sku, price: price, wants: rapid.Int64Range(1, 6).Draw(t, "wants")}
		for _, centre := range []string{"us-west-2", "us-east-1"} {
			g.stock = append(g.stock, inventory.Pick{Centre: centre, Quantity: rapid.Int64Range(1, 8).Draw(t, "stock")})
		}
		out, items = append(out, g), items+g.price*g.wants
	}
	if c := couponLine(5)[0].coupon; items >= c.Minimum.Minor && rapid.Bool().Draw(t, "coupon") {
		out[0].coupon = c
	}
	return out
}

// What is quoted is charged: by its id a checkout takes the quoted total, to the cent and in the quoted parts, and a cart that
// the quote warns of is refused for what it warns of. Quoting changes nothing. Seen to catch: a delivery that the quote leaves
// out; tax on a line without its discount; a warning about a cart that can be bought.
func TestWhatIsQuotedIsCharged(t *testing.T) {
	t.Parallel()
	bought, refused := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		goods := drawGoods(rt)
		rec := &recorder{}
		w := newWorld(rec, goods)
		defer func() {
			for _, f := range rec.cleanups {
				f()
			}
		}()
		ctx, req := context.Background(), request(w.fill(customer), "pm_card_visa")
		w.db.After = func(_ context.Context, op string, writes []store.Write) error {
			rt.Fatalf("quoting wrote: %s %+v", op, writes)
			return nil
		}
		q, qerr := w.front.Quote(ctx, customer, req)
		w.db.After = w.after
		req.QuoteID = q.ID
		reply, err := w.front.Checkout(ctx, customer, "key-0001", req)
		if err != nil {
			rt.Fatal(err)
		}
		if qerr != nil || q.ID == "" {
			refused++
			if reply.State != checkout.Failed || qerr != nil && !strings.HasPrefix(qerr.Error(), reply.Failure.Code) ||
				qerr == nil && q.Warnings[0].Code != reply.Failure.Code && q.Warnings[len(q.Warnings)-1].Code != reply.Failure.Code {
				rt.Fatalf("quoted %+v %v, checked out %+v", q.Warnings, qerr, reply.Answer)
			}
			return
		}
		bought++
		charged := int64(0)
		for _, i := range w.intents("requires_capture") {
			charged += i.Open
		}
		if reply.State != checkout.Placed || *reply.Total != q.Order.Totals.Total || charged != q.Order.Totals.Total.Minor {
			rt.Fatalf("quoted %+v, charged %d: %+v %+v", q.Order.Totals, charged, reply.Answer, reply.Failure)
		}
		parts, taxes := int64(0), int64(0)
		for _, s := range q.Order.Shipments {
			parts += s.Amount.Minor
		}
		for _, x := range q.Taxes {
			taxes += x.Tax.Minor
		}
		if parts != charged || taxes != q.Order.Totals.Tax.Minor {
			rt.Fatalf("parcels of %d and taxes of %d: %+v", parts, taxes, q.Order.Totals)
		}
		if w.audit(); rec.problems != nil {
			rt.Fatal(rec.problems)
		}
	})
	t.Logf("%d carts were bought as quoted, %d refused as quoted", bought, refused)
	if bought == 0 || refused == 0 {
		t.Errorf("%d bought, %d refused", bought, refused)
	}
}

// shows has the shopper look at the cart.
func (w *world) shows(customerID string) carts.View {
	w.t.Helper()
	us, err := marketplaces.Lookup("US")
	if err != nil {
		w.t.Fatal(err)
	}
	v, err := w.carts.Show(context.Background(), carts.Owner{ID: customerID}, us)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// A price that rose since the cart was last shown is charged only of who names the new one: by its total, by a quote, or by
// having looked at the cart again. Seen to catch: an order at a price that nobody was shown; a price that fell, refused; a
// cart that is refused although it was shown since.
func TestNothingIsChargedUnseen(t *testing.T) {
	t.Parallel()
	const rose, fell = 9900, 1000
	total := func(price int64) *money.Amount { // two units at a price, shipped by their seller and delivered, and 7.25 % of the goods
		items := 2 * price
		a := money.Of(items+2*399+599+(items*725+5000)/10000, "USD")
		return &a
	}
	for _, c := range []struct {
		name  string
		price int64
		looks bool
		edit  func(w *world, r *checkout.Request)
		want  string // code, "" for an order
	}{
		{"risen", rose, false, nil, "cart_changed"},
		{"fallen", fell, false, nil, ""},
		{"risen and shown again", rose, true, nil, ""},
		{"risen, the new total", rose, false, func(_ *world, r *checkout.Request) { r.ExpectedTotal = total(rose) }, ""},
		{"risen, the old total", rose, false, func(_ *world, r *checkout.Request) { r.ExpectedTotal = total(1999) }, "cart_changed"},
		{"risen and shown, the old total", rose, true, func(_ *world, r *checkout.Request) { r.ExpectedTotal = total(1999) }, "cart_changed"},
		{"fallen, the old total", fell, false, func(_ *world, r *checkout.Request) { r.ExpectedTotal = total(1999) }, "cart_changed"},
		{"another currency", 1999, false, func(_ *world, r *checkout.Request) {
			a := *total(1999)
			a.Currency, r.ExpectedTotal = "EUR", &a
		}, "cart_changed"},
		{"a quote of now", rose, false, func(w *world, r *checkout.Request) { r.QuoteID = w.quoted(*r).ID }, ""},
		{"a quote of before", rose, false, func(w *world, r *checkout.Request) {
			w.goods[0].price = 1999
			r.QuoteID = w.quoted(*r).ID
			w.goods[0].price = rose
		}, "cart_changed"},
		{"a quote for another address", rose, false, func(w *world, r *checkout.Request) {
			other := *r
			other.AddressID = "adr_2"
			r.QuoteID = w.quoted(other).ID
		}, "cart_changed"},
		{"a quote that is too old", rose, false, func(w *world, r *checkout.Request) {
			r.QuoteID = w.quoted(*r).ID
			w.advance(checkout.QuoteFor + 1e9)
		}, "quote_expired"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, oneLine(5))
			req := request(w.fill(customer), "pm_card_visa")
			w.goods[0].price = c.price
			if c.looks {
				if v := w.shows(customer); v.Lines[0].Was == nil || v.Lines[0].Was.Minor != 1999 {
					t.Errorf("the change is not shown: %+v", v.Lines)
				}
				if v := w.shows(customer); v.Lines[0].Was != nil {
					t.Errorf("shown twice: %+v", v.Lines)
				}
			}
			if c.edit != nil {
				c.edit(w, &req)
			}
			reply, err := w.front.Checkout(context.Background(), customer, "key-0001", req)
			if err != nil {
				t.Fatal(err)
			}
			if n := w.audit(); c.want == "" {
				if reply.State != checkout.Placed || n != 1 || *reply.Total != *total(c.price) || reply.Current != nil {
					t.Fatalf("%+v %+v", reply.Answer, reply.Failure)
				}
				return
			}
			if reply.State != checkout.Failed || reply.Failure.Code != c.want || len(w.db.Items("payments"))+len(w.db.Items("holds")) != 0 {
				t.Fatalf("%+v %+v", reply.Answer, reply.Failure)
			}
			if reply.Current == nil || reply.Current.Order.Totals.Total != *total(c.price) || reply.Current.ID == "" {
				t.Fatalf("what it costs now: %+v", reply.Current)
			}
			again := req
			again.ExpectedTotal, again.QuoteID = nil, reply.Current.ID
			if reply, err = w.front.Checkout(context.Background(), customer, "key-0002", again); err != nil || reply.State != checkout.Placed {
				t.Fatalf("by the quote that the refusal shows: %+v %v", reply, err)
			}
		})
	}
}

func (w *world) quoted(r checkout.Request) checkout.Quote {
	w.t.Helper()
	q, err := w.front.Quote(context.Background(), customer, r)
	if err != nil {
		w.t.Fatal(err)
	}
	return q
}

// The refusal says in its problem what the cart costs now, line by line, and what changed.
func TestARefusalShowsTheNewFigures(t *testing.T) {
	t.Parallel()
	w := newWorld(t, oneLine(5))
	cart := w.fill(customer)
	w.goods[0].price = 9900
	a := w.asks(w.http(), customer, "key-0001", cart, "pm_card_visa")
	if a.status != http.StatusConflict || a.code != "cart_changed" {
		t.Fatalf("%+v", a)
	}
	for _, part := range []string{`"pointer":"/lines/0","code":"price_rose"`, `"unit_price":{"amount":9900,"currency":"USD"}`,
		`"total":{"amount":22633,"currency":"USD"}`, `"was":{"amount":2398,"currency":"USD"},"now":{"amount":10299,"currency":"USD"}`, `"quote_id":"quo_`} {
		if !strings.Contains(a.body, part) {
			t.Errorf("no %s in %s", part, a.body)
		}
	}
}

// A quote says what of a cart cannot be bought, by its place in the cart, and prices the rest. Seen to catch: a pointer into
// the lines that are left.
func TestAQuoteWarnsOfWhatCannotBeBought(t *testing.T) {
	t.Parallel()
	goods := manyLines()
	goods[1].wants = 99
	w := newWorld(t, goods)
	q := w.quoted(request(w.fill(customer), ""))
	if q.ID != "" || len(q.Order.Lines) != 2 || len(q.Warnings) != 1 || q.Warnings[0].Pointer != "/lines/1" || q.Warnings[0].Code != "item_unavailable" {
		t.Fatalf("%+v", q)
	}
	if want := int64(2*1999 + 1200); q.Order.Totals.Items.Minor != want {
		t.Errorf("items of %d, want %d", q.Order.Totals.Items.Minor, want)
	}
	cheap := oneLine(5)
	cheap[0].price, cheap[0].wants = 9, 1
	w = newWorld(t, cheap)
	req := request(w.fill(customer), "")
	req.AddressID = freely
	if q := w.quoted(req); q.ID != "" || len(q.Warnings) != 1 || q.Warnings[0].Code != "amount_too_small" || q.Order.Totals.Total.Minor != 10 {
		t.Errorf("%+v", q)
	}
}
