package fulfillmenttrial_test

import (
	"fmt"
	"math/big"

	"rialto/functions/fulfillment"
	"rialto/functions/orders"
	"rialto/functions/payments"
	"rialto/functions/payouts"
)

// due is who ends with what of a parcel that was paid, by the order's own words and the units that came back.
type due struct {
	customer   int64 // paid, less what was given back
	lost       int64 // Rialto's, in the customer's place
	sold       int64 // the seller's and Rialto's commission of it
	delivery   int64 // Rialto's, of what it delivers
	discount   int64 // Rialto's to bear
	tax        int64 // the jurisdiction's
	commission int64
	parts      int64 // that were rounded
}

// share is x by units, rounded down, in arithmetic of its own.
func share(x, units, of int64) int64 {
	n := new(big.Int).Mul(big.NewInt(x), big.NewInt(units))
	return n.Quo(n, big.NewInt(of)).Int64()
}

// dueOf reckons a parcel. Shipping and delivery are kept when goods come back, unless a return names them.
func (b *books) dueOf(o orders.Order, p orders.Shipment) (d due) {
	d.customer = p.Shipping.Amount.Minor + p.Delivery.Amount.Minor
	d.tax = p.Shipping.Tax.Minor + p.Delivery.Tax.Minor
	d.sold = p.Shipping.Amount.Minor - p.Shipping.Tax.Minor
	if net := p.Delivery.Amount.Minor - p.Delivery.Tax.Minor; p.Fulfilment == orders.BySeller {
		d.sold += net
	} else {
		d.delivery += net
	}
	d.parts = 2
	b.chargesBack(&d, o, p)
	for _, l := range p.Lines {
		kept := [3]int64{l.Paid.Minor, l.Tax.Minor, l.Discount.Minor}
		for _, r := range b.returns {
			if r.OrderID != o.ID || r.Group != p.Group || r.State != fulfillment.Refunded {
				continue
			}
			for _, x := range r.Lines {
				if x.Line == l.Line {
					for i, of := range [3]int64{l.Paid.Minor, l.Tax.Minor, l.Discount.Minor} {
						kept[i] -= share(of, x.From+x.Quantity, l.Quantity) - share(of, x.From, l.Quantity)
					}
					d.parts += 2
				}
			}
		}
		d.customer, d.tax, d.discount = d.customer+kept[0], d.tax+kept[1], d.discount+kept[2]
		d.sold += kept[0] - kept[1] + kept[2]
		d.parts += 2
	}
	d.commission = d.sold * payouts.CommissionRate / 10_000
	return d
}

// chargesBack takes off what returns gave back of a parcel's shipping and delivery.
func (b *books) chargesBack(d *due, o orders.Order, p orders.Shipment) {
	for _, r := range b.returns {
		if r.OrderID != o.ID || r.Group != p.Group || r.State != fulfillment.Refunded {
			continue
		}
		for _, c := range r.Charges {
			of, tax := p.Shipping.Amount.Minor, p.Shipping.Tax.Minor
			switch {
			case c.Line == "delivery":
				of, tax = p.Delivery.Amount.Minor, p.Delivery.Tax.Minor
			case p.Fulfilment == orders.BySeller:
				of, tax = of+p.Delivery.Amount.Minor, tax+p.Delivery.Tax.Minor
			}
			back := share(tax, c.Quantity, of)
			if d.customer, d.tax = d.customer-c.Quantity, d.tax-back; c.Line == "delivery" {
				d.delivery -= c.Quantity - back
			} else {
				d.sold -= c.Quantity - back
			}
			d.parts += 2
		}
	}
}

