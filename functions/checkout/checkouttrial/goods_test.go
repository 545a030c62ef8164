package checkouttrial_test

import (
	"context"
	"fmt"
	"testing"

	"rialto/functions/carts"
	"rialto/functions/catalog"
	"rialto/functions/checkout"
	"rialto/functions/internal/money"
	"rialto/functions/inventory"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/marketplaces"
	"rialto/functions/offers"
	"rialto/functions/promotions"
)

const (
	product = "prd_aaaaaaaaaaaaaaaaaaaaaaaaaa"
	seller  = "sel_aaaaaaaaaaaaaaaaaaaaaaaaaa"
)

// good is what a seller has and the customer's cart holds a line of.
type good struct {
	sku   inventory.SKU
	price int64
	wants int64
	stock []inventory.Pick // units by centre; the first is where somebody else buys
	extra int              // shards beside the first, in each centre
	// coupon, of the first good, is in the customer's cart; its budget has shards beside the first, too.
	coupon *promotions.Coupon
}

// oneLine is the smallest cart: two of so many units, in one centre.
func oneLine(units int64) []good {
	return []good{{inventory.SKU{ProductID: product, SellerID: seller}, 1999, 2, []inventory.Pick{{Centre: "us-west-2", Quantity: units}}, 0, nil}}
}

// hotLine is a cart of three units of a hot item, of which no shard has as many.
func hotLine() []good {
	g := oneLine(5)
	g[0].wants, g[0].extra = 3, 3
	return g
}

// manyLines is a cart of three lines from two sellers. The second line ships from two centres, so there are four
// holds, three shipments and three payments. A second plan, made beside the first one's holds, would be another.
func manyLines() []good {
	sku := func(p, s string) inventory.SKU {
		return inventory.SKU{ProductID: product[:len(product)-1] + p, SellerID: seller[:len(seller)-1] + s}
	}
	return []good{
		{sku("a", "a"), 1999, 2, []inventory.Pick{{Centre: "us-west-2", Quantity: 5}}, 0, nil},
		{sku("b", "a"), 451, 3,
			[]inventory.Pick{{Centre: "us-west-2", Quantity: 2}, {Centre: "us-east-1", Quantity: 2}, {Centre: "us-east-2", Quantity: 9}}, 0, nil},
		{sku("c", "b"), 12_00, 1, []inventory.Pick{{Centre: "us-east-1", Quantity: 4}}, 0, nil},
	}
}

// twoSellers is a cart of a line from each of two sellers, the second of whom has so many units: two shipments and two
// payments.
func twoSellers(units int64) []good {
	g := manyLines()
	g[2].wants, g[2].stock[0].Quantity = 2, units
	return []good{g[0], g[2]}
}

// offersOf are the offers of a world's goods.
type offersOf []good

func (s offersOf) GetMany(_ context.Context, keys ...offers.Key) (map[offers.Key]offers.Offer, error) {
	out := map[offers.Key]offers.Offer{}
	for _, k := range keys {
		for _, g := range s {
			if g.sku.ProductID == k.ProductID && g.sku.SellerID == k.SellerID {
				shipping := int64(399)
				if g.price < 100 { // what costs next to nothing is shipped for nothing
					shipping = 0
				}
				out[k] = offers.Offer{ID: k.ID(), ProductID: k.ProductID, SellerID: k.SellerID, SellerName: "North", Marketplace: k.Marketplace,
					Price: money.Of(g.price, "USD"), Shipping: money.Of(shipping, "USD"), Condition: offers.New, Version: 1}
			}
		}
	}
	return out, nil
}

type titles struct{}

func (titles) GetMany(_ context.Context, ids ...string) (map[string]catalog.Product, error) {
	out := map[string]catalog.Product{}
	for _, id := range ids {
		out[id] = catalog.Product{ID: id, Title: "A thing", CategoryID: "tools"}
	}
	return out, nil
}

