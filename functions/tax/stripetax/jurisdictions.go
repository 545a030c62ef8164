package stripetax

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/stripe/stripe-go/v82"

	"rialto/functions/internal/money"
	"rialto/functions/tax"
)

// breakdown is what one jurisdiction takes of one charge. Stripe has a type of it for items and another for shipping.
type breakdown struct {
	amount, taxable int64
	level, place    string
	name, percent   string
	reason          string
}

func part(b *stripe.TaxCalculationLineItemTaxBreakdown) breakdown {
	out := breakdown{amount: b.Amount, taxable: b.TaxableAmount, reason: string(b.TaxabilityReason)}
	if j := b.Jurisdiction; j != nil {
		out.level, out.place = string(j.Level), j.DisplayName
	}
	if r := b.TaxRateDetails; r != nil {
		out.name, out.percent = r.DisplayName, r.PercentageDecimal
	}
	return out
}

func shippingPart(b *stripe.TaxCalculationShippingCostTaxBreakdown) breakdown {
	out := breakdown{amount: b.Amount, taxable: b.TaxableAmount, reason: string(b.TaxabilityReason)}
	if j := b.Jurisdiction; j != nil {
		out.level, out.place = string(j.Level), j.DisplayName
	}
	if r := b.TaxRateDetails; r != nil {
		out.name, out.percent = r.DisplayName, r.PercentageDecimal
	}
	return out
}

// jurisdictions sums breakdowns by place, tax and rate, in the order in which they are met.
type jurisdictions struct {
	sale tax.Sale
	list []tax.JurisdictionTax
}

// add returns the rate, in parts per million. What is not taxed, as an exempt item, names no rate.
func (j *jurisdictions) add(b breakdown) (int64, error) {
	rate, err := perMillion(b.percent)
	if err != nil {
		return 0, err
	}
	if b.reason == string(stripe.TaxCalculationLineItemTaxBreakdownTaxabilityReasonNotCollecting) {
		return 0, fmt.Errorf("the account has no registration in %s", j.sale.Region)
	}
	jurisdiction, currency := j.sale.Country+"-"+j.sale.Region, j.sale.Delivery.Currency
	if b.level != "state" && b.level != "country" && b.place != "" {
		jurisdiction += " " + b.place
	}
	if b.name == "" {
		b.name = "Sales tax"
	}
	n := slices.IndexFunc(j.list, func(t tax.JurisdictionTax) bool {
		return t.Jurisdiction == jurisdiction && t.Name == b.name && t.RatePPM == rate
	})
	if n < 0 {
		n = len(j.list)
		j.list = append(j.list, tax.JurisdictionTax{Jurisdiction: jurisdiction, Name: b.name, RatePPM: rate,
			Taxable: money.Zero(currency), Tax: money.Zero(currency)})
	}
	j.list[n].Taxable.Minor += b.taxable
	j.list[n].Tax.Minor += b.amount
	return rate, nil
}

// decimals are those of a percentage in parts per million.
const decimals = 4

// perMillion reads a percentage such as 8.875; none is 0.
func perMillion(percent string) (int64, error) {
	whole, rest, _ := strings.Cut(percent, ".")
	rest = strings.TrimRight(rest, "0")
	if percent == "" {
		return 0, nil
	}
	if len(rest) > decimals {
		return 0, fmt.Errorf("a rate of %q percent", percent)
	}
	n, err := strconv.ParseUint(whole+rest+strings.Repeat("0", decimals-len(rest)), 10, 32)
	if err != nil {
		return 0, fmt.Errorf("a rate of %q percent", percent)
	}
	return int64(n), nil
}
