package fulfillment_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/functions/carts"
	"rialto/functions/carts/cartsstore"
	"rialto/functions/catalog"
	"rialto/functions/fulfillment"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/inventory"
	"rialto/functions/offers"
	"rialto/functions/orders"
)

// shelf has prd_a and prd_a2, variants of one parent, and prd_b, at a price each, and so many units of each.
type shelf struct {
	price, units map[string]int64
}

func (s shelf) GetMany(_ context.Context, keys ...offers.Key) (map[offers.Key]offers.Offer, error) {
	out := map[offers.Key]offers.Offer{}
	for _, k := range keys {
		if minor, sold := s.price[k.ProductID]; sold && k.SellerID == "sel_a" {
			out[k] = offers.Offer{ProductID: k.ProductID, SellerID: k.SellerID, SellerName: "North", Marketplace: k.Marketplace,
				Price: money.Of(minor, "USD"), Shipping: money.Of(0, "USD"), Condition: offers.New, Version: 1}
		}
	}
	return out, nil
}

func (s shelf) Stock(_ context.Context, skus ...inventory.SKU) (out []inventory.Stock, err error) {
	for _, sku := range skus {
		out = append(out, inventory.Stock{SKU: sku, Centre: "us-west-1", Available: s.units[sku.ProductID]})
	}
	return out, nil
}

type described struct{}

func (described) GetMany(_ context.Context, ids ...string) (map[string]catalog.Product, error) {
	out := map[string]catalog.Product{}
	for _, id := range ids {
		p := catalog.Product{ID: id, Title: "A thing"}
		if id != "prd_b" {
			p.ParentID = "prd_parent"
		}
		out[id] = p
	}
	return out, nil
}

// exchanges is a counter whose shoppers may exchange.
type exchanges struct {
	*counter
	shelf  shelf
	quoter *carts.Quoter
}

func newExchanges(t failer) exchanges {
	t.Helper()
	x := exchanges{counter: newCounter(t), shelf: shelf{map[string]int64{"prd_a": 40, "prd_a2": 40, "prd_b": 50},
		map[string]int64{"prd_a": 9, "prd_a2": 9, "prd_b": 9}}}
	sources := carts.Sources{Offers: x.shelf, Products: described{}, Stock: x.shelf}
	stored := cartsstore.Store{DB: x.db}
	x.Baskets = &carts.Service{Store: stored, Sources: sources, Now: func() time.Time { return x.now }}
	x.Products = described{}
	x.quoter = &carts.Quoter{Store: stored, Sources: sources, Now: func() time.Time { return x.now }}
	return x
}

func (x exchanges) ask(key, product string, lines ...fulfillment.Line) (fulfillment.Return, bool, error) {
	q := requestOf(lines...)
	q.Exchange = &fulfillment.Exchange{ProductID: product}
	return x.Request(context.Background(), key, q)
}

// quote is what a checkout of an exchange's cart is made of.
func (x exchanges) quote(cartID string) (carts.Quote, error) {
	return x.quoter.Quote(context.Background(), carts.QuoteInput{CartID: cartID, CustomerID: "cus_a", Marketplace: "US"})
}

// A unit that cost 36 is exchanged for one that costs as much as it did, more, or less: the new one costs its own price, and the return
// gives back what was paid. Seen to catch: an exchange of the price that was paid; a cart of all that the parcel held.
func TestAnExchangeCostsWhatItCosts(t *testing.T) {
	t.Parallel()
	for product, price := range map[string]int64{"": 40, "prd_a": 40, "prd_a2": 36} {
		for _, now := range []int64{price, 60, 10} {
			x := newExchanges(t)
			want := product
			if want == "" {
				want = "prd_a"
			}
			x.shelf.price[want] = now
			r, replayed, err := x.ask("key-0001", product, units(line, 1))
			if err != nil || replayed || r.Amount.Minor != 36 || r.Exchange.ProductID != want || r.Exchange.SellerID != "sel_a" ||
				r.Exchange.UnitPrice != money.Of(now, "USD") || r.ExchangedBy != "" {
				t.Fatalf("%q at %d: %+v %v", product, now, r, err)
			}
			q, err := x.quote(r.Exchange.CartID)
			if err != nil || q.Items != money.Of(now, "USD") || len(q.Lines) != 1 || q.Lines[0].ProductID != want || q.Lines[0].Quantity != 1 ||
				*q.ExchangeOf != (carts.ExchangeOf{OrderID: "ord_a", ReturnID: r.ID}) {
				t.Errorf("%q at %d: %+v %v", product, now, q, err)
			}
		}
	}
}

// What was shown when the exchange was asked for bounds what it is bought for unasked. Seen to catch: a cart whose price follows.
func TestAnExchangeThatRoseIsToldSo(t *testing.T) {
	t.Parallel()
	x := newExchanges(t)
	r, _, err := x.ask("key-0001", "prd_a2", units(line, 2))
	if err != nil {
		t.Fatal(err)
	}
	x.shelf.price["prd_a2"] = 45
	if again, replayed, err := x.ask("key-0001", "prd_a2", units(line, 2)); err != nil || !replayed || *again.Exchange != *r.Exchange {
		t.Errorf("%+v %v %v", again, replayed, err)
	}
	q, err := x.quote(r.Exchange.CartID)
	if err != nil || q.Items.Minor != 90 || q.Lines[0].Shown == nil || q.Lines[0].Shown.Minor != 40 {
		t.Errorf("%+v %v", q, err)
	}
}

