package inventory

import (
	"slices"
	"strings"
)

// Destination is where an order goes: an ISO 3166-1 country and, where it helps, a region of it (US: the state's
// two letters).
type Destination struct{ Country, Region string }

// Distance ranks how far a centre is from a destination: 0 in the same part of a country, 1 in the same country,
// 2 on the same continent, 3 elsewhere. A centre's name says where it is: "<country>-<part>-<number>", in lower
// case, as us-west-1 or de-north-2.
func Distance(centre string, to Destination) int {
	country, rest, _ := strings.Cut(centre, "-")
	part, _, _ := strings.Cut(rest, "-")
	home, away := strings.ToUpper(country), to.Country
	switch {
	case home == away && part != "" && part == partOf(to):
		return 0
	case home == away:
		return 1
	case continentOf(home) != "" && continentOf(home) == continentOf(away):
		return 2
	}
	return 3
}

// parts are the United States by census region
// (www2.census.gov/geo/pdfs/maps-data/maps/reference/us_regdiv.pdf), Northeast and South as east, Midwest and the
// West South Central division as central. Other countries are small enough to be one.
var parts = map[string]string{
	"west":    "AK AZ CA CO HI ID MT NM NV OR UT WA WY",
	"central": "AR IA IL IN KS LA MI MN MO ND NE OH OK SD TX WI",
	"east":    "AL CT DC DE FL GA KY MA MD ME MS NC NH NJ NY PA RI SC TN VA VT WV",
}

func partOf(d Destination) string {
	if d.Country != "US" || d.Region == "" {
		return ""
	}
	for part, states := range parts {
		if slices.Contains(strings.Fields(states), d.Region) {
			return part
		}
	}
	return ""
}

var continents = map[string]string{
	"America": "US CA MX BR",
	"Europe":  "DE FR IT ES NL BE SE PL GB IE AT CH DK FI NO PT CZ LU",
	"Gulf":    "AE SA EG TR",
	"Asia":    "JP IN SG KR TH VN",
	"Oceania": "AU NZ",
}

func continentOf(country string) string {
	for name, countries := range continents {
		if slices.Contains(strings.Fields(countries), country) {
			return name
		}
	}
	return ""
}
