package checkouttrial_test

import (
	"context"
	"slices"

	"rialto/functions/carts"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/store"
	"rialto/functions/orders"
	"rialto/functions/payments"
	"rialto/functions/payouts"
)

// ledger sums the journals by account, of one seller or ("") of all.
func (c *chain) ledger(seller string) map[payouts.Account]int64 {
	sums := map[payouts.Account]int64{}
	for _, i := range c.db.Items("ledger") {
		var x struct {
			PK string `dynamodbav:"pk"`
		}
		if err := store.Unmarshal(i, &x); err != nil {
			c.t.Fatal(err)
		}
		if !ids.Valid(ids.Journal, x.PK) {
			continue
		}
		j, err := c.ledge.Ledger.Journal(context.Background(), x.PK)
		if err == nil {
			err = j.Check()
		}
		if err != nil {
			c.t.Fatal(err)
		}
		if seller == "" || seller == j.SellerID {
			for _, e := range j.Entries {
				sums[e.Account] += e.Amount.Minor
			}
		}
	}
	return sums
}

// owned are the owners of what a customer pays: what sellers are owed, Rialto's own, and what tax authorities are.
func owned(l map[payouts.Account]int64) (sellers, rialto, taxes int64) {
	return -l[payouts.Payable], -l[payouts.Commission] - l[payouts.Delivery] - l[payouts.Discounts], -l[payouts.TaxWithheld]
}

// agree compares the bank's books with the ledger's, and both with what the units that were captured and kept cost.
func (c *chain) agree() {
	l := c.ledger("")
	sellers, rialto, taxes := owned(l)
	if l[payouts.Gateway] != c.bank.taken || -l[payouts.Refunds] != c.bank.back || sellers+rialto+taxes != c.bank.taken-c.bank.back {
		c.t.Fatalf("the bank took %d and gave %d back, the ledger has %v", c.bank.taken, c.bank.back, l)
	}
	var paid, taxed int64
	for _, s := range c.order.Shipments {
		if _, shipped := c.kept[s.Group+s.Lines[0].Line]; !shipped {
			continue
		}
		paid, taxed = paid+s.Shipping.Amount.Minor+s.Delivery.Amount.Minor, taxed+s.Shipping.Tax.Minor+s.Delivery.Tax.Minor
		for _, line := range s.Lines {
			for _, n := range c.kept[s.Group+line.Line] { // unit by unit, by the rule and not by what was booked
				upTo := func(units int64) (paid, tax int64) {
					paid = line.Paid.Minor * units / line.Quantity
					return paid, line.Tax.Minor * paid / max(line.Paid.Minor, 1)
				}
				before, taxBefore := upTo(n)
				after, taxAfter := upTo(n + 1)
				paid, taxed = paid+after-before, taxed+taxAfter-taxBefore
			}
		}
	}
	if paid != c.bank.taken-c.bank.back || taxed != taxes {
		c.t.Fatalf("the customer has %d to pay and paid %d, taxed %d and withheld %d", paid, c.bank.taken-c.bank.back, taxed, taxes)
	}
}

// added is the tax that comes on top of a price.
func (c *chain) added(tax int64) int64 {
	if c.Tax.Included {
		return 0
	}
	return tax
}

// soldAsQuoted compares the books of an order that shipped whole with what its cart said: nothing here reads the order.
func (c *chain) soldAsQuoted() {
	q := c.Quote
	total := q.Items.Minor - q.Discount.Minor + q.Shipping.Minor + c.sale.Delivery.Minor + c.added(c.Tax.Total.Minor)
	if _, _, taxes := owned(c.ledger("")); c.bank.taken != total || taxes != c.Tax.Total.Minor {
		c.t.Fatalf("the cart costs %d and its tax is %d, the bank took %d and %d was withheld", total, c.Tax.Total.Minor, c.bank.taken, taxes)
	}
	for n := range q.Lines {
		if seller := q.Lines[n].SellerID; slices.IndexFunc(q.Lines, func(l carts.QuotedLine) bool { return l.SellerID == seller }) == n {
			c.paidAsAgreed(seller)
		}
	}
}

