package fulfillmenttrial_test

import (
	"fmt"
	"maps"
	"math/big"
	"slices"

	"rialto/functions/fulfillment"
	"rialto/functions/orders"
	"rialto/functions/payments"
	"rialto/functions/payouts"
)

// due is who ends with what of a parcel that was paid, by the order's own words and the units that came back.
type due struct {
	customer   int64 // paid, less what was given back
	lost       int64 // Rialto's, in the customer's place
	seller     int64
	commission int64 // Rialto's, of what the seller sells and ships
	delivery   int64 // Rialto's, of what it delivers
	discount   int64 // Rialto's to bear
	tax        int64 // the jurisdiction's
}

// share is x by units, rounded down, in arithmetic of its own; of nothing it is nothing.
func share(x, units, of int64) int64 {
	if of == 0 {
		return 0
	}
	n := new(big.Int).Mul(big.NewInt(x), big.NewInt(units))
	return n.Quo(n, big.NewInt(of)).Int64()
}

// part is what is sold together: units of a line, or a charge by its minor units.
type part struct{ paid, tax, discount int64 }

// sold is what a part is without its tax, whoever pays it.
func (p part) sold() int64 { return p.paid - p.tax + p.discount }

// upTo is the part of the first so many units: the tax goes by what is paid for them.
func (p part) upTo(units, of int64) part {
	out := part{paid: share(p.paid, units, of), discount: share(p.discount, units, of)}
	out.tax = share(p.tax, out.paid, p.paid)
	return out
}

// add adds, or with -1 takes off, what units of a part come to. A seller pays 15 % of what is sold, rounded half up once for a part
// and shared out by what its units are sold for.
func (d *due) add(sign int64, p part, from, to, of int64, rialtos bool) {
	a, b := p.upTo(from, of), p.upTo(to, of)
	sold := b.sold() - a.sold()
	d.customer, d.tax, d.discount = d.customer+sign*(b.paid-a.paid), d.tax+sign*(b.tax-a.tax), d.discount+sign*(b.discount-a.discount)
	if rialtos {
		d.delivery += sign * sold
		return
	}
	commission := (p.sold()*payouts.CommissionRate + 5_000) / 10_000
	kept := share(commission, b.sold(), p.sold()) - share(commission, a.sold(), p.sold())
	d.seller, d.commission = d.seller+sign*(sold-kept), d.commission+sign*kept
}

// dueOf reckons a parcel: what was sold, less what came back. Shipping and delivery are kept when goods come back, unless a return
// names them.
func (b *books) dueOf(o orders.Order, p orders.Shipment) (d due) {
	shipping := part{paid: p.Shipping.Amount.Minor, tax: p.Shipping.Tax.Minor}
	delivery := part{paid: p.Delivery.Amount.Minor, tax: p.Delivery.Tax.Minor}
	if p.Fulfilment == orders.BySeller {
		shipping, delivery = part{paid: shipping.paid + delivery.paid, tax: shipping.tax + delivery.tax}, part{}
	}
	units, notShipped := b.kept(o.ID, p)
	d.add(1, shipping, 0, shipping.paid-notShipped, shipping.paid, false)
	d.add(1, delivery, 0, delivery.paid, delivery.paid, true)
	goods, of := map[string]part{}, map[string]int64{}
	for _, l := range p.Lines {
		goods[l.Line], of[l.Line] = part{l.Paid.Minor, l.Tax.Minor, l.Discount.Minor}, l.Quantity
		d.add(1, goods[l.Line], 0, units[l.Line], l.Quantity, false)
	}
	for _, r := range b.returns {
		if r.OrderID != o.ID || r.Group != p.Group || r.State != fulfillment.Refunded {
			continue
		}
		for _, x := range r.Lines {
			d.add(-1, goods[x.Line], x.From, x.From+x.Quantity, of[x.Line], false)
		}
		for _, c := range r.Charges {
			if c.Line == "delivery" {
				d.add(-1, delivery, c.From, c.From+c.Quantity, delivery.paid, true)
			} else {
				d.add(-1, shipping, c.From, c.From+c.Quantity, shipping.paid, false)
			}
		}
	}
	return d
}

// kept is how many units of each line of a parcel were not cancelled, and what of its shipping is for those that were: each line's goes
// by its units, and a line that is alone in its parcel has all of it.
func (b *books) kept(order string, p orders.Shipment) (units map[string]int64, notShipped int64) {
	units = map[string]int64{}
	x := b.shipment(order, p.Group)
	for _, l := range p.Lines {
		units[l.Line] = l.Quantity
		for _, c := range x.Cut {
			if c.Line == l.Line {
				units[l.Line] -= c.Quantity
			}
		}
		shipping := l.Shipping.Minor
		if len(p.Lines) == 1 {
			shipping = p.Shipping.Amount.Minor
		}
		notShipped += shipping - share(shipping, units[l.Line], l.Quantity)
	}
	return units, notShipped
}