// What cannot be exchanged changes nothing, and may be sent back. Seen to catch: a return made before it is known what can be bought.
func TestAnExchangeIsRefused(t *testing.T) {
	t.Parallel()
	ctx, x := context.Background(), newExchanges(t)
	x.shelf.units["prd_a2"] = 1
	anothers := requestOf(units(line, 1))
	anothers.Exchange = &fulfillment.Exchange{SellerID: "sel_z"}
	_, _, soldByNone := x.Request(ctx, "key-bad", anothers)
	for name, c := range map[string]struct {
		err         error
		code, field string
	}{
		"sold out":         {errOf(x.ask("key-bad", "prd_a2", units(line, 2))), "exchange_unavailable", "/exchange"},
		"sold by no such":  {soldByNone, "exchange_unavailable", "/exchange"},
		"something else":   {errOf(x.ask("key-bad", "prd_b", units(line, 1))), "invalid_return", "/exchange/product_id"},
		"no variants":      {errOf(x.ask("key-bad", "prd_a2", units(other, 1))), "invalid_return", "/exchange/product_id"},
		"two lines":        {errOf(x.ask("key-bad", "prd_a", units(line, 1), units(other, 1))), "invalid_return", "/lines"},
		"too many units":   {errOf(x.ask("key-bad", "prd_a", units(line, 3))), "invalid_return", "/lines/0/quantity"},
		"no line":          {errOf(x.ask("key-bad", "prd_a")), "invalid_return", "/lines"},
		"another's parcel": {errOf(x.ask("key-bad", "prd_a", units("prd_c#sel_a", 1))), "invalid_return", "/lines/0/line"},
	} {
		if f := fault.Of(c.err); fault.Code(c.err) != c.code || len(f.Fields) == 0 || f.Fields[0].Pointer != c.field {
			t.Errorf("%s: %v %+v", name, c.err, f)
		}
	}
	if list, err := x.OfOrder(ctx, "cus_a", "ord_a"); err != nil || len(list) > 0 || len(x.db.Items("carts")) > 0 {
		t.Errorf("%+v %v, %d carts", list, err, len(x.db.Items("carts")))
	}
	if r, _, err := x.Request(ctx, "key-0001", requestOf(units(line, 2))); err != nil || r.Exchange != nil || r.Amount.Minor != 73 {
		t.Errorf("%+v %v", r, err)
	}
}

// A key is of one exchange, however often and from how many tabs it is asked for. Seen to catch: a request compared without what is
// wanted for it.
func TestAKeyIsOfOneExchange(t *testing.T) {
	t.Parallel()
	x := newExchanges(t)
	var g errgroup.Group
	for range 8 {
		g.Go(func() error { _, _, err := x.ask("key-0001", "prd_a2", units(line, 1)); return err })
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if n := len(x.db.Items("carts")); n != 1 {
		t.Errorf("%d carts", n)
	}
	for _, product := range []string{"", "prd_a"} {
		if _, _, err := x.ask("key-0001", product, units(line, 1)); !errors.Is(err, fulfillment.ErrKeyReused) {
			t.Errorf("%q: %v", product, err)
		}
	}
	if _, _, err := x.Request(context.Background(), "key-0001", requestOf(units(line, 1))); !errors.Is(err, fulfillment.ErrKeyReused) {
		t.Error(err)
	}
}

// The order of an exchange is noted with its return, whatever else becomes of that, and at whatever time. Seen to catch: a seller's
// word that overwrites it; a note that begins the time of an appeal anew.
func TestTheOrderOfAnExchangeIsNoted(t *testing.T) {
	t.Parallel()
	ctx, x := context.Background(), newExchanges(t)
	r, _, err := x.ask("key-0001", "prd_a2", units(line, 1))
	if err != nil {
		t.Fatal(err)
	}
	before := x.now
	if r, err = x.Reject(ctx, "sel_a", "ord_a", r.ID, "worn"); err != nil {
		t.Fatal(err)
	}
	was := r
	x.now = x.now.Add(time.Hour)
	placed, err := json.Marshal(orders.Placed{OrderID: "ord_x", ExchangeOf: &orders.ExchangeOf{OrderID: "ord_a", ReturnID: r.ID}})
	if err != nil {
		t.Fatal(err)
	}
	start := &fulfillment.ShipmentService{Exchanges: x.ReceivingService, Now: func() time.Time { return x.now }}
	for range 2 {
		if err := start.HandleEvent(ctx, "OrderPlaced", placed); err != nil {
			t.Fatal(err)
		}
	}
	late := was
	late.Note = "torn"
	if saved, err := x.store.Resolve(ctx, was, late); err != nil || saved {
		t.Error(saved, err)
	}
	r, err = x.store.Return(ctx, "ord_a", r.ID)
	if err != nil || r.ExchangedBy != "ord_x" || r.State != fulfillment.Rejected || !r.UpdatedAt.Equal(before) {
		t.Errorf("%+v %v", r, err)
	}
	if err := x.Exchanged(ctx, orders.ExchangeOf{OrderID: "ord_a", ReturnID: "ret_none"}, "ord_x"); !errors.Is(err, fulfillment.ErrNoReturn) {
		t.Error(err)
	}
}
