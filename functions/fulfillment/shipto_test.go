package fulfillment_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/customers"
	"rialto/functions/fulfillment"
	"rialto/functions/fulfillment/fulfillmentstore"
	"rialto/functions/internal/fault"
	"rialto/functions/orders/ordersstore"
)

// home is where everything goes, unless its customer is erased.
type home struct{ erased bool }

func (h *home) OpenAddress(_ context.Context, customerID, addressID string, sealed []byte) (customers.Address, bool, error) {
	return customers.Address{Name: "Pat Example", Line1: "1 Main Street", City: customerID + " " + addressID + " " + string(sealed)}, !h.erased, nil
}

// Seen to catch: an address shown to a seller whose parcel Rialto ships, or is over; a look that nobody wrote down.
func TestASellerSeesWhereItsParcelGoes(t *testing.T) {
	t.Parallel()
	ctx, c, at := context.Background(), newCustomer(t), &home{}
	stored := fulfillmentstore.Store{DB: c.w.db}
	c.w.SellerService.Orders, c.w.SellerService.Addresses = ordersstore.Store{DB: c.w.db}, at
	placed := c.order.Placed()
	placed.Delivery.ShippingOptionID = "express"
	if err := c.w.Start(ctx, placed); err != nil {
		t.Fatal(err)
	}
	mine, rialtos := fulfillment.ShipmentID("ord_a", "g1"), fulfillment.ShipmentID("ord_a", "g2")
	sees := func(want bool) {
		t.Helper()
		o, err := c.w.SellerService.Order(ctx, "sel_a", "ord_a")
		if err != nil || (o.ShipTo != nil) != want {
			t.Errorf("%+v %v", o.ShipTo, err)
		}
		_, err = c.w.PackingSlip(ctx, "sel_a", "ord_a", mine)
		if code := fault.Code(err); code != map[bool]string{false: "ship_to_closed"}[want] {
			t.Error("the slip:", code)
		}
	}
	sees(true)
	o, err := c.w.SellerService.Order(ctx, "sel_a", "ord_a")
	if err != nil || o.ShipTo.Name != "Pat Example" || o.Option != "express" || o.Lines[0].SKU != "prd_a-of-sel_a" {
		t.Errorf("%+v %+v %v", o, o.ShipTo, err)
	}
	want := fulfillment.Opening{OrderID: "ord_a", CustomerID: "cus_a", SellerID: "sel_a", At: noon}
	c.w.now = noon.Add(time.Minute)
	slip, err := c.w.PackingSlip(ctx, "sel_a", "ord_a", mine)
	if err != nil || len(slip.Shipment.Lines) != 2 || slip.ShipTo.Line1 != "1 Main Street" {
		t.Errorf("%+v %v", slip, err)
	}
	looks, err := stored.Openings(ctx, "ord_a")
	if d := cmp.Diff(want, looks[0]); err != nil || d != "" || len(looks) != 2 { // those of one instant are one
		t.Error(looks, err, d)
	}
	// Neither another seller nor one whose parcel Rialto ships; a list opens nothing.
	if o, err := c.w.SellerService.Order(ctx, "sel_b", "ord_a"); err != nil || o.ShipTo != nil {
		t.Error(o, err)
	}
	for shipment, code := range map[string]string{rialtos: "ship_to_closed", mine: "shipment_not_found"} {
		if _, err := c.w.PackingSlip(ctx, "sel_b", "ord_a", shipment); fault.Code(err) != code {
			t.Error(err)
		}
	}
	if list, _, err := c.w.Sold(ctx, "sel_a", fulfillment.Position{}, 5); err != nil || len(list) != 1 || list[0].ShipTo != nil {
		t.Error(list, err)
	}
	if looks, err := stored.Openings(ctx, "ord_a"); err != nil || len(looks) != 2 {
		t.Error(looks, err)
	}
	at.erased = true
	sees(false)
}

// Until a while after it was delivered.
func TestASellerSeesWhereItsParcelWentForAWhile(t *testing.T) {
	t.Parallel()
	ctx, c := context.Background(), newCustomer(t)
	c.w.SellerService.Orders = ordersstore.Store{DB: c.w.db}
	if err := c.w.Start(ctx, c.order.Placed()); err != nil {
		t.Fatal(err)
	}
	mine := fulfillment.ShipmentID("ord_a", "g1")
	sees := func(want bool) {
		t.Helper()
		if o, err := c.w.SellerService.Order(ctx, "sel_a", "ord_a"); err != nil || (o.ShipTo != nil) != want {
			t.Errorf("%+v %v", o.ShipTo, err)
		}
	}
	if _, err := c.w.Confirm(ctx, "sel_a", "ord_a", mine, "Post", "AB-1234"); err != nil {
		t.Fatal(err)
	}
	c.w.payments(t)
	c.w.run(t, inOrder)
	sees(true)
	c.w.now = c.w.now.Add(31 * 24 * time.Hour)
	sees(false)
}

// What is cancelled goes nowhere.
func TestACancelledParcelGoesNowhere(t *testing.T) {
	t.Parallel()
	ctx, c := context.Background(), newCustomer(t)
	c.w.SellerService.Orders, c.w.SellerService.Addresses = ordersstore.Store{DB: c.w.db}, &home{}
	if _, err := c.Cancel(ctx, "cus_a", "ord_a", nil); err != nil {
		t.Fatal(err)
	}
	if err := c.w.Start(ctx, c.order.Placed()); err != nil {
		t.Fatal(err)
	}
	if o, err := c.w.SellerService.Order(ctx, "sel_a", "ord_a"); err != nil || o.ShipTo != nil {
		t.Error(o, err)
	}
}
