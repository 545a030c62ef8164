package fulfillment_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"rialto/functions/fulfillment"
	"rialto/functions/fulfillment/fulfillmentstore"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
	"rialto/functions/orders"
	"rialto/functions/orders/ordersstore"
)

// customer is the order service over a world with one order: two lines of sel_a in one parcel, and one of Rialto's own.
type customer struct {
	*fulfillment.OrderService
	w     *world
	order orders.Order
	paid  [2]int64 // captured and refunded
}

func (c *customer) Balance(context.Context, string) (captured, refunded int64, err error) {
	return c.paid[0], c.paid[1], nil
}

func (c *customer) FirstImages(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"prd_b": "/media/b.jpg"}, nil
}

func newCustomer(t failer) *customer {
	t.Helper()
	usd := func(n int64) money.Amount { return money.Of(n, "USD") }
	free := orders.Charge{Amount: usd(0), Tax: usd(0)}
	part := func(line string, n, paid int64) orders.ShipmentLine {
		return orders.ShipmentLine{Line: line, Quantity: n, Paid: usd(paid), Tax: usd(0), Discount: usd(0)}
	}
	c := &customer{w: newWorld(), order: orders.Order{ID: "ord_a", CustomerID: "cus_a", Marketplace: "US", PlacedAt: noon, Coupon: "SAVE",
		Totals: orders.Totals{Items: usd(400), Total: usd(405), Shipping: usd(5), Tax: usd(0)}, Delivery: orders.Delivery{Country: "US", Days: 2},
		Shipments: []orders.Shipment{
			{Group: "g1", SellerID: "sel_a", Centre: "c1", Fulfilment: orders.BySeller, Amount: usd(305), Delivery: free,
				Shipping: orders.Charge{Amount: usd(5), Tax: usd(0)}, Lines: []orders.ShipmentLine{part("l1", 1, 100), part("l2", 2, 200)}},
			{Group: "g2", SellerID: "sel_b", Centre: "c2", Amount: usd(100), Shipping: free, Delivery: free,
				Lines: []orders.ShipmentLine{part("l3", 1, 100)}}}}}
	for _, l := range []struct {
		line, product, seller string
		n                     int64
	}{{"l1", "prd_a", "sel_a", 1}, {"l2", "prd_b", "sel_a", 2}, {"l3", "prd_c", "sel_b", 1}} {
		c.order.Lines = append(c.order.Lines, orders.Line{Line: l.line, ProductID: l.product, SellerID: l.seller, Title: "Boots", Quantity: l.n,
			UnitPrice: usd(100), Amount: usd(100 * l.n), Tax: usd(0)})
	}
	if _, err := c.w.db.Apply(context.Background(), ordersstore.Place(c.order)); err != nil {
		t.Fatalf("%v", err)
	}
	stored := fulfillmentstore.Store{DB: c.w.db}
	c.OrderService = &fulfillment.OrderService{Orders: ordersstore.Store{DB: c.w.db}, Shipments: stored, Returns: stored, Payments: c, Images: c,
		Now: func() time.Time { return c.w.now }, Pace: pace}
	return c
}

func all(n int64, line string) fulfillment.Line { return fulfillment.Line{Line: line, Quantity: n} }