// checkShares compares an order with what its offers said: each seller's shipping is in the parcels that the seller's units
// are in and nowhere else, and a line's price is shared out by its units.
func (b *books) checkShares(o orders.Order) {
	shipping := map[string]int64{}
	for _, g := range b.t.work.goods {
		shipping[g.sku.String()] = g.shipping
	}
	var delivery, total int64
	for _, p := range o.Shipments {
		var want int64
		for _, l := range p.Lines {
			want += shipping[l.Line] * l.Quantity
			of := o.Lines[0]
			for _, x := range o.Lines {
				if x.Line == l.Line {
					of = x
				}
			}
			cost := of.Amount.Minor - of.Discount.Minor
			if !o.Totals.TaxIncluded {
				cost += of.Tax.Minor
			}
			if off := l.Paid.Minor*of.Quantity - cost*l.Quantity; off <= -2*of.Quantity || off >= 2*of.Quantity {
				b.t.fail("shares", "%s %s: %d of %d for %d of %d units of %s", o.ID, p.Group, l.Paid.Minor, cost, l.Quantity, of.Quantity, l.Line)
			}
		}
		has := p.Shipping.Amount.Minor
		if !o.Totals.TaxIncluded {
			has -= p.Shipping.Tax.Minor
		}
		if has != want {
			b.t.fail("shares", "%s %s is shipped for %d, its seller asks %d", o.ID, p.Group, has, want)
		}
		if delivery += p.Delivery.Amount.Minor; !o.Totals.TaxIncluded {
			delivery -= p.Delivery.Tax.Minor
		}
		total += p.Amount.Minor
		if least := payments.LeastAmount(p.Amount.Currency); p.Amount.Minor > 0 && p.Amount.Minor < least {
			b.t.fail("shares", "%s %s costs %d, less than the gateway takes", o.ID, p.Group, p.Amount.Minor)
		}
	}
	if delivery != deliveryPrice || total != o.Totals.Total.Minor {
		b.t.fail("shares", "%s: parcels cost %d of %d, and are delivered for %d", o.ID, total, o.Totals.Total.Minor, delivery)
	}
}

// endDue compares the ledger with who is due what, parcel by parcel, and the tax with what each jurisdiction is owed.
func (b *books) endDue() {
	withheld, owed := map[string]int64{}, map[string]int64{}
	for id, o := range b.orders {
		if b.t.mem.Peek("orders", keyOf(id)) == nil {
			continue
		}
		for _, p := range o.Shipments {
			var d due
			switch state := b.shipment(id, p.Group).State; {
			case left(state):
				d = b.dueOf(o, p)
			case state == fulfillment.WrittenOff:
				d = b.dueOf(o, p)
				d.customer, d.lost = 0, p.Amount.Minor
			}
			net := b.net(id, p.Group)
			withheld[o.Lines[0].Jurisdiction] -= net[payouts.TaxWithheld]
			owed[o.Lines[0].Jurisdiction] += d.tax
			has := due{customer: net[payouts.Gateway] + net[payouts.Refunds], lost: net[payouts.Losses], sold: -net[payouts.Payable] - net[payouts.Commission],
				delivery: -net[payouts.Delivery], discount: net[payouts.Discounts], tax: -net[payouts.TaxWithheld], commission: d.commission, parts: d.parts}
			if has != d {
				b.t.fail("due", "%s %s: the ledger has %+v, due is %+v", id, p.Group, has, d)
			}
			if c := -net[payouts.Commission]; c < d.commission-d.parts || c > d.commission+d.parts {
				b.t.fail("due", "%s %s: a commission of %d for %d", id, p.Group, c, d.sold)
			}
		}
	}
	if fmt.Sprint(withheld) != fmt.Sprint(owed) {
		b.t.fail("tax", "%v are withheld, %v are owed", withheld, owed)
	}
}

// net sums a parcel's journals.
func (b *books) net(order, group string) map[payouts.Account]int64 {
	net := map[payouts.Account]int64{}
	for _, x := range b.journals {
		if x.OrderID == order && x.Group == group {
			for _, e := range x.Entries {
				net[e.Account] += e.Amount.Minor
			}
		}
	}
	return net
}
