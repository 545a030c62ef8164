package tax

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

// shippingExempt are states that do not tax a delivery charge which is stated apart and goes by common carrier.
// Others exempt it under conditions that Rialto does not follow; there it is taxed.
// Source: the states' revenue departments' guidance, summarised, as of 2025-01-01.
var shippingExempt = map[string]bool{
	"AL": true, "AZ": true, "CA": true, "IA": true, "ID": true, "MA": true, "MD": true, "ME": true, "MO": true,
	"NV": true, "OK": true, "UT": true, "VA": true, "WY": true,
}

// vat are the standard rates of the member states of the European Union and of Great Britain.
// Source: European Commission, Taxes in Europe Database, as of 2025-08-01 (Directive 2006/112/EC, art. 96 and
// 97); Value Added Tax Act 1994, s. 2(1).
var vat = map[string]ppm{
	"AT": 20 * percent, "BE": 21 * percent, "BG": 20 * percent, "CY": 19 * percent, "CZ": 21 * percent, "DE": 19 * percent,
	"DK": 25 * percent, "EE": 24 * percent, "ES": 21 * percent, "FI": 255_000, "FR": 20 * percent, "GB": 20 * percent,
	"GR": 24 * percent, "HR": 25 * percent, "HU": 27 * percent, "IE": 23 * percent, "IT": 22 * percent, "LT": 21 * percent,
	"LU": 17 * percent, "LV": 21 * percent, "MT": 18 * percent, "NL": 21 * percent, "PL": 23 * percent, "PT": 23 * percent,
	"RO": 21 * percent, "SE": 25 * percent, "SI": 22 * percent, "SK": 23 * percent,
}

// reduced are lower rates by country and class.
// Source: Umsatzsteuergesetz, § 12 (2) with annex 2 (7 % on food and printed matter), as of 2025-08-01.
var reduced = map[string]map[Class]ppm{
	"DE": {Books: 7 * percent, Ebooks: 7 * percent, Periodicals: 7 * percent, Food: 7 * percent},
}