// Seen to catch: a parcel cancelled that was packed; one whose opening comes after its cancellation and undoes it; a customer's
// change of mind that counts against the seller.
func TestACustomerCancels(t *testing.T) {
	t.Parallel()
	ctx, c := context.Background(), newCustomer(t)
	if l, err := c.Order(ctx, "cus_a", "ord_a"); err != nil || l.Status != "placed" || l.Lines[1].Image != "/media/b.jpg" {
		t.Fatalf("%+v %v", l, err)
	}
	for code, lines := range map[string][]fulfillment.Line{
		"invalid_cancellation": {all(1, "l2"), all(2, "l1"), all(1, "l9"), all(2, "l2")},
	} {
		if _, err := c.Cancel(ctx, "cus_a", "ord_a", lines); fault.Code(err) != code {
			t.Error(code, err)
		}
	}
	if _, err := c.Cancel(ctx, "cus_b", "ord_a", nil); fault.Code(err) != "order_not_found" {
		t.Error(err)
	}
	// Before its parcels are opened, and again afterwards.
	for range 2 {
		l, err := c.Cancel(ctx, "cus_a", "ord_a", []fulfillment.Line{all(2, "l2"), all(1, "l1")})
		if err != nil || l.Status != "placed" || l.Lines[0].Status != "cancelled" || l.Lines[1].Progress.Cancelled != 2 || l.Lines[2].Status != "placed" ||
			l.Cancelled.Minor != 305 {
			t.Fatalf("%+v %v", l, err)
		}
		if err := c.w.Start(ctx, c.order.Placed()); err != nil {
			t.Fatal(err)
		}
	}
	if p, err := c.w.Performance(ctx, "sel_a"); err != nil || p.ToShip != 0 || p.DefectRate != 0 || p.Orders != 1 {
		t.Errorf("it counts against the seller: %+v %v", p, err)
	}
	c.w.run(t, inOrder)
	c.paid = [2]int64{100, 0}
	l, err := c.Order(ctx, "cus_a", "ord_a")
	if err != nil || l.Status != "delivered" || l.Lines[2].Progress.Delivered != 1 || l.Paid.Minor != 100 || l.Cancelled.Minor != 305 {
		t.Errorf("%+v %v", l, err)
	}
	if _, err := c.Cancel(ctx, "cus_a", "ord_a", []fulfillment.Line{all(1, "l3")}); fault.Code(err) != "order_not_cancellable" {
		t.Error(err)
	}
	if l, err := c.Cancel(ctx, "cus_a", "ord_a", nil); err != nil || l.Status != "delivered" { // the rest of it was cancelled before
		t.Error(l, err)
	}
	list, _, err := c.History(ctx, "cus_a", fulfillment.Filter{}, 5, orders.Position{})
	if err != nil || len(list) != 1 || list[0].Status != "delivered" || list[0].Lines[0].Title != "Boots" {
		t.Errorf("%+v %v", list, err)
	}
}

// told are the events of changes of an order's parcels that are not of one parcel.
func (c *customer) told(t *testing.T, do func()) (events []string) {
	t.Helper()
	before := map[string]store.Item{}
	for _, i := range c.w.db.Items("shipments") {
		before[store.KeyOf(i).SK] = i
	}
	do()
	for _, i := range c.w.db.Items("shipments") {
		es, err := fulfillmentstore.Events(outbox.Change{Old: before[store.KeyOf(i).SK], New: i})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range es {
			if e.Name == fulfillment.EventOrderCancelled {
				events = append(events, string(e.Data))
			}
		}
	}
	return events
}

// The events of a cancellation say whose it was. Seen to catch: the first who cancelled units of a parcel named for all that follow.
func TestACancellationTellsWhose(t *testing.T) {
	t.Parallel()
	x := fulfillment.Shipment{State: fulfillment.Pending, Lines: []fulfillment.Line{{Line: line, Quantity: 3}}}
	for n, by := range []fulfillment.Actor{fulfillment.Shopper, fulfillment.Seller, fulfillment.Operator} {
		now := x
		now.Cut, now.Cuts = append(now.Cut[:n:n], fulfillment.Cut{Line: line, Quantity: 1, By: by}), n+1
		name, data := fulfillment.Happened(x, now)
		if e, ok := data.(fulfillment.ShipmentReduced); !ok || name != fulfillment.EventReduced || e.By != by || len(e.Now) != 1 {
			t.Errorf("%s: %s %+v", by, name, data)
		}
		x = now
	}
	for cause, by := range map[fulfillment.Cause]fulfillment.Actor{fulfillment.Withdrawn: fulfillment.Shopper, fulfillment.Overdue: fulfillment.System,
		fulfillment.Unfulfillable: fulfillment.Seller, fulfillment.Stopped: fulfillment.Operator, fulfillment.GivenUp: fulfillment.System} {
		now := x
		now.State, now.CancelledFor = fulfillment.Cancelled, cause
		if _, data := fulfillment.Happened(x, now); data.(fulfillment.ShipmentCancelled).By != by {
			t.Errorf("%s: %+v", cause, data)
		}
	}
}

