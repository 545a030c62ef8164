package fulfillmenttrial_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"rialto/functions/carts"
	"rialto/functions/carts/cartsstore"
	"rialto/functions/catalog"
	"rialto/functions/checkout"
	"rialto/functions/customers"
	"rialto/functions/fulfillment"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/internal/sweep"
	"rialto/functions/inventory"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/laboratory/schedule"
	"rialto/functions/offers"
	"rialto/functions/orders/ordersstore"
	"rialto/functions/payments"
	"rialto/functions/promotions"
	"rialto/functions/tax"
)

const day = 24 * time.Hour

// whole is a coupon that pays for all goods.
const whole = 10_000

// deliveryPrice is what the delivery option costs, in minor units.
const deliveryPrice = 5_99

// workload is what a trial is of. Zero is the dull choice everywhere.
type workload struct {
	market market
	goods  []good
	orders []purchase
	counts []count
	faults []armed
	outage outage
	pace   time.Duration
	// In so many of 1,000 cases:
	torn      int // a transaction is seen half done
	republish int // a stream's record comes again
	broken    int // the gateway fails by itself
	poor      int // a bank that is asked again days later says no
	again     int // a message comes twice
	slow      int // a message is late
	lagging   int // an index does not know of the last write
	returned  int // a bank turns a refund back later
	redriven  int // half days within which a dead letter is sent on
}

// market is a marketplace, two jurisdictions that it ships to, and two centres that it ships from.
type market struct {
	code, currency string
	to             [2]address
	from           [2]string
}

type address struct{ country, region string }

var markets = []market{
	{"US", "USD", [2]address{{"US", "CA"}, {"US", "TX"}}, [2]string{"us-west-2", "us-east-1"}},
	{"DE", "EUR", [2]address{{"DE", ""}, {"FR", ""}}, [2]string{"de-south-1", "fr-north-1"}},
	{"SE", "SEK", [2]address{{"SE", ""}, {"FI", ""}}, [2]string{"se-south-1", "de-north-1"}},
}

// good is a seller's units of a product in its centres.
type good struct {
	sku             inventory.SKU
	category        string
	price, shipping int64
	bySeller        bool
	shelf           []shelved
}

type shelved struct {
	centre        string
	booked, there int64 // units; some were never there
}

// purchase is an order that is placed.
type purchase struct {
	id     string
	at     time.Duration
	wants  []int64 // units of each good
	to     int
	coupon int64 // basis points off; all of them pay for the goods whole
	// exchange is the return that it is in exchange for, nil for what is bought from one's own cart.
	exchange *fulfillment.Return
}

// count is a seller's count of what lies on a shelf, told some time after it was taken.
type count struct {
	id, good, shelf int
	at, late        time.Duration
}

// outage is a function that fails for days, whatever it is given, or a sweep that does not run; none without an id.
type outage struct {
	id       string
	from, to time.Duration
}

var outages = []string{"", "", "", "", "payments-capture", "payments-refund", "fulfillment-advance", "inventory-ship",
	"inventory-return", "payouts-book", "fulfillment-overdue", "payments-renew"}

func (t *trial) isDown(id string) bool {
	o, now := t.work.outage, t.s.Elapsed()
	return o.id == id && now >= o.from && now < o.to
}

