package accounts

import (
	"time"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/fault"
	"rialto/functions/orders"
)

// What look-ups and erasures are bound by.
const (
	passLife = time.Hour
	// mostNamed is how many open orders a refusal names.
	mostNamed = 20
)

// errOpen refuses to erase whoever still waits for something.
var errOpen = fault.New(fault.Conflict, "orders_open",
	"orders are still on their way or on their way back: cancel them, or wait until they are done")

// errGuest refuses a token that is no guest's.
var errGuest = fault.New(fault.Invalid, "invalid_guest_token", "this is no guest's token, or no longer").
	With(fault.Field{Pointer: "/guest_token", Code: "invalid_guest_token", Message: "must be the token of a guest that has not expired"})

// moving tells whether a parcel is still to come, or its money open.
func moving(x fulfillment.Shipment) bool {
	switch x.State {
	case fulfillment.Delivered, fulfillment.Cancelled, fulfillment.WrittenOff:
		return false
	}
	return true
}

// comingBack tells whether a return is not settled.
func comingBack(r fulfillment.Return) bool {
	return r.State == fulfillment.Requested || r.State == fulfillment.Appealed || r.State == fulfillment.Received
}

// open tells whether something of an order is still to happen. One without parcels was placed a moment ago.
func open(parcels []fulfillment.Shipment, returns []fulfillment.Return) bool {
	for _, x := range parcels {
		if moving(x) {
			return true
		}
	}
	for _, r := range returns {
		if comingBack(r) {
			return true
		}
	}
	return len(parcels) == 0
}

// windowEnd is until when an order can be looked up: as long as its last parcel can be sent back, and that long from now while
// one is on its way.
func windowEnd(parcels []fulfillment.Shipment, now time.Time) time.Time {
	var last time.Time
	for _, x := range parcels {
		if moving(x) {
			return now.Add(fulfillment.ReturnWindow)
		}
		if x.UpdatedAt.After(last) {
			last = x.UpdatedAt
		}
	}
	if len(parcels) == 0 {
		last = now
	}
	return last.Add(fulfillment.ReturnWindow)
}

// refuseErasure names the orders that stand in its way.
func refuseErasure(ids []string) error {
	var fields []fault.Field
	for _, id := range ids[:min(len(ids), mostNamed)] {
		fields = append(fields, fault.Field{Pointer: "/orders/" + id, Code: "order_open", Message: id + " is not done yet"})
	}
	return errOpen.With(fields...)
}

// sellersOf are the sellers of an order, each once.
func sellersOf(o orders.Order) []string {
	var all []string
	seen := map[string]bool{}
	for _, l := range o.Lines {
		if !seen[l.SellerID] {
			seen[l.SellerID] = true
			all = append(all, l.SellerID)
		}
	}
	return all
}
