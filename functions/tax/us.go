package tax

import (
	"slices"
	"strings"
)

// states are the general sales tax rates of the 50 states and DC, without local taxes except where the state
// collects one everywhere (California 1.25 %, Utah 1.25 %, Virginia 1 %).
// Source: Tax Foundation, "State and Local Sales Tax Rates, 2025", as of 2025-01-01.
var states = map[string]ppm{
	"AL": 40_000, "AK": 0, "AZ": 56_000, "AR": 65_000, "CA": 72_500, "CO": 29_000, "CT": 63_500, "DE": 0,
	"DC": 60_000, "FL": 60_000, "GA": 40_000, "HI": 40_000, "ID": 60_000, "IL": 62_500, "IN": 70_000, "IA": 60_000,
	"KS": 65_000, "KY": 60_000, "LA": 50_000, "ME": 55_000, "MD": 60_000, "MA": 62_500, "MI": 60_000, "MN": 68_750,
	"MS": 70_000, "MO": 42_250, "MT": 0, "NE": 55_000, "NV": 68_500, "NH": 0, "NJ": 66_250, "NM": 48_750,
	"NY": 40_000, "NC": 47_500, "ND": 50_000, "OH": 57_500, "OK": 45_000, "OR": 0, "PA": 60_000, "RI": 70_000,
	"SC": 60_000, "SD": 42_000, "TN": 70_000, "TX": 62_500, "UT": 61_000, "VT": 60_000, "VA": 53_000, "WA": 65_000,
	"WV": 60_000, "WI": 50_000, "WY": 40_000,
}

// groceries are the rates of food in the states that tax it; the others exempt it. Utah's and Virginia's hold the local part
// that is collected everywhere. Sweets and ready drinks, which states tell apart each in its own way, bear the general rate.
// Source: the states' revenue departments, as of 2026-01-01 (Alabama since 2025-09-01, Mississippi since 2025-07-01, Arkansas'
// and Illinois' state taxes ended on 2025-12-31).
var groceries = map[string]ppm{
	"AL": 20_000, "HI": 40_000, "ID": 60_000, "MO": 12_250, "MS": 50_000, "SD": 42_000, "TN": 40_000, "UT": 30_000, "VA": 10_000,
}

// clothes are the states that exempt everyday clothing and footwear, with the most that a piece may cost in cents; 0 is
// whatever it costs.
// Source: the states' revenue departments, as of 2025-01-01. Of dearer pieces Massachusetts and Rhode Island tax only what is
// above it; here they are taxed whole.
var clothes = map[string]int64{"MA": 175_00, "MN": 0, "NJ": 0, "NY": 109_99, "PA": 0, "RI": 250_00, "VT": 0}

// shippingExempt are states that do not tax a delivery charge which is stated apart and goes by common carrier.
// Others exempt it under conditions that Rialto does not follow; there it is taxed.
// Source: the states' revenue departments' guidance, summarised, as of 2025-01-01.
var shippingExempt = map[string]bool{
	"AL": true, "AZ": true, "CA": true, "IA": true, "ID": true, "MA": true, "MD": true, "ME": true, "MO": true,
	"NV": true, "OK": true, "UT": true, "VA": true, "WY": true,
}

// stateless are the territories, the associated states that the Postal Service serves, and the post of the armed forces: they
// bear the sales tax of no state. Source: USPS Publication 28, appendix B.
var stateless = strings.Fields("AS GU MP PR VI FM MH PW AA AE AP")

func unitedStates(region string) (regime, error) {
	jurisdiction := "US-" + region
	if slices.Contains(stateless, region) {
		return untaxed(jurisdiction, false), nil
	}
	rate, ok := states[region]
	if !ok {
		return regime{}, errRegion
	}
	l := levy{jurisdiction: jurisdiction, name: "Sales tax", rates: rates{Standard: rate, Food: groceries[region]}}
	if limit, ok := clothes[region]; ok {
		l.rates[Clothing] = 0
		if limit > 0 {
			l.pieces = map[Class]int64{Clothing: limit}
		}
	}
	g := regime{jurisdiction: jurisdiction, levies: []levy{l.collected()}}
	if shippingExempt[region] {
		g.shipping = exempt
	}
	return g, nil
}
