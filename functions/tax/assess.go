package tax

import (
	"fmt"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
)

var (
	errUnsupported = fault.New(fault.Invalid, "tax_unsupported", "tax cannot be worked out for this destination in this marketplace")
	errSale        = fault.New(fault.Invalid, "invalid_sale", "the sale's amounts must be at least 0 and of one currency")
)

// Assess taxes a sale by the tables. It is pure: the same sale has the same tax. It fails with tax_unsupported for a
// marketplace and destination that no table covers, and with invalid_sale for amounts that are negative or of
// two currencies.
func Assess(s Sale) (Assessment, error) {
	if err := s.check(); err != nil {
		return Assessment{}, err
	}
	g, err := find(s)
	if err != nil {
		return Assessment{}, err
	}
	return g.assess(s)
}

// assess taxes the goods of each line, then the shipping of each, then the parts of the delivery.
func (g regime) assess(s Sale) (Assessment, error) {
	goods, shipping := make([]charge, len(s.Lines)), make([]charge, len(s.Lines))
	for i, l := range s.Lines {
		goods[i] = charge{l.paid().Minor, g.rates(l)}
		shipping[i] = charge{l.Shipping.Minor, g.shippingRates(goods[i].rates, goods[i].amount)}
	}
	delivery, err := g.delivery(s.Delivery, goods)
	if err != nil {
		return Assessment{}, fmt.Errorf("split the delivery: %w", err)
	}
	charges := append(append(goods, shipping...), delivery...)
	taxes, err := g.taxes(charges)
	if err != nil {
		return Assessment{}, fmt.Errorf("tax charges: %w", err)
	}
	of := func(minor int64) money.Amount { return money.Of(minor, s.Delivery.Currency) }
	n := len(s.Lines)
	a := Assessment{Lines: make([]LineTax, n), Included: g.included, DeliveryTax: of(0)}
	for i, l := range s.Lines {
		r := sum(goods[i].rates)
		a.Lines[i] = LineTax{Line: l.Line, Jurisdiction: g.jurisdiction, Rate: r.basisPoints(), RatePPM: int64(r), Tax: of(sum(taxes[i])),
			ShippingTax: of(sum(taxes[n+i])), DiscountTax: of(g.discountTax(l, goods[i].rates))}
	}
	for _, t := range taxes[2*n:] {
		a.DeliveryTax.Minor += sum(t) // within the delivery's price
	}
	if a.Jurisdictions, err = g.jurisdictions(charges, taxes, s.Delivery.Currency); err != nil {
		return Assessment{}, fmt.Errorf("sum jurisdictions: %w", err)
	}
	a.Total = of(0)
	for _, j := range a.Jurisdictions {
		if a.Total, err = a.Total.Add(j.Tax); err != nil {
			return Assessment{}, fmt.Errorf("sum taxes: %w", err)
		}
	}
	return a, nil
}

// jurisdictions sums what each levy takes at each rate, in the order in which the rates are met.
func (g regime) jurisdictions(charges []charge, taxes [][]int64, currency string) ([]JurisdictionTax, error) {
	list := []JurisdictionTax{}
	for v, l := range g.levies {
		at := map[ppm]int{}
		for i, c := range charges {
			if c.amount == 0 {
				continue
			}
			n, ok := at[c.rates[v]]
			if !ok {
				n, at[c.rates[v]] = len(list), len(list)
				list = append(list, JurisdictionTax{Jurisdiction: l.jurisdiction, Name: l.name, RatePPM: int64(c.rates[v]),
					Taxable: money.Zero(currency), Tax: money.Zero(currency)})
			}
			base := c.amount
			if g.included && !g.inside {
				base -= sum(taxes[i])
			}
			var err error
			if list[n].Taxable, err = list[n].Taxable.Add(money.Of(base, currency)); err != nil {
				return nil, err
			}
			list[n].Tax.Minor += taxes[i][v] // within the amounts
		}
	}
	return list, nil
}

// discountTax is the tax of the whole amount less that of what is paid, where prices include tax: a line costs its seller's
// price without tax less so much, whatever the coupon took off.
func (g regime) discountTax(l Line, rates []ppm) int64 {
	if !g.included {
		return 0
	}
	r := sum(rates)
	return portion(l.Amount.Minor, r, g.whole(rates)) - portion(l.paid().Minor, r, g.whole(rates))
}

func sum[N ~int64](list []N) (total N) {
	for _, n := range list {
		total += n
	}
	return total
}

func (s Sale) check() error {
	if s.Delivery.Minor < 0 || s.Delivery.Currency == "" {
		return errSale.With(fault.Field{Pointer: "/delivery", Code: "invalid", Message: "must be an amount of at least 0"})
	}
	for i, l := range s.Lines {
		if l.Amount.Minor < 0 || l.Amount.Currency != s.Delivery.Currency || l.Discount.Minor < 0 || l.Discount.Minor > l.Amount.Minor {
			return errSale.With(fault.Field{Pointer: fmt.Sprintf("/lines/%d/amount", i), Code: "invalid",
				Message: "must be an amount of at least 0 in the currency of the delivery"})
		}
		if l.Shipping != (money.Amount{}) && (l.Shipping.Minor < 0 || l.Shipping.Currency != s.Delivery.Currency) {
			return errSale.With(fault.Field{Pointer: fmt.Sprintf("/lines/%d/shipping", i), Code: "invalid",
				Message: "must be an amount of at least 0 in the currency of the delivery"})
		}
	}
	return nil
}

// paid is what the line is taxed for.
func (l Line) paid() money.Amount {
	return money.Of(l.Amount.Minor-l.Discount.Minor, l.Amount.Currency)
}