// paidAsAgreed compares what a seller is owed with its prices and shipping without tax, as if no coupon had been but its own: a
// commission of 15 % is rounded once for each line of a shipment, and for its shipping.
func (c *chain) paidAsAgreed(seller string) {
	var sold, parts, least int64
	for n, l := range c.Quote.Lines {
		if l.SellerID == seller {
			price := l.Amount.Minor
			if q := c.Quote.Coupon; q != nil && q.SellerID == seller {
				price -= l.Discount.Minor // its own, which it bears
			}
			sold += price + l.Shipping.Minor
			if t := c.Tax.Lines[n]; c.Tax.Included { // the tax of that price, whatever the marketplace's coupon took off
				whole := 1_000_000 + t.RatePPM
				if c.sale.Country == "BR" {
					whole = 1_000_000 // ICMS is part of its own base
				}
				sold -= price*t.RatePPM/whole + t.ShippingTax.Minor
				parts++ // which is rounded
			}
		}
	}
	for _, s := range c.order.Shipments {
		if s.SellerID == seller {
			if parts += int64(len(s.Lines)) + 1; s.Fulfilment == orders.BySeller {
				sold += s.Delivery.Amount.Minor - s.Delivery.Tax.Minor
			}
		}
	}
	l := c.ledger(seller)
	got, commission := -l[payouts.Payable]-l[payouts.Commission], -l[payouts.Commission]
	if c.sale.Country == "JP" {
		least = -parts // a line's part of a tax that is rounded once may lie on either side
	}
	if d := sold - got; d < least || d > parts || !c.Tax.Included && d != 0 {
		c.t.Fatalf("%s sold %d, the ledger has %d", seller, sold, got)
	}
	if d := 100*commission - 15*got; d < -100*parts || d > 100*parts {
		c.t.Fatalf("commission of %s on %d is %d", seller, got, commission)
	}
}

// nothingIsHeld looks at the bank once every parcel has left or is cancelled.
func (c *chain) nothingIsHeld() {
	c.bank.intents.Range(func(id, minor any) bool {
		c.t.Fatalf("%v is still held for %v", minor, id)
		return false
	})
}

// shippingIsLeft looks at an order of which all that had left came back: what those parcels' shipping and delivery cost is left, and
// nothing of the parcels that were cancelled.
func (c *chain) shippingIsLeft(shipped []orders.Shipment) {
	var left, taxes int64
	for _, s := range shipped {
		left, taxes = left+s.Shipping.Amount.Minor+s.Delivery.Amount.Minor, taxes+s.Shipping.Tax.Minor+s.Delivery.Tax.Minor
	}
	l := c.ledger("")
	if _, _, withheld := owned(l); c.bank.taken-c.bank.back != left || withheld != taxes || l[payouts.Discounts] != 0 {
		c.t.Fatalf("%d of shipping and delivery with %d of tax are left, the bank has %d, the ledger %v", left, taxes, c.bank.taken-c.bank.back, l)
	}
}

// nothingIsLeftOfTheGoods looks at an order that came back whole: shipping and delivery are left, and their taxes.
func (c *chain) nothingIsLeftOfTheGoods() {
	taxes := c.Tax.DeliveryTax.Minor
	for _, t := range c.Tax.Lines {
		taxes += t.ShippingTax.Minor
	}
	left := c.Quote.Shipping.Minor + c.sale.Delivery.Minor + c.added(taxes)
	l := c.ledger("")
	if _, _, withheld := owned(l); c.bank.taken-c.bank.back != left || withheld != taxes || l[payouts.Discounts] != 0 {
		c.t.Fatalf("%d of shipping and delivery with %d of tax are left, the bank has %d, the ledger %v", left, taxes, c.bank.taken-c.bank.back, l)
	}
}

// couldNotBePaid checks that a cart was refused for a reason: its delivery does not fill what costs less than can be paid.
func (c *chain) couldNotBePaid() {
	least := payments.LeastAmount(c.sale.Delivery.Currency)
	if c.sale.Delivery.Minor >= least*int64(len(c.Quote.Stock)) {
		c.t.Fatalf("a delivery of %d would fill each of %d parcels up to %d", c.sale.Delivery.Minor, len(c.Quote.Stock), least)
	}
}