// receive books the goods' stock in.
func (w *world) receive() {
	w.t.Helper()
	for i, g := range w.goods {
		for j, p := range g.stock {
			if p.Quantity == 0 {
				continue
			}
			r := inventory.Receipt{ID: fmt.Sprintf("r%d-%d", i, j), SKU: g.sku, Centre: p.Centre, Quantity: p.Quantity}
			stock := inventorystore.Store{DB: w.db}
			if _, err := stock.Receive(context.Background(), r); err != nil {
				w.t.Fatal(err)
			}
			if g.extra > 0 {
				if _, err := stock.Grow(context.Background(), g.sku, p.Centre, g.extra); err != nil {
					w.t.Fatal(err)
				}
			}
		}
	}
	w.issue()
}

// fill puts what a customer wants of all goods into its cart and returns the cart's id.
func (w *world) fill(customerID string) (cart string) {
	w.t.Helper()
	us, err := marketplaces.Lookup("US")
	if err != nil {
		w.t.Fatal(err)
	}
	for _, g := range w.goods {
		v, err := w.put(context.Background(), customerID, g)
		if err != nil {
			w.t.Fatal(err)
		}
		cart = v.Cart.ID
	}
	if c := w.coupon(); c != nil {
		guard := carts.Guard{Key: fmt.Sprint("key-coupon-", 1000+w.puts)}
		if _, err := w.carts.Redeem(context.Background(), carts.Owner{ID: customerID}, us, guard, c.Code); err != nil {
			w.t.Fatal(err)
		}
	}
	return cart
}

// put puts what a customer wants of a good into its cart.
func (w *world) put(ctx context.Context, customerID string, g good) (carts.View, error) {
	us, err := marketplaces.Lookup("US")
	if err != nil {
		return carts.View{}, err
	}
	w.mu.Lock()
	w.puts++
	key := fmt.Sprint("key-", 1000+w.puts)
	w.mu.Unlock()
	v, err := w.carts.Add(ctx, carts.Owner{ID: customerID}, us, carts.Guard{Key: key}, g.sku.ProductID, g.sku.SellerID, g.wants)
	if err == nil {
		w.mu.Lock()
		w.units += g.wants
		w.mu.Unlock()
	}
	return v, err
}

// inCart counts the units in a customer's cart.
func (w *world) inCart(customerID string) (units int64) {
	w.t.Helper()
	us, err := marketplaces.Lookup("US")
	if err != nil {
		w.t.Fatal(err)
	}
	v, err := w.carts.Show(context.Background(), carts.Owner{ID: customerID}, us)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, l := range v.Cart.Lines {
		units += l.Quantity
	}
	return units
}

// wanted is how many units fill puts into a cart.
func (w *world) wanted() (units int64) {
	for _, g := range w.goods {
		units += g.wants
	}
	return units
}

func TestManyLinesAreSplit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, manyLines())
	if reply, err := w.front.Checkout(context.Background(), customer, "key-0001", request(w.fill(customer), "pm_card_visa")); err != nil ||
		reply.State != checkout.Placed {
		t.Fatalf("%+v %v", reply, err)
	}
	if w.audit() != 1 {
		t.Fatal("no order")
	}
	for _, o := range w.orders() {
		if holds := len(w.db.Items("holds")); len(o.Lines) != 3 || len(o.Shipments) != 3 || holds != 4 || len(w.intents("")) != 3 {
			t.Errorf("%d lines, %d shipments, %d holds, %d payments", len(o.Lines), len(o.Shipments), holds, len(w.intents("")))
		}
	}
}

func TestAHotLineDrawsOnSeveralShards(t *testing.T) {
	t.Parallel()
	w := newWorld(t, hotLine())
	if reply, err := w.front.Checkout(context.Background(), customer, "key-0001", request(w.fill(customer), "pm_card_visa")); err != nil ||
		reply.State != checkout.Placed {
		t.Fatalf("%+v %v", reply, err)
	}
	if w.audit() != 1 {
		t.Fatal("no order")
	}
	if h := itemsOf[inventory.Hold](w, "holds"); len(h) != 1 || len(h[0].Drawn()) < 2 {
		t.Errorf("%+v", h)
	}
}
