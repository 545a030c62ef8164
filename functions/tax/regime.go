package tax

import (
	"math/bits"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
)

// ppm is a rate in parts per million: 6.875 % is 68,750. Basis points cannot say the rates of four US states.
type ppm int64

const (
	million          = 1_000_000
	partsOfPoint ppm = 100
	percent          = 10_000 // ppm
)

// basisPoints rounds half up.
func (r ppm) basisPoints() int64 { return int64((r + partsOfPoint/2) / partsOfPoint) }

// regime is the law of one destination.
type regime struct {
	jurisdiction string
	included     bool // prices hold the tax
	standard     ppm
	reduced      map[string]ppm // by category id
	shippingFree bool
}

// find returns the regime of a destination for what is sold in a marketplace.
func find(marketplace, country, region string) (regime, error) {
	if marketplace == "US" && country == "US" {
		rate, ok := states[region]
		if !ok {
			return regime{}, errUnsupported.With(fault.Field{Pointer: "/region", Code: "unknown_region", Message: "must be one of the 50 states or DC"})
		}
		return regime{jurisdiction: "US-" + region, standard: rate, shippingFree: shippingExempt[region]}, nil
	}
	_, home := vat[marketplace]
	rate, away := vat[country]
	if !home || !away || (marketplace == "GB") != (country == "GB") {
		return regime{}, errUnsupported.With(fault.Field{Pointer: "/country", Code: "unsupported", Message: "is not covered"})
	}
	return regime{jurisdiction: country, included: true, standard: rate, reduced: reduced[country]}, nil
}

func (g regime) rate(category string) ppm {
	if r, ok := g.reduced[category]; ok {
		return r
	}
	return g.standard
}

// tax returns the tax that is added to an amount or, where prices include it, that is part of it; rounded to
// the nearest unit, halves up. The amount is 0 or more.
func (g regime) tax(a money.Amount, r ppm) money.Amount {
	whole := uint64(million)
	if g.included {
		whole += uint64(r)
	}
	hi, lo := bits.Mul64(uint64(a.Minor), uint64(r))
	lo, carry := bits.Add64(lo, whole/2, 0)
	q, _ := bits.Div64(hi+carry, lo, whole) // r < whole, so the quotient is below the amount's 63 bits
	return money.Of(int64(q), a.Currency)
}

// discountTax is the tax of the whole amount less that of what is paid, where prices include tax: a line costs its seller's
// price without tax less so much, whatever the coupon took off.
func (g regime) discountTax(l Line, r ppm) money.Amount {
	if !g.included {
		return money.Zero(l.Amount.Currency)
	}
	return money.Of(g.tax(l.Amount, r).Minor-g.tax(l.paid(), r).Minor, l.Amount.Currency)
}

// shippingTax taxes a line's shipping as the goods that it accompanies; that of goods which cost nothing bears the
// standard rate.
func (g regime) shippingTax(l Line, currency string) money.Amount {
	switch {
	case g.shippingFree:
		return money.Zero(currency)
	case l.paid().Minor == 0:
		return g.tax(money.Of(l.Shipping.Minor, currency), g.standard)
	}
	return g.tax(money.Of(l.Shipping.Minor, currency), g.rate(l.Category))
}

// deliveryTax taxes the delivery as what accompanies all the goods: where they bear several rates, it is split in
// proportion to their amounts (for Germany: Umsatzsteuer-Anwendungserlass 3.10, ancillary supplies share the
// fate of the main one).
func (g regime) deliveryTax(s Sale) (money.Amount, error) {
	total := money.Zero(s.Delivery.Currency)
	if g.shippingFree {
		return total, nil
	}
	weights, any := make([]int64, len(s.Lines)), false
	byRate := map[ppm]int{} // the index in weights that stands for a rate
	for i, l := range s.Lines {
		at, seen := byRate[g.rate(l.Category)]
		if !seen {
			at, byRate[g.rate(l.Category)] = i, i
		}
		sum, err := money.Of(weights[at], total.Currency).Add(l.paid())
		if err != nil {
			return total, err
		}
		weights[at], any = sum.Minor, any || l.paid().Minor > 0
	}
	if !any { // nothing that costs anything: the standard rate
		return g.tax(s.Delivery, g.standard), nil
	}
	parts, err := s.Delivery.Allocate(weights...)
	if err != nil {
		return total, err
	}
	for i, part := range parts {
		if part.Minor == 0 {
			continue
		}
		if total, err = total.Add(g.tax(part, g.rate(s.Lines[i].Category))); err != nil {
			return total, err
		}
	}
	return total, nil
}
