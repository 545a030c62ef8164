package checkout

import (
	"fmt"
	"slices"

	"rialto/functions/carts"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/inventory"
	"rialto/functions/orders"
	"rialto/functions/tax"
)

// pricedLine is a line of the order with what its parts are shared out from.
type pricedLine struct {
	orders.Line
	quoted carts.QuotedLine
	tax    tax.LineTax
	// sellerBears tells that the discount is of the seller's own coupon.
	sellerBears bool
}

// shipments groups the plan by seller, centre and who ships, and decides what each costs: a line's price, tax and shipping
// follow its units, the delivery is shared out equally (a parcel is delivered once). Nothing is shared out again after it.
func shipments(o orders.Order, plan inventory.Plan, p Prepared, least int64) ([]orders.Shipment, error) {
	type at struct{ seller, centre, by string }
	none := money.Zero(o.Totals.Total.Currency)
	place := map[at]int{}
	var out []orders.Shipment
	for _, pl := range plan.Lines {
		line, err := priced(o, p, pl.Line)
		if err != nil {
			return nil, err
		}
		parts, shipping, err := line.share(pl.Picks, o.Totals.TaxIncluded)
		if err != nil {
			return nil, err
		}
		for i, pick := range pl.Picks {
			k := at{pl.SellerID, pick.Centre, line.quoted.Fulfilment}
			n, ok := place[k]
			if !ok {
				n = len(out)
				place[k] = n
				out = append(out, orders.Shipment{Group: fmt.Sprintf("g%d", n+1), SellerID: k.seller, Centre: k.centre, Fulfilment: k.by,
					Shipping: orders.Charge{Amount: none, Tax: none}, Delivery: orders.Charge{Amount: none, Tax: none}})
			}
			parts[i].Shipping = shipping[i].Amount
			out[n].Lines = append(out[n].Lines, parts[i])
			out[n].Days = max(out[n].Days, line.quoted.Days)
			if out[n].Shipping.Amount, err = out[n].Shipping.Amount.Add(shipping[i].Amount); err != nil {
				return nil, err
			}
			if out[n].Shipping.Tax, err = out[n].Shipping.Tax.Add(shipping[i].Tax); err != nil {
				return nil, err
			}
		}
	}
	return delivered(out, p, least)
}

// priced finds what is known of a planned line.
func priced(o orders.Order, p Prepared, name string) (pricedLine, error) {
	n := slices.IndexFunc(o.Lines, func(l orders.Line) bool { return l.Line == name })
	q := slices.IndexFunc(p.Quote.Lines, func(l carts.QuotedLine) bool { return l.Line == name })
	t := slices.IndexFunc(p.Tax.Lines, func(l tax.LineTax) bool { return l.Line == name })
	if n < 0 || q < 0 || t < 0 {
		return pricedLine{}, fmt.Errorf("the plan has a line %s that the order has not", name)
	}
	return pricedLine{o.Lines[n], p.Quote.Lines[q], p.Tax.Lines[t], p.Quote.Coupon != nil && p.Quote.Coupon.SellerID != ""}, nil
}

// share splits a line over the places that its units leave from, with what shipping them costs.
func (l pricedLine) share(picks []inventory.Pick, included bool) ([]orders.ShipmentLine, []orders.Charge, error) {
	units := make([]int64, len(picks))
	for i, p := range picks {
		units[i] = p.Quantity
	}
	currency := l.Amount.Currency
	goods, err := charges(money.Of(l.Amount.Minor-l.Discount.Minor, currency), l.Tax, included, units)
	if err != nil {
		return nil, nil, err
	}
	shipping, err := charges(l.quoted.Shipping, l.tax.ShippingTax, included, units)
	if err != nil {
		return nil, nil, err
	}
	off := money.Of(l.Discount.Minor-l.tax.DiscountTax.Minor, currency)
	if l.sellerBears {
		off = money.Zero(currency)
	}
	offs, err := off.Allocate(units...)
	if err != nil {
		return nil, nil, err
	}
	var lines []orders.ShipmentLine
	for i, p := range picks {
		lines = append(lines, orders.ShipmentLine{Line: l.Line.Line, Quantity: p.Quantity, Paid: goods[i].Amount, Tax: goods[i].Tax, Discount: offs[i]})
	}
	return lines, shipping, nil
}