// That an order is cancelled whole is told once, by whatever order its parcels are, and not while one may still leave. Seen to catch: an
// order whose second parcel was not opened yet; one told again by each parcel.
func TestAnOrderIsCancelledWholeOnce(t *testing.T) {
	t.Parallel()
	ctx, c := context.Background(), newCustomer(t)
	look := func() {
		if err := c.w.Cancelled(ctx, "ord_a"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Cancel(ctx, "cus_a", "ord_a", []fulfillment.Line{all(2, "l2"), all(1, "l1")}); err != nil {
		t.Fatal(err)
	}
	if got := c.told(t, look); got != nil {
		t.Error("one of two parcels is cancelled:", got)
	}
	if err := c.w.Start(ctx, c.order.Placed()); err != nil {
		t.Fatal(err)
	}
	if got := c.told(t, look); got != nil {
		t.Error("one of two parcels is cancelled:", got)
	}
	if _, err := c.Cancel(ctx, "cus_a", "ord_a", nil); err != nil {
		t.Fatal(err)
	}
	for n, want := range [][]string{{`{"order_id":"ord_a","customer_id":"cus_a","marketplace":"US","coupon":"SAVE"}`}, nil} {
		if diff := cmp.Diff(want, c.told(t, look)); diff != "" {
			t.Error(n, diff)
		}
	}
	if err := c.w.Cancelled(ctx, "ord_b"); fault.Code(err) != "order_not_found" {
		t.Error(err)
	}
}

// Of a customer who cancels and a seller who confirms at once, one has its way.
func TestAParcelIsCancelledOrConfirmed(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for range 20 {
		c := newCustomer(t)
		if err := c.w.Start(ctx, c.order.Placed()); err != nil {
			t.Fatal(err)
		}
		var cancelled, confirmed error
		var g errgroup.Group
		g.Go(func() error {
			_, cancelled = c.Cancel(ctx, "cus_a", "ord_a", []fulfillment.Line{all(1, "l1"), all(2, "l2")})
			return nil
		})
		g.Go(func() error {
			_, confirmed = c.w.Confirm(ctx, "sel_a", "ord_a", fulfillment.ShipmentID("ord_a", "g1"), "Post", "AB-1234")
			return nil
		})
		_ = g.Wait()
		got := fault.Code(cancelled) + " " + fault.Code(confirmed)
		if got != " shipment_cancelled" && got != "order_not_cancellable " {
			t.Error(got)
		}
	}
}

// A parcel is cancelled unit by unit: what is left of it costs its own units, and what its seller asks for shipping these; its delivery
// stays what it was. The same again changes nothing. Seen to catch: a unit of two that takes the whole parcel with it; a
// quantity taken for one more each time; shipping of units that do not leave.
func TestUnitsOfALineAreCancelled(t *testing.T) {
	t.Parallel()
	ctx, c := context.Background(), newCustomer(t)
	mine := fulfillment.ShipmentID("ord_a", "g1")
	cancel := func(status string, cancelled int64, lines ...fulfillment.Line) {
		t.Helper()
		for range 2 {
			l, err := c.Cancel(ctx, "cus_a", "ord_a", lines)
			if err != nil || l.Status != status || l.Cancelled.Minor != cancelled {
				t.Fatalf("%s %+v %v", l.Status, l.Cancelled, err)
			}
		}
	}
	parcel := func(state fulfillment.State, amount int64, lines ...fulfillment.Line) {
		t.Helper()
		x, _, err := c.Shipments.Get(ctx, "ord_a", mine)
		if diff := cmp.Diff(lines, x.Lines); err != nil || diff != "" || x.Amount.Minor != amount || x.State != state {
			t.Fatalf("%s %d %v\n%s", x.State, x.Amount.Minor, err, diff)
		}
	}
	if err := c.w.Start(ctx, c.order.Placed()); err != nil {
		t.Fatal(err)
	}
	cancel("placed", 102, all(1, "l2")) // a unit at 100, and half of the 3 of 5 that shipping its line costs
	parcel(fulfillment.Pending, 203, all(1, "l1"), all(1, "l2"))
	x, err := c.w.SellerService.Cancel(ctx, "sel_a", "ord_a", mine, "out of stock", []fulfillment.Line{all(1, "l1")})
	if err != nil || x.Amount.Minor != 101 || x.Note != "out of stock" {
		t.Fatalf("%+v %v", x, err)
	}
	parcel(fulfillment.Pending, 101, all(1, "l2"))
	l, err := c.Order(ctx, "cus_a", "ord_a")
	if err != nil || l.Lines[0].Status != "cancelled" || l.Lines[1].Progress.Cancelled != 1 || l.Lines[1].Status != "placed" ||
		l.Cancelled.Minor != 204 {
		t.Errorf("%+v %v", l, err)
	}
	if diff := cmp.Diff([][]fulfillment.Actor{{fulfillment.Seller}, {fulfillment.Shopper}, nil},
		[][]fulfillment.Actor{l.Lines[0].CancelledBy, l.Lines[1].CancelledBy, l.Lines[2].CancelledBy}); diff != "" {
		t.Error(diff)
	}
	for code, lines := range map[string][]fulfillment.Line{
		"invalid_cancellation": {all(1, "l3"), all(0, "l1"), all(3, "l2"), all(1, "l1")},
	} {
		if _, err := c.w.SellerService.Cancel(ctx, "sel_a", "ord_a", mine, "x", lines); fault.Code(err) != code || len(fault.Of(err).Fields) != 4 {
			t.Error(err)
		}
	}
	if p, err := c.w.Performance(ctx, "sel_a"); err != nil || p.Cancelled != 1 || p.ToShip != 1 {
		t.Errorf("a parcel that is short counts once: %+v %v", p, err)
	}
	if _, err := c.w.Confirm(ctx, "sel_a", "ord_a", mine, "Post", "AB-1234"); err != nil {
		t.Fatal(err)
	}
	parcel(fulfillment.Packed, 101, all(1, "l2"))
	if _, err := c.Cancel(ctx, "cus_a", "ord_a", []fulfillment.Line{all(2, "l2")}); fault.Code(err) != "order_not_cancellable" {
		t.Error(err)
	}
	cancel("placed", 204, all(1, "l2"))
}

// Of a parcel is never left what is too cheap to be paid, and then all that was asked for is refused. Who cancelled stands with it.
func TestWhatIsLeftCanBePaid(t *testing.T) {
	t.Parallel()
	ctx, c := context.Background(), newCustomer(t)
	for n := range c.order.Shipments[0].Lines {
		c.order.Shipments[0].Lines[n].Paid.Minor /= 10
	}
	c.order.Shipments[0].Amount.Minor = 35
	if _, err := c.w.db.Apply(ctx, ordersstore.Place(c.order)); err == nil {
		t.Fatal("an order is placed twice")
	}
	c.OrderService.Orders = one{stored: c.OrderService.Orders, order: c.order}
	if _, err := c.Cancel(ctx, "cus_a", "ord_a", []fulfillment.Line{all(1, "l3"), all(1, "l1")}); fault.Code(err) != "rest_too_small" {
		t.Error(err)
	}
	if l, err := c.Order(ctx, "cus_a", "ord_a"); err != nil || l.Cancelled.Minor != 0 {
		t.Errorf("%+v %v", l.Cancelled, err)
	}
	if l, err := c.Stop(ctx, "cus_a", "ord_a", []fulfillment.Line{all(1, "l1"), all(2, "l2")}); err != nil || l.Cancelled.Minor != 35 ||
		l.Lines[0].CancelledBy[0] != fulfillment.Operator {
		t.Errorf("%+v %v", l, err)
	}
	if p, err := c.w.Performance(ctx, "sel_a"); err != nil || p.Cancelled != 0 {
		t.Errorf("%+v %v", p, err)
	}
	tr, err := c.w.Track(ctx, "cus_a", "ord_a")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range tr.Shipments {
		if last := x.Events[len(x.Events)-1]; x.Group == "g1" && (last.By != fulfillment.Operator || x.CancelledBy() != fulfillment.Operator) {
			t.Errorf("%+v", x)
		}
	}
}

// one is a store of orders with one of them.
type one struct {
	stored
	order orders.Order
}

type stored = fulfillment.History

func (o one) Get(context.Context, string) (orders.Order, bool, error) { return o.order, true, nil }

func TestASellerCannotShip(t *testing.T) {
	t.Parallel()
	ctx, c := context.Background(), newCustomer(t)
	if err := c.w.Start(ctx, c.order.Placed()); err != nil {
		t.Fatal(err)
	}
	mine, rialtos := fulfillment.ShipmentID("ord_a", "g1"), fulfillment.ShipmentID("ord_a", "g2")
	for _, x := range []struct{ seller, shipment, reason, code string }{
		{"sel_b", mine, "broken", "shipment_not_found"}, {"sel_b", rialtos, "broken", "fulfilled_by_rialto"}, {"sel_a", mine, " ", "invalid_cancellation"},
		{"sel_a", mine, "broken", ""}, {"sel_a", mine, "broken", ""},
	} {
		if _, err := c.w.SellerService.Cancel(ctx, x.seller, "ord_a", x.shipment, x.reason, nil); fault.Code(err) != x.code {
			t.Errorf("%+v: %v", x, err)
		}
	}
	if _, err := c.w.Confirm(ctx, "sel_a", "ord_a", mine, "Post", "AB-1234"); fault.Code(err) != "shipment_cancelled" {
		t.Error(err)
	}
	if p, err := c.w.Performance(ctx, "sel_a"); err != nil || p.Cancelled != 1 {
		t.Errorf("%+v %v", p, err)
	}
	if l, err := c.Order(ctx, "cus_a", "ord_a"); err != nil || l.Lines[1].Status != "cancelled" || l.Cancelled.Minor != 305 {
		t.Errorf("%+v %v", l, err)
	}
}

// What an order is called, by where its units are.
func TestLife(t *testing.T) {
	t.Parallel()
	o := newCustomer(t).order
	returned := []fulfillment.Return{{State: fulfillment.Refunded, Lines: []fulfillment.ReturnLine{{Line: "l2", Quantity: 1}}},
		{State: fulfillment.Requested, Lines: []fulfillment.ReturnLine{{Line: "l1", Quantity: 1}}}}
	everything := []fulfillment.Return{{State: fulfillment.Received,
		Lines: []fulfillment.ReturnLine{{Line: "l1", Quantity: 1}, {Line: "l2", Quantity: 2}}}}
	for _, c := range []struct {
		g1, g2  fulfillment.State
		returns []fulfillment.Return
		status  string
	}{
		{fulfillment.Pending, fulfillment.Picked, nil, "placed"}, {fulfillment.Packed, fulfillment.Packed, nil, "packed"},
		{fulfillment.Packed, fulfillment.Pending, nil, "placed"}, {fulfillment.HeldBack, fulfillment.Delivered, nil, "held_back"},
		{fulfillment.Pending, fulfillment.InTransit, nil, "partly_shipped"}, {fulfillment.Pending, fulfillment.Delivered, nil, "partly_shipped"},
		{fulfillment.Shipped, fulfillment.Delivered, nil, "shipped"}, {fulfillment.Cancelled, fulfillment.OutForDelivery, nil, "shipped"},
		{fulfillment.Delivered, fulfillment.Delivered, nil, "delivered"}, {fulfillment.Delivered, fulfillment.Cancelled, nil, "delivered"},
		{fulfillment.Delivered, fulfillment.Delivered, returned, "partly_returned"}, {fulfillment.Cancelled, fulfillment.Cancelled, nil, "cancelled"},
		{fulfillment.Delivered, fulfillment.Cancelled, everything, "returned"}, {fulfillment.WrittenOff, fulfillment.Delivered, nil, "shipped"},
	} {
		l, err := fulfillment.NewLife(o, []fulfillment.Shipment{
			{State: c.g1, Amount: money.Of(305, "USD"), Lines: []fulfillment.Line{all(1, "l1"), all(2, "l2")}},
			{State: c.g2, Amount: money.Of(100, "USD"), Lines: []fulfillment.Line{all(1, "l3")}}}, c.returns)
		if err != nil || l.Status != c.status {
			t.Errorf("%s, %s, %d returns: %s %v, want %s", c.g1, c.g2, len(c.returns), l.Status, err, c.status)
		}
	}
}