func drawWorkload(s *schedule.Scheduler) workload {
	w := workload{market: markets[s.Choose(len(markets))], pace: []time.Duration{10 * time.Minute, time.Hour}[s.Choose(2)]}
	for i := range 4 {
		g := good{sku: inventory.SKU{ProductID: fmt.Sprintf("prd_%026d", i), SellerID: fmt.Sprintf("sel_%026d", i/2)},
			category: []string{"tools", "books"}[s.Choose(2)], price: []int64{19_99, 100, 1, 99_00, 7}[s.Choose(5)],
			shipping: []int64{0, 3_99, 49_99, 1}[s.Choose(4)], bySeller: s.Choose(2) == 1}
		for _, c := range w.market.from[:1+s.Choose(2)] {
			n := int64(4 + s.Choose(6))
			missing := int64(0)
			if s.Choose(3) == 2 {
				n, missing = 64, 2 // more than is ever ordered, exchanged and sent again, so that no parcel is short of them
			}
			g.shelf = append(g.shelf, shelved{c, n, n - missing})
		}
		w.goods = append(w.goods, g)
	}
	for i := range 1 + s.Choose(3) {
		p := purchase{id: fmt.Sprintf("ord_%026d", i), at: time.Duration(s.Choose(5)) * 11 * time.Hour, to: s.Choose(2), wants: make([]int64, len(w.goods)),
			coupon: int64([]int{0, 0, 1_000, 3_333, whole}[s.Choose(5)])}
		for k := range p.wants {
			p.wants[k] = int64([]int{0, 1, 0, 2, 3, 5}[s.Choose(6)])
		}
		if slices.Max(p.wants) == 0 {
			p.wants[i%len(p.wants)] = 2
		}
		w.orders = append(w.orders, p)
	}
	for i := range s.Choose(5) {
		k := s.Choose(len(w.goods))
		w.counts = append(w.counts, count{i, k, s.Choose(len(w.goods[k].shelf)), time.Duration(s.Choose(160)) * time.Hour,
			[]time.Duration{0, time.Second, time.Hour, 2 * day}[s.Choose(4)]})
	}
	if len(w.counts) > 1 && s.Choose(2) == 1 { // what is counted twice at once
		w.counts[1].good, w.counts[1].shelf, w.counts[1].at = w.counts[0].good, w.counts[0].shelf, w.counts[0].at
	}
	for range s.Choose(6) {
		w.faults = append(w.faults, armed{int64(1 + s.Choose(400)), faultKind(1 + s.Choose(int(faultKinds)-1))})
	}
	from := time.Duration(s.Choose(20)) * 12 * time.Hour
	w.outage = outage{outages[s.Choose(len(outages))], from, from + []time.Duration{day, 4 * day, 9 * day}[s.Choose(3)]}
	rate := func(some ...int) int { return some[s.Choose(len(some))] }
	w.torn, w.republish, w.broken, w.poor = rate(0, 100, 500), rate(0, 20, 200), rate(0, 0, 30, 150), rate(0, 300, 1000)
	w.again, w.slow, w.redriven, w.lagging = rate(0, 50, 300), rate(0, 50, 300), rate(1, 2, 8, 20), rate(0, 0, 300)
	w.returned = rate(0, 0, 250)
	return w
}

var lateness = []time.Duration{time.Second, 5 * time.Second, time.Minute, 20 * time.Minute, 6 * time.Hour, 2 * day}

// delay is how long a message or record takes; one that is tried again takes some seconds at least.
func (t *trial) delay(try int) time.Duration {
	if !t.s.Chance(t.work.slow) {
		return time.Duration(min(try, 5)) * time.Second
	}
	return lateness[t.s.Choose(len(lateness))]
}

func (t *trial) twice() int {
	if t.s.Chance(t.work.again) {
		return 1
	}
	return 0
}

// begin books the stock in and starts who acts by the clock.
func (t *trial) begin() {
	ctx := context.Background()
	for i, g := range t.work.goods {
		for k, s := range g.shelf {
			r := inventory.Receipt{ID: fmt.Sprintf("r%d-%d", i, k), SKU: g.sku, Centre: s.centre, Quantity: s.booked}
			if _, err := t.process.stock.Receive(ctx, inventory.Batch{Rows: []inventory.Receipt{r}}); err != nil {
				t.fail("store", "%v", err)
			}
			t.books.arrive(pool{g.sku, s.centre}, s.there, s.booked-s.there)
		}
	}
	for _, m := range []sweep.Mark{t.process.sweeper.Sellers, t.process.payments.List} { // sweeps ran before
		if err := m.KeepSweepFrom(ctx, dawn.Format(time.DateOnly)); err != nil {
			t.fail("store", "%v", err)
		}
	}
	t.streams.flush()
	for _, p := range t.work.orders {
		t.task("shopper", func(ctx context.Context) error {
			if err := schedule.Sleep(ctx, p.at); err != nil {
				return err
			}
			t.order(p)
			return nil
		})
	}
	for _, c := range t.work.counts {
		t.task("counter", func(ctx context.Context) error { return t.count(ctx, c) })
	}
	for _, f := range scheduled {
		t.s.Go(ctx, f.ID(), func(ctx context.Context) error { return t.sweep(ctx, f) })
	}
}

