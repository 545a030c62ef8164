package gateway

import "strings"

// taxRate is one tax of a place in the United States, in parts per million.
type taxRate struct {
	level, place, name string
	ppm                int64
}

// stateTaxes are the states in which this account is registered, by their general rates, and localTaxes what is added in the
// cities that are modelled, by the first three digits of their ZIP codes: enough to see local taxes, and no more. In other states
// nothing is collected.
// Source: the states' revenue departments, as of 2025-01-01: Los Angeles 9.75 %, New York City 8.875 %, Seattle 10.35 %, Austin 8.25 %.
var (
	stateTaxes = map[string]taxRate{
		"CA": {"state", "California", "Sales tax", 72_500}, "NY": {"state", "New York", "Sales tax", 40_000},
		"TX": {"state", "Texas", "Sales tax", 62_500}, "WA": {"state", "Washington", "Sales tax", 65_000},
	}
	localTaxes = map[string][]taxRate{
		"CA 900": {{"district", "Los Angeles", "Sales tax", 25_000}},
		"NY 100": {{"city", "New York City", "Sales tax", 45_000}, {"district", "Metropolitan Commuter Transportation District", "Sales tax", 3_750}},
		"TX 787": {{"city", "Austin", "Sales tax", 20_000}},
		"WA 981": {{"city", "Seattle", "Sales tax", 38_500}},
	}
)

// The tax codes that are told apart (https://docs.stripe.com/tax/tax-codes): food at home is exempt in all of these states, and
// California does not tax shipping.
const (
	codeGroceries = "txcd_40040000"
	codeShipping  = "txcd_92010001"
)

// taxRates are those of a place; what a tax code exempts has none of them.
func taxRates(region, postal, code string) (rates []taxRate, reason string) {
	own, ok := stateTaxes[region]
	switch {
	case !ok:
		return nil, "not_collecting"
	case code == codeGroceries, code == codeShipping && region == "CA":
		return nil, "product_exempt"
	}
	prefix := region + " " + postal[:min(3, len(postal))]
	return append([]taxRate{own}, localTaxes[prefix]...), "standard_rated"
}

// percent writes a rate as Stripe does: "8.875".
func (r taxRate) percent() string {
	digits := strings.TrimRight(pad(r.ppm%10_000), "0")
	whole := itoa(r.ppm / 10_000)
	if digits == "" {
		return whole
	}
	return whole + "." + digits
}