// charges splits a price by weights, with its tax, which is added where the price does not include it.
func charges(price, tax money.Amount, included bool, weights []int64) ([]orders.Charge, error) {
	prices, err := price.Allocate(weights...)
	if err != nil {
		return nil, err
	}
	taxes, err := taxesOf(prices, tax)
	if err != nil {
		return nil, err
	}
	out := make([]orders.Charge, len(prices))
	for i := range prices {
		out[i] = orders.Charge{Amount: prices[i], Tax: taxes[i]}
		if !included {
			if out[i].Amount, err = prices[i].Add(taxes[i]); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// taxesOf splits a tax by the amounts that it is on, so that none is taxed more than it is; on nothing there is none.
func taxesOf(amounts []money.Amount, tax money.Amount) ([]money.Amount, error) {
	weights, sum := make([]int64, len(amounts)), int64(0)
	for i, a := range amounts {
		weights[i], sum = a.Minor, sum+a.Minor
	}
	if sum == 0 {
		weights[0] = 1
	}
	return tax.Allocate(weights...)
}

// delivered adds to each shipment its part of the delivery, and what it costs in all.
func delivered(out []orders.Shipment, p Prepared, least int64) ([]orders.Shipment, error) {
	price := p.Delivery.Shipping.Price
	if !p.Tax.Included {
		var err error
		if price, err = price.Add(p.Tax.DeliveryTax); err != nil {
			return nil, err
		}
	}
	costs := make([]int64, len(out))
	for i, s := range out {
		cost, err := s.Cost()
		if err != nil {
			return nil, err
		}
		costs[i] = cost.Minor
	}
	parts, missing, err := shareDelivery(price, costs, least)
	if err != nil {
		return nil, err
	}
	if missing > 0 {
		return nil, tooSmall(money.Of(missing, price.Currency))
	}
	taxes, err := taxesOf(parts, p.Tax.DeliveryTax)
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].Lines = shippedFor(out[i])
		out[i].Delivery = orders.Charge{Amount: parts[i], Tax: taxes[i]}
		if out[i].Amount, err = out[i].Cost(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// shippedFor are a shipment's lines, which say what their shipping costs only where that does not follow from the shipment's.
func shippedFor(s orders.Shipment) []orders.ShipmentLine {
	if len(s.Lines) == 1 || s.Shipping.Amount.Minor == 0 {
		for i := range s.Lines {
			s.Lines[i].Shipping = money.Amount{}
		}
	}
	return s.Lines
}

const tooSmallCode = "amount_too_small"

// tooSmall refuses shipments that the payment gateway takes no money for: a payment is of its least amount or of nothing.
func tooSmall(missing money.Amount) error {
	return fault.New(fault.Invalid, tooSmallCode, "the cart would ship for less than can be paid").With(fault.Field{Pointer: "/cart_id",
		Code: tooSmallCode, Message: fmt.Sprintf("must cost %d minor units of %s more, or be shipped for nothing", missing.Minor, missing.Currency)})
}

// shareDelivery shares a delivery's price out over shipments that cost so much without it: equally, but so that each costs
// the least amount that can be paid, or nothing at all. missing is what is short of that.
func shareDelivery(price money.Amount, costs []int64, least int64) (parts []money.Amount, missing int64, err error) {
	needs, takers := make([]int64, len(costs)), []int{}
	left := price.Minor
	for i, cost := range costs {
		if needs[i] = max(0, least-cost); cost > 0 || price.Minor > 0 {
			takers = append(takers, i)
			left -= needs[i]
		}
	}
	// What costs nothing may stay so, as long as another takes what there is.
	for n := len(takers) - 1; left < 0 && n >= 0 && len(takers) > 1; n-- {
		if i := takers[n]; costs[i] == 0 {
			takers, left = slices.Delete(takers, n, n+1), left+needs[i]
		}
	}
	if left < 0 {
		return nil, -left, nil
	}
	parts = slices.Repeat([]money.Amount{money.Zero(price.Currency)}, len(costs))
	// Who needs more than an equal part has that; the others share what it leaves.
	for rest := price.Minor; len(takers) > 0; {
		n := slices.IndexFunc(takers, func(i int) bool { return needs[i] > rest/int64(len(takers)) })
		if n < 0 {
			equal, err := money.Of(rest, price.Currency).Allocate(slices.Repeat([]int64{1}, len(takers))...)
			for k := range equal {
				parts[takers[k]] = equal[k]
			}
			return parts, 0, err
		}
		parts[takers[n]].Minor = needs[takers[n]]
		rest -= needs[takers[n]]
		takers = slices.Delete(takers, n, n+1)
	}
	return parts, 0, nil
}
