package tax

// collector is who must collect the tax of a sale and owes it.
type collector int

const (
	facilitator collector = iota // Rialto, as the marketplace: the default
	seller                       // each seller by its own registration: Rialto adds nothing to its prices
)

// nexusRule says who collects for a jurisdiction, and since when the law is so.
type nexusRule struct {
	by    collector
	since string // RFC 3339 date
}

// nexus are the jurisdictions that add their tax to prices. One that is not listed is the facilitator's, too. An entry changes to
// seller where Rialto is not obliged, for instance below a state's threshold.
// Sources: for the states, their marketplace facilitator laws as large marketplaces list them in their help pages ("Marketplace
// Tax Collection"); for Canada, Excise Tax Act, s. 211.23 (platform operators), and the provinces' rules for online
// marketplaces; as of 2025-01-01.
var nexus = map[string]nexusRule{
	"US-AL": {since: "2019-01-01"}, "US-AR": {since: "2019-07-01"}, "US-AZ": {since: "2019-10-01"}, "US-CA": {since: "2019-10-01"},
	"US-CO": {since: "2019-10-01"}, "US-CT": {since: "2018-12-01"}, "US-DC": {since: "2019-04-01"}, "US-FL": {since: "2021-07-01"},
	"US-GA": {since: "2020-04-01"}, "US-HI": {since: "2020-01-01"}, "US-IA": {since: "2019-01-01"}, "US-ID": {since: "2019-06-01"},
	"US-IL": {since: "2020-01-01"}, "US-IN": {since: "2019-07-01"}, "US-KS": {since: "2021-07-01"}, "US-KY": {since: "2019-07-01"},
	"US-LA": {since: "2020-07-01"}, "US-MA": {since: "2019-10-01"}, "US-MD": {since: "2019-10-01"}, "US-ME": {since: "2019-10-01"},
	"US-MI": {since: "2020-01-01"}, "US-MN": {since: "2018-10-01"}, "US-MO": {since: "2023-01-01"}, "US-MS": {since: "2020-07-01"},
	"US-NC": {since: "2020-02-01"}, "US-ND": {since: "2019-10-01"}, "US-NE": {since: "2019-04-01"}, "US-NJ": {since: "2018-11-01"},
	"US-NM": {since: "2019-07-01"}, "US-NV": {since: "2019-10-01"}, "US-NY": {since: "2019-06-01"}, "US-OH": {since: "2019-09-01"},
	"US-OK": {since: "2018-07-01"}, "US-PA": {since: "2018-04-01"}, "US-RI": {since: "2019-07-01"}, "US-SC": {since: "2019-04-26"},
	"US-SD": {since: "2019-03-01"}, "US-TN": {since: "2020-10-01"}, "US-TX": {since: "2019-10-01"}, "US-UT": {since: "2019-10-01"},
	"US-VA": {since: "2019-07-01"}, "US-VT": {since: "2019-06-07"}, "US-WA": {since: "2018-01-01"}, "US-WI": {since: "2020-01-01"},
	"US-WV": {since: "2019-07-01"}, "US-WY": {since: "2019-07-01"},

	"CA": {since: "2021-07-01"}, "CA-BC": {since: "2022-07-01"}, "CA-MB": {since: "2021-12-01"}, "CA-QC": {since: "2021-07-01"},
	"CA-SK": {since: "2020-01-01"},
}

// collected is the levy as Rialto collects it.
func (l levy) collected() levy { return nexus[l.jurisdiction].collected(l) }

// collected leaves nothing of a levy that is the seller's to collect.
func (r nexusRule) collected(l levy) levy {
	if r.by == seller {
		l.rates, l.pieces = rates{Standard: 0}, nil
	}
	return l
}