// cost is what a parcel costs without what was cancelled of it.
func (b *books) cost(order string, p orders.Shipment) int64 {
	units, notShipped := b.kept(order, p)
	sum := p.Shipping.Amount.Minor - notShipped + p.Delivery.Amount.Minor
	for _, l := range p.Lines {
		sum += share(l.Paid.Minor, units[l.Line], l.Quantity)
	}
	return sum
}

// checkCut looks at what is left of a parcel: its units and those that were cancelled are what was sold, its amount is theirs, and can
// be paid.
func (b *books) checkCut(x fulfillment.Shipment) {
	p, ok := b.parcel(x.OrderID, x.Group)
	if !ok {
		return
	}
	units, _ := b.kept(x.OrderID, p)
	for _, l := range x.Lines {
		if units[l.Line] -= l.Quantity; l.Quantity <= 0 {
			b.t.fail("shares", "%s %s has %d units of %s", x.OrderID, x.Group, l.Quantity, l.Line)
		}
	}
	for line, n := range units {
		if n != 0 {
			b.t.fail("shares", "%s %s: %d units of %s are neither in it nor cancelled", x.OrderID, x.Group, n, line)
		}
	}
	if cost := b.cost(x.OrderID, p); x.Amount.Minor != cost || p.Amount.Minor > 0 && cost < payments.LeastAmount(x.Amount.Currency) {
		b.t.fail("shares", "%s %s: %d for what costs %d", x.OrderID, x.Group, x.Amount.Minor, cost)
	}
}

// checkShares compares an order with what its offers said: each seller's shipping is in the parcels that the seller's units
// are in and nowhere else, and a line's price is shared out by its units.
func (b *books) checkShares(o orders.Order) {
	if o.ReshipOf != nil {
		b.checkReship(o)
		return
	}
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

// checkReship compares an order that sends a parcel again with that parcel: it costs nothing, it has no units that the parcel has not, and
// what of it is borne by Rialto is what those units were sold for, if Rialto carried them.
func (b *books) checkReship(o orders.Order) {
	var x fulfillment.Shipment
	for _, p := range b.shipments {
		if p.ID == o.ReshipOf.ShipmentID {
			x = p
		}
	}
	p, _ := b.parcel(x.OrderID, x.Group)
	sent, borne := map[string]int64{}, map[string]int64{}
	for _, s := range o.Shipments {
		for _, l := range s.Lines {
			sent[l.Line], borne[l.Line] = sent[l.Line]+l.Quantity, borne[l.Line]+l.Discount.Minor
		}
		if s.Amount.Minor != 0 || s.SellerID != x.SellerID || s.Fulfilment != x.Fulfilment {
			b.t.fail("reship", "%+v is of %+v", s, x)
		}
	}
	price := map[string]int64{}
	for _, l := range o.Lines {
		price[l.Line] = l.Amount.Minor
	}
	for _, l := range p.Lines {
		was := part{l.Paid.Minor, l.Tax.Minor, l.Discount.Minor}
		want := int64(0)
		for _, has := range x.Lines {
			if has.Line == l.Line && !x.BySeller() {
				want = was.upTo(has.Quantity, l.Quantity).sold() - was.upTo(has.Quantity-sent[l.Line], l.Quantity).sold()
				want = min(want, price[l.Line])
			}
			if has.Line == l.Line && sent[l.Line] > has.Quantity {
				b.t.fail("reship", "%s sends %d of %s again, the parcel held %d", o.ID, sent[l.Line], l.Line, has.Quantity)
			}
		}
		if borne[l.Line] != want {
			b.t.fail("reship", "%s: Rialto bears %d of %s, not %d", o.ID, borne[l.Line], l.Line, want)
		}
	}
	if o.Totals.Total.Minor != 0 {
		b.t.fail("reship", "%s costs %d", o.ID, o.Totals.Total.Minor)
	}
}

// endDue compares the ledger with who is due what, parcel by parcel, and the tax with what each jurisdiction is owed.
func (b *books) endDue() {
	withheld, owed := map[string]int64{}, map[string]int64{}
	for _, id := range slices.Sorted(maps.Keys(b.orders)) {
		o := b.orders[id]
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
				d.customer, d.lost = 0, b.cost(id, p)
			}
			net := b.net(id, p.Group)
			withheld[o.Lines[0].Jurisdiction] -= net[payouts.TaxWithheld]
			owed[o.Lines[0].Jurisdiction] += d.tax
			has := due{customer: net[payouts.Gateway] + net[payouts.Refunds], lost: net[payouts.Losses], seller: -net[payouts.Payable],
				commission: -net[payouts.Commission], delivery: -net[payouts.Delivery],
				discount: net[payouts.Discounts] + net[payouts.GoodsLosses], tax: -net[payouts.TaxWithheld]}
			if other := map[bool]payouts.Account{true: payouts.Discounts, false: payouts.GoodsLosses}[o.ReshipOf != nil]; net[other] != 0 {
				b.t.fail("reship", "%s has %d on %s", id, net[other], other)
			}
			if has != d {
				b.t.fail("due", "%s %s: the ledger has %+v, due is %+v", id, p.Group, has, d)
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
