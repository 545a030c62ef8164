package tax

import (
	"math/bits"
	"slices"

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
	levies       []levy // at least one; the tax of a charge is the sum of theirs
	included     bool   // prices hold the tax
	inside       bool   // prices hold it, and so does the base that the rate is of (Brazil's ICMS)
	document     bool   // rounded once for each rate of a document, not for each charge
	shipping     shippingRule
}

// shippingRule says what a charge for shipping bears.
type shippingRule int

const (
	asGoods  shippingRule = iota // the rates of the goods that it accompanies
	standard                     // the standard rate, as a service of its own
	exempt                       // nothing
)

// levy is one tax of a regime, by classes of goods.
type levy struct {
	jurisdiction, name string
	rates              rates // Standard is always there
	// pieces are the most that one unit may cost, without tax, for its class's rate to hold; dearer ones bear the standard
	// rate.
	pieces map[Class]int64
}

// rate is what goods of a class bear that cost so much together, without discount, for so many units.
func (l levy) rate(c Class, paid, units int64, included bool) ppm {
	for ; c != Standard; c = c.broader() {
		r, ok := l.rates[c]
		if !ok {
			continue
		}
		if limit, limited := l.pieces[c]; limited && withoutTax(paid, r, included) > limit*max(units, 1) {
			break
		}
		return r
	}
	return l.rates[Standard]
}

func withoutTax(paid int64, r ppm, included bool) int64 {
	if !included {
		return paid
	}
	return paid - portion(paid, r, million+r)
}

// charge is what is taxed by itself: the goods of a line, their shipping, or a part of the delivery. Its rates are those of
// the regime's levies, in their order.
type charge struct {
	amount int64
	rates  []ppm
}

// rates are those of a line's goods.
func (g regime) rates(l Line) []ppm {
	out := make([]ppm, len(g.levies))
	for i, v := range g.levies {
		out[i] = v.rate(ClassOf(l.Category), l.paid().Minor, l.Quantity, g.included && !g.inside)
	}
	return out
}

// standardRates are those of what is no goods.
func (g regime) standardRates() []ppm {
	out := make([]ppm, len(g.levies))
	for i, v := range g.levies {
		out[i] = v.rates[Standard]
	}
	return out
}

// shippingRates are what shipping bears that accompanies goods of such rates; that of goods which cost nothing bears the
// standard rate.
func (g regime) shippingRates(goods []ppm, paid int64) []ppm {
	switch {
	case g.shipping == exempt:
		return make([]ppm, len(g.levies))
	case g.shipping == standard || paid == 0:
		return g.standardRates()
	}
	return goods
}

// delivery splits what a delivery costs by the rates of what it delivers, in proportion to their amounts (for Germany:
// Umsatzsteuer-Anwendungserlass 3.10, ancillary supplies share the fate of the main one).
func (g regime) delivery(price money.Amount, goods []charge) ([]charge, error) {
	weights, parts := []int64{}, []charge{}
	for _, c := range goods {
		if c.amount == 0 {
			continue
		}
		rates := g.shippingRates(c.rates, c.amount)
		at := slices.IndexFunc(parts, func(p charge) bool { return slices.Equal(p.rates, rates) })
		if at < 0 {
			at, weights, parts = len(parts), append(weights, 0), append(parts, charge{rates: rates})
		}
		sum, err := money.Of(weights[at], price.Currency).Add(money.Of(c.amount, price.Currency))
		if err != nil {
			return nil, err
		}
		weights[at] = sum.Minor
	}
	if len(parts) == 0 { // nothing that costs anything
		return []charge{{price.Minor, g.shippingRates(nil, 0)}}, nil
	}
	shares, err := price.Allocate(weights...)
	for i, s := range shares {
		parts[i].amount = s.Minor
	}
	return parts, err
}

// taxes returns the tax of each charge by each levy.
func (g regime) taxes(charges []charge) ([][]int64, error) {
	out := make([][]int64, len(charges))
	for i, c := range charges {
		out[i] = make([]int64, len(c.rates))
		for v, r := range c.rates {
			out[i][v] = portion(c.amount, r, g.whole(c.rates))
		}
	}
	if !g.document {
		return out, nil
	}
	return out, g.roundOnce(charges, out)
}

// roundOnce puts the tax of all charges that bear the same in the place of the sum of theirs, and shares it out by their
// amounts.
func (g regime) roundOnce(charges []charge, taxes [][]int64) error {
	for first, c := range charges {
		same := func(o charge) bool { return slices.Equal(o.rates, c.rates) }
		if slices.IndexFunc(charges, same) != first {
			continue
		}
		weights, sum := make([]int64, len(charges)), money.Amount{}
		for i, o := range charges {
			if !same(o) {
				continue
			}
			var err error
			if sum, err = sum.Add(money.Of(o.amount, "")); err != nil {
				return err
			}
			weights[i] = o.amount
		}
		if sum.Minor == 0 {
			continue
		}
		for v, r := range c.rates {
			parts, err := money.Of(portion(sum.Minor, r, g.whole(c.rates)), "").Allocate(weights...)
			if err != nil {
				return err
			}
			for i, o := range charges {
				if same(o) {
					taxes[i][v] = parts[i].Minor
				}
			}
		}
	}
	return nil
}

// whole is what an amount is of, in parts per million of what its rates are of.
func (g regime) whole(rates []ppm) ppm {
	whole := ppm(million)
	if g.included && !g.inside {
		for _, r := range rates {
			whole += r
		}
	}
	return whole
}

// portion returns amount x rate / whole, rounded to the nearest unit, halves up. The amount is 0 or more, and the rate less
// than the whole.
func portion(amount int64, r, whole ppm) int64 {
	hi, lo := bits.Mul64(uint64(amount), uint64(r))
	lo, carry := bits.Add64(lo, uint64(whole)/2, 0)
	q, _ := bits.Div64(hi+carry, lo, uint64(whole)) // the quotient is below the amount's 63 bits
	return int64(q)
}