// order has a shopper try to place an order.
func (t *trial) order(p purchase) {
	if err := t.place(p); err != nil {
		t.counts.refused++
		t.counts.did("refuse " + fault.Code(err))
		t.note("%s is not placed: %v", p.id, err)
	}
	t.streams.flush()
}

// place takes an order up to its pivot, in one step: what may go wrong until there is checkouttrial's.
func (t *trial) place(p purchase) error {
	ctx := context.Background()
	q, err := t.quote(ctx, p)
	if err != nil {
		return err
	}
	m := t.work.market
	delivery := customers.Delivery{AddressID: "adr_1", Country: m.to[p.to].country, Region: m.to[p.to].region, Sealed: []byte("sealed"),
		Shipping: customers.ShippingOption{ID: "standard", Price: money.Of(deliveryPrice, m.currency), Days: 5},
		Method:   customers.PaymentMethod{Token: "pm_card_visa"}}
	assessed, err := t.assess(q, delivery)
	if err != nil {
		return err
	}
	ref := checkout.Ref{ID: "chk_" + p.id[4:], OrderID: p.id, CustomerID: "cus_" + p.id[4:]}
	if p.exchange != nil {
		ref.CustomerID = p.exchange.CustomerID
	}
	d, err := checkout.NewDraft(ref, checkout.Request{Marketplace: m.code}, checkout.Prepared{Quote: q, Delivery: delivery, Tax: assessed})
	if err != nil {
		return err
	}
	now := t.s.Now()
	if _, err := t.process.stock.Hold(ctx, inventory.HoldInput{OrderID: p.id, Plan: d.Plan, ExpiresAt: now.Add(checkout.HoldFor)}); err != nil {
		return err
	}
	authorize := payments.AuthorizeInput{OrderID: p.id, Epoch: 1, CustomerID: ref.CustomerID, MethodToken: d.MethodToken}
	for _, g := range d.Groups() {
		authorize.Groups = append(authorize.Groups, payments.Group{Group: g.Group, Amount: g.Amount})
	}
	authorized, err := t.process.payments.Authorize(ctx, authorize)
	if err != nil {
		return errors.Join(err, t.undo(ctx, d))
	}
	in := checkout.PlaceInput{Checkout: ref, Claimed: checkout.Claimed{Draft: d}}
	b, err := json.Marshal(authorized) // as the state machine hands it on
	if err = errors.Join(err, json.Unmarshal(b, &in.Authorization)); err != nil {
		return err
	}
	if _, err = (&checkout.Steps{Store: pivot{t: t}, Now: t.s.Now}).Place(ctx, in); err != nil {
		return errors.Join(err, t.undo(ctx, d))
	}
	t.ordered(t.books.orders[p.id])
	return nil
}

// undo gives back what an order that is not placed has taken.
func (t *trial) undo(ctx context.Context, d checkout.Draft) error {
	_, cancelled := t.process.payments.Cancel(ctx, payments.CancelInput{OrderID: d.Order.ID, Groups: d.Effects().Groups})
	_, err := t.process.stock.Release(ctx, inventory.ReleaseInput{OrderID: d.Order.ID, Plan: d.Plan})
	return errors.Join(cancelled, err)
}

// pivot is the part of the pivot that this trial begins at: the order and its holds.
type pivot struct {
	checkout.SagaStore
	t *trial
}

// Place makes the order. What is in exchange leaves its cart with it.
func (v pivot) Place(ctx context.Context, ref checkout.Ref, d checkout.Draft, now time.Time) (checkout.Record, error) {
	o := d.Order
	o.PlacedAt = now
	writes := append(inventorystore.Commit(o.ID, d.Plan, now), ordersstore.Place(o))
	if o.ExchangeOf != nil {
		writes = append(writes, cartsstore.Ordered(d.CartID, d.CartVersion))
	}
	if err := (gate{v.t}).Transact(ctx, writes...); err != nil {
		return checkout.Record{}, err
	}
	v.t.books.placed(o)
	v.t.note("%s is placed", o.ID)
	return checkout.Record{Ref: ref, State: checkout.Placed}, nil
}

