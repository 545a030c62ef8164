package fulfillment_test

import (
	"context"
	"testing"

	"rialto/functions/customers"
	"rialto/functions/fulfillment"
	"rialto/functions/fulfillment/fulfillmentstore"
	"rialto/functions/internal/fault"
	"rialto/functions/orders/ordersstore"
)

// streets are addresses in Oregon, where no tax is due, and one in Washington, where there is.
type streets map[string]customers.Address

var known = streets{
	"adr_1": {Line1: "1 Main Street", Country: "US", Region: "OR", PostalCode: "97201"},
	"adr_2": {Line1: "2 Oak Street", Country: "US", Region: "OR", PostalCode: "97301"},
	"adr_3": {Line1: "3 Elm Street", Country: "US", Region: "WA", PostalCode: "98101"},
}

func (s streets) Locate(_ context.Context, c customers.Choice) (customers.Delivery, error) {
	a, there := s[c.AddressID]
	if !there {
		return customers.Delivery{}, fault.New(fault.NotFound, "address_not_found", "no")
	}
	return customers.Delivery{AddressID: c.AddressID, Country: a.Country, Region: a.Region, PostalPrefix: a.PostalPrefix(),
		Sealed: []byte(c.AddressID)}, nil
}

func (s streets) OpenAddress(_ context.Context, _, _ string, sealed []byte) (customers.Address, bool, error) {
	a, there := s[string(sealed)]
	return a, there, nil
}

// An order's address changes for what is not packed, where the order costs the same; its seller and the slip follow. Seen to catch: an
// address that other taxes are due at; a parcel on its way that is sent elsewhere; a step that brings the old address back.
func TestWhatIsNotPackedGoesToAnotherAddress(t *testing.T) {
	t.Parallel()
	ctx, c := context.Background(), newCustomer(t)
	o := c.order
	o.ID, o.Delivery.AddressID, o.Delivery.Region, o.Delivery.Sealed = "ord_new", "adr_1", "OR", []byte("adr_1")
	if _, err := c.w.db.Apply(ctx, ordersstore.Place(o)); err != nil {
		t.Fatal(err)
	}
	c.Addresses, c.Places = known, known
	c.w.SellerService.Orders, c.w.SellerService.Addresses = ordersstore.Store{DB: c.w.db}, known
	for code, ask := range map[string][3]string{
		"order_not_found":       {"cus_b", "ord_new", "adr_2"},
		"address_not_found":     {"cus_a", "ord_new", "adr_9"},
		"address_changes_total": {"cus_a", "ord_new", "adr_3"},
	} {
		if _, err := c.Redirect(ctx, ask[0], ask[1], ask[2]); fault.Code(err) != code {
			t.Error(code, err)
		}
	}
	mine, rialtos := fulfillment.ShipmentID("ord_new", "g1"), fulfillment.ShipmentID("ord_new", "g2")
	slip := func(want string) {
		t.Helper()
		s, err := c.w.PackingSlip(ctx, "sel_a", "ord_new", mine)
		if err != nil || s.ShipTo.Line1 != want {
			t.Errorf("%+v %v", s.ShipTo, err)
		}
		order, err := c.w.SellerService.Order(ctx, "sel_a", "ord_new")
		if err != nil || order.ShipTo.Line1 != want {
			t.Errorf("%+v %v", order.ShipTo, err)
		}
	}
	for range 2 { // before its parcels are opened, and again afterwards
		if l, err := c.Redirect(ctx, "cus_a", "ord_new", "adr_2"); err != nil || l.Delivery.AddressID != "adr_2" {
			t.Errorf("%+v %v", l.Delivery, err)
		}
		if err := c.w.Start(ctx, o.Placed()); err != nil {
			t.Fatal(err)
		}
		slip("2 Oak Street")
	}
	if _, err := c.w.Confirm(ctx, "sel_a", "ord_new", mine, "UPS", "1Z9999"); err != nil {
		t.Fatal(err)
	}
	if l, err := c.Redirect(ctx, "cus_a", "ord_new", "adr_1"); err != nil || l.Delivery.AddressID != "adr_1" { // Rialto's parcel is not packed
		t.Errorf("%+v %v", l.Delivery, err)
	}
	slip("2 Oak Street")
	c.w.run(t, inOrder)
	for _, id := range []string{mine, rialtos} {
		x, _, err := (fulfillmentstore.Store{DB: c.w.db}).Get(ctx, "ord_new", id)
		if want := map[string]string{mine: "adr_2", rialtos: "adr_1"}[id]; err != nil || x.State != fulfillment.Delivered || x.ShipTo.AddressID != want {
			t.Errorf("%s %+v %v", x.State, x.ShipTo, err)
		}
	}
	if _, err := c.Redirect(ctx, "cus_a", "ord_new", "adr_2"); fault.Code(err) != "order_packed" {
		t.Error(err)
	}
}

// A step that was begun before the address changed keeps the new one.
func TestAStepKeepsAnotherAddress(t *testing.T) {
	t.Parallel()
	ctx, c := context.Background(), newCustomer(t)
	c.Addresses, c.Places = known, known
	s := fulfillmentstore.Store{DB: c.w.db}
	if err := c.w.Start(ctx, c.order.Placed()); err != nil {
		t.Fatal(err)
	}
	id := fulfillment.ShipmentID("ord_a", "g2")
	was, _, err := s.Get(ctx, "ord_a", id)
	if err != nil {
		t.Fatal(err)
	}
	to := was
	to.ShipTo, to.Redirects, to.Region = &fulfillment.ShipTo{OwnerID: "cus_a", AddressID: "adr_2", At: noon}, 1, "OR"
	for n, want := range []bool{true, false} {
		if done, err := s.Redirect(ctx, was, to, fulfillment.Event{ShipmentID: id, At: noon, Status: "x"}); err != nil || done != want {
			t.Fatal(n, done, err)
		}
	}
	next, event, _ := fulfillment.Advance(was, fulfillment.Elapsed, noon, pace)
	if moved, err := s.Move(ctx, was.State, next, event); err != nil || !moved {
		t.Fatal(moved, err)
	}
	now, _, err := s.Get(ctx, "ord_a", id)
	if err != nil || now.State != fulfillment.Picked || now.ShipTo == nil || now.ShipTo.AddressID != "adr_2" || now.Region != "OR" {
		t.Errorf("%+v %v", now, err)
	}
	if done, err := s.Redirect(ctx, now, to, fulfillment.Event{ShipmentID: id, At: noon.Add(1), Status: "x"}); err != nil || !done {
		t.Error(done, err)
	}
}
