package fulfillment

import (
	"slices"
	"time"

	"rialto/functions/customers"
	"rialto/functions/internal/money"
	"rialto/functions/marketplaces"
	"rialto/functions/orders"
)

// chargesBack are the charges for shipping that a request gives back: none, unless the marketplace's law gives back what standard
// delivery costs, and with the request all of a parcel's units are withdrawn in time. standing are the order's other returns, and
// parcels all of its parcels.
func chargesBack(q ReturnRequest, o orders.Order, x Shipment, parcels []Shipment, standing []Return, now time.Time) ([]Charge, error) {
	m, err := marketplaces.Lookup(o.Marketplace)
	if err != nil || !m.Returns.ShippingBack || now.After(withdrawalEnds(m, parcels)) || !withdrawn(q, x, standing) {
		return nil, err
	}
	n := slices.IndexFunc(o.Shipments, func(s orders.Shipment) bool { return s.Group == x.Group })
	if n < 0 {
		return nil, nil
	}
	shipping, delivery := o.Shipments[n].Shipping.Amount, o.Shipments[n].Delivery.Amount
	shipping.Minor -= x.CutShipping
	if delivery, err = standardPart(m.Code, o.Delivery.ShippingOptionID, delivery); err != nil {
		return nil, err
	}
	if x.BySeller() {
		shipping.Minor, delivery.Minor = shipping.Minor+delivery.Minor, 0
	}
	charges := []Charge{{Line: orders.ShippingCharge, Quantity: shipping.Minor}, {Line: orders.DeliveryCharge, Quantity: delivery.Minor}}
	return slices.DeleteFunc(charges, func(c Charge) bool { return c.Quantity <= 0 }), nil
}

// withdrawn tells whether with a request all units of a parcel are sent back, by returns that were neither rejected nor expired.
func withdrawn(q ReturnRequest, x Shipment, standing []Return) bool {
	back := map[string]int64{}
	for _, l := range q.Lines {
		back[l.Line] += l.Quantity
	}
	for _, r := range standing {
		if r.ShipmentID == x.ID && r.State != Rejected && r.State != Expired {
			for _, l := range r.Lines {
				back[l.Line] += l.Quantity
			}
		}
	}
	return !slices.ContainsFunc(x.Lines, func(l Line) bool { return back[l.Line] < l.Quantity })
}

// withdrawalEnds is when an order can be withdrawn from no more: so many days, by the calendar, after the last of its parcels was
// delivered, and if that is no working day, the next one that is (Regulation 1182/71, art. 3(4)). The day ends at noon
// of the next, UTC: then it is over in every time zone.
func withdrawalEnds(m marketplaces.Marketplace, parcels []Shipment) time.Time {
	var last time.Time
	for _, x := range parcels {
		if x.State == Delivered && x.UpdatedAt.After(last) {
			last = x.UpdatedAt
		}
	}
	day := last.UTC().Truncate(24*time.Hour).AddDate(0, 0, m.Returns.Withdrawal)
	for !m.WorksOn(day) {
		day = day.AddDate(0, 0, 1)
	}
	return day.AddDate(0, 0, 1).Add(12 * time.Hour)
}

// standardPart is what of a delivery's price standard delivery would have cost: the law gives back no more (Directive 2011/83/EU,
// art. 13(2)). Of another option it is in proportion to what the options cost.
func standardPart(marketplace, option string, paid money.Amount) (money.Amount, error) {
	options, err := customers.Options(marketplace)
	if err != nil {
		return paid, err
	}
	n := slices.IndexFunc(options, func(o customers.ShippingOption) bool { return o.ID == option })
	standard := options[0].Price.Minor
	if n < 0 || options[n].Price.Minor <= standard {
		return paid, nil
	}
	return paid.Between(0, standard, options[n].Price.Minor)
}
