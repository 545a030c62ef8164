package tax

import "rialto/functions/internal/fault"

// find returns the regime of a sale's destination for what is sold in its marketplace.
func find(s Sale) (regime, error) {
	if s.Marketplace == "US" && s.Country == "US" {
		return unitedStates(s.Region)
	}
	_, home := vat[s.Marketplace]
	rate, away := vat[s.Country]
	if !home || !away || (s.Marketplace == "GB") != (s.Country == "GB") {
		return regime{}, errUnsupported.With(fault.Field{Pointer: "/country", Code: "unsupported", Message: "is not covered"})
	}
	rates := map[Class]ppm{Standard: rate}
	for c, r := range reduced[s.Country] {
		rates[c] = r
	}
	return regime{jurisdiction: s.Country, included: true, levies: []levy{{jurisdiction: s.Country, name: "VAT", rates: rates}}}, nil
}

func unitedStates(region string) (regime, error) {
	rate, ok := states[region]
	if !ok {
		return regime{}, errUnsupported.With(fault.Field{Pointer: "/region", Code: "unknown_region", Message: "must be one of the 50 states or DC"})
	}
	g := regime{jurisdiction: "US-" + region, levies: []levy{{jurisdiction: "US-" + region, name: "Sales tax", rates: map[Class]ppm{Standard: rate}}}}
	if shippingExempt[region] {
		g.shipping = exempt
	}
	return g, nil
}
