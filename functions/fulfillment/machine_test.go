package fulfillment

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
	"rialto/functions/orders"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC) // a Wednesday

func placed() (orders.Placed, orders.Shipment) {
	g := orders.Shipment{Group: "g1", SellerID: "sel_a", Centre: "us-east-1", Amount: money.Of(2598, "USD"),
		Lines: []orders.ShipmentLine{{Line: "prd_a#sel_a", Quantity: 2}}}
	return orders.Placed{OrderID: "ord_a", CustomerID: "cus_a", Marketplace: "US", PlacedAt: noon, Shipments: []orders.Shipment{g},
		Delivery: orders.PlacedDelivery{Country: "US", Region: "CA", Days: 3}}, g
}

func TestOpen(t *testing.T) {
	t.Parallel()
	o, g := placed()
	s, e := Open(o, g, noon.Add(time.Minute), time.Hour)
	again, _ := Open(o, g, noon.Add(time.Minute), time.Hour)
	if !ids.Valid(ids.Shipment, s.ID) || s.ID != again.ID || s.TrackingNumber != again.TrackingNumber || s.Carrier != again.Carrier ||
		len(s.TrackingNumber) != 16 {
		t.Fatalf("%+v", s)
	}
	if s.State != Pending || !s.DueAt.Equal(noon.Add(61*time.Minute)) || s.EstimatedDelivery != "2026-03-09" {
		t.Fatalf("%+v", s)
	}
	if e.Status != Placed || !e.At.Equal(noon) || e.ShipmentID != s.ID {
		t.Fatalf("%+v", e)
	}
}

func TestCarriersAreAllUsed(t *testing.T) {
	t.Parallel()
	o, g := placed()
	seen := map[string]bool{}
	for _, c := range "abcdefghijklmnopqrstuvwxyz" {
		o.OrderID = "ord_" + string(c)
		s, _ := Open(o, g, noon, 0)
		seen[s.Carrier] = true
	}
	if len(seen) != len(carriers) {
		t.Fatalf("%v", seen)
	}
}

func TestMachine(t *testing.T) {
	t.Parallel()
	o, g := placed()
	s, _ := Open(o, g, noon, time.Hour)
	for _, c := range []struct {
		cause Cause
		moved bool
		want  State
		timed bool
		where string
	}{
		{MoneyTaken, false, Pending, true, ""}, {Elapsed, true, Picked, true, "us-east-1"}, {Elapsed, true, Packed, false, "us-east-1"},
		{Elapsed, false, Packed, false, ""}, {MoneyTaken, true, Shipped, true, "us-east-1"}, {MoneyRefused, false, Shipped, true, ""},
		{Elapsed, true, InTransit, true, "US"}, {Elapsed, true, OutForDelivery, true, "US-CA"}, {Elapsed, true, Delivered, false, "US-CA"},
		{Elapsed, false, Delivered, false, ""}, {MoneyTaken, false, Delivered, false, ""},
	} {
		next, e, moved := Advance(s, c.cause, noon, time.Hour)
		if moved != c.moved || next.State != c.want || next.Timed() != c.timed || e.Location != c.where {
			t.Fatalf("%s from %s: %s (%v), timed %v, %+v", c.cause, s.State, next.State, moved, next.Timed(), e)
		}
		s = next
	}
}

// Whatever comes: no state twice, nothing after an end, nothing shipped that was not paid.
func TestMachineIsSound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o, g := placed()
		if rapid.Bool().Draw(t, "by seller") {
			g.Fulfilment = orders.BySeller
		}
		s, _ := Open(o, g, noon, time.Hour)
		seen, paid := map[State]bool{Pending: true}, false
		for _, c := range rapid.SliceOfN(rapid.SampledFrom([]Cause{Elapsed, MoneyTaken, MoneyRefused, Confirmed}), 0, 30).Draw(t, "causes") {
			next, e, moved := Advance(s, c, noon, time.Hour)
			if moved && (seen[next.State] || s.State == Delivered || s.State == HeldBack || e.Status != string(next.State)) {
				t.Fatalf("%s to %s", s.State, next.State)
			}
			paid = paid || moved && c == MoneyTaken
			if moved && s.State == Pending && s.BySeller() != (c == Confirmed) || next.State == Pending && next.Timed() == s.BySeller() {
				t.Fatalf("%s, by seller %v: %s to %s, timed %v", c, s.BySeller(), s.State, next.State, next.Timed())
			}
			if next.State == Shipped && !paid {
				t.Fatal("shipped unpaid")
			}
			if moved && !e.At.After(s.UpdatedAt) {
				t.Fatalf("%s at %s, after %s", e.Status, e.At, s.UpdatedAt)
			}
			seen[next.State] = true
			s = next
		}
	})
}

func TestAggregate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		states []State
		want   string
	}{
		{nil, "PLACED"}, {[]State{Delivered}, "DELIVERED"}, {[]State{Delivered, InTransit}, "IN_TRANSIT"},
		{[]State{Shipped, HeldBack, Pending}, "HELD_BACK"}, {[]State{Packed, Picked}, "PICKED"}, {[]State{Cancelled, Picked}, "PICKED"},
		{[]State{Delivered, Cancelled}, "DELIVERED"}, {[]State{Cancelled, Cancelled}, "CANCELLED"},
	} {
		var xs []Shipment
		for _, s := range c.states {
			xs = append(xs, Shipment{State: s})
		}
		if got := Aggregate(xs); got != c.want {
			t.Errorf("%v: %s", c.states, got)
		}
	}
	for _, s := range machine { // every state has a place in it, or an order with one would show as PLACED
		if !slices.Contains(progress, s.from) || !slices.Contains(progress, s.to) {
			t.Errorf("%s or %s has no place", s.from, s.to)
		}
	}
}