func (t *trial) assess(q carts.Quote, d customers.Delivery) (tax.Assessment, error) {
	s := tax.Sale{Marketplace: q.Marketplace, Country: d.Country, Region: d.Region, Delivery: d.Shipping.Price}
	for _, l := range q.Lines {
		s.Lines = append(s.Lines, tax.Line{Line: l.Line, Amount: l.Amount, Category: l.Category, Discount: l.Discount, Shipping: l.Shipping})
	}
	return tax.Assess(s)
}

func (t *trial) quote(ctx context.Context, p purchase) (carts.Quote, error) {
	if r := p.exchange; r != nil {
		q := carts.Quoter{Store: cartsstore.Store{DB: gate{t}}, Now: t.s.Now, Sources: t.sources(coupons{})}
		return q.Quote(ctx, carts.QuoteInput{CartID: r.Exchange.CartID, CustomerID: r.CustomerID, Marketplace: t.work.market.code})
	}
	c := carts.Cart{ID: "crt_1", OwnerID: "cus_1", Marketplace: t.work.market.code, State: carts.Open}
	var items int64
	for i, n := range p.wants {
		if n > 0 {
			g := t.work.goods[i]
			items += n * g.price
			c.Lines = append(c.Lines, carts.Line{ProductID: g.sku.ProductID, SellerID: g.sku.SellerID, Quantity: n,
				UnitPrice: money.Of(g.price, t.work.market.currency), Shipping: money.Of(g.shipping, t.work.market.currency)})
		}
	}
	if p.coupon > 0 {
		c.Coupon = "SALE"
	}
	q := carts.Quoter{Store: cart{c: c}, Now: t.s.Now, Sources: t.sources(coupons{p.coupon, t.work.market, items})}
	return q.Quote(ctx, carts.QuoteInput{CartID: c.ID, CustomerID: c.OwnerID, Marketplace: c.Marketplace})
}

// sources are what carts are priced by.
func (t *trial) sources(c coupons) carts.Sources {
	return carts.Sources{AtOnce: 1, Offers: onOffer{t}, Products: onOffer{t}.products(), Stock: t.stock(t.s.Now), Coupons: c}
}

// cart is a store with one cart.
type cart struct {
	carts.Store
	c carts.Cart
}

func (s cart) Get(context.Context, string) (carts.Cart, bool, error) { return s.c, true, nil }

// onOffer are the offers of a trial's goods.
type onOffer struct{ t *trial }

func (s onOffer) GetMany(_ context.Context, keys ...offers.Key) (map[offers.Key]offers.Offer, error) {
	out := map[offers.Key]offers.Offer{}
	for _, k := range keys {
		for _, g := range s.t.work.goods {
			if g.sku.ProductID == k.ProductID && g.sku.SellerID == k.SellerID {
				o := offers.Offer{ID: k.ID(), ProductID: k.ProductID, SellerID: k.SellerID, SellerName: "North", Marketplace: k.Marketplace,
					Price: money.Of(g.price, s.t.work.market.currency), Shipping: money.Of(g.shipping, s.t.work.market.currency), Condition: offers.New, Version: 1}
				if g.bySeller {
					o.Fulfillment = offers.BySeller
				}
				out[k] = o
			}
		}
	}
	return out, nil
}

func (s onOffer) products() carts.Products { return products(s) }

type products struct{ t *trial }

func (s products) GetMany(_ context.Context, ids ...string) (map[string]catalog.Product, error) {
	out := map[string]catalog.Product{}
	for _, g := range s.t.work.goods {
		out[g.sku.ProductID] = catalog.Product{ID: g.sku.ProductID, Title: "A thing", CategoryID: g.category}
	}
	return out, nil
}

// coupons has one coupon, of so many basis points.
type coupons struct {
	off    int64
	market market
	items  int64
}

func (s coupons) Coupon(context.Context, promotions.Ref) (promotions.Coupon, error) {
	c := promotions.Coupon{Ref: promotions.Ref{Marketplace: s.market.code, Code: "SALE"}, Kind: promotions.Percent, BasisPoints: s.off,
		From: dawn.Add(-day), Until: dawn.Add(100 * day), Budget: 100, PerCustomer: 9, Version: 1}
	if s.off == whole {
		c.Kind, c.Amount = promotions.Fixed, money.Of(s.items, s.market.currency)
	}
	return c, nil
}
