package tax

// harmonized are the rates of the provinces whose tax is one with the federal one, and whether they give their part of it back
// at the point of sale on children's clothing; all do on printed books.
// Source: Canada Revenue Agency, "Charge and collect the GST/HST", and info sheets GI-063 and GI-065; Government of
// Newfoundland and Labrador, "Reinstatement of the General HST Point-of-Sale Book Rebate"; as of 2025-04-01 (Nova Scotia 14 %).
var harmonized = map[string]struct {
	rate          ppm
	childrenswear bool
}{
	"NB": {15 * percent, false}, "NL": {15 * percent, false}, "NS": {14 * percent, true}, "ON": {13 * percent, true}, "PE": {15 * percent, true},
}

// provincial are the taxes that stand beside the federal one.
// Sources: Provincial Sales Tax Act (British Columbia) and its exemption and refund regulation; Provincial Sales Tax Act
// (Saskatchewan); Retail Sales Tax Act (Manitoba); Revenu Québec, "Tables of GST and QST rates" and "Books"; as of 2025-04-01.
var provincial = map[string]law{
	"BC": {name: "PST", rates: rates{Standard: 7 * percent, Food: 0, Books: 0, Childrenswear: 0}},
	"MB": {name: "RST", rates: rates{Standard: 7 * percent, Food: 0, Books: 0, Childrenswear: 0}},
	"QC": {name: "QST", rates: rates{Standard: 99_750, Food: 0, Books: 0}},
	"SK": {name: "PST", rates: rates{Standard: 6 * percent, Food: 0, Books: 0}},
}

// federal is the goods and services tax. Source: Excise Tax Act, s. 165 and schedule VI, part III (basic groceries), as of 2025-04-01.
var federal = levy{jurisdiction: "CA", name: "GST", rates: rates{Standard: 5 * percent, Food: 0}}

func canada(region string) (regime, error) {
	g := regime{jurisdiction: "CA-" + region}
	if h, ok := harmonized[region]; ok {
		l := levy{jurisdiction: g.jurisdiction, name: "HST", rates: rates{Standard: h.rate, Food: 0, Books: federal.rates[Standard]}}
		if h.childrenswear {
			l.rates[Childrenswear] = federal.rates[Standard]
		}
		g.levies = []levy{l.collected()}
		return g, nil
	}
	g.levies = []levy{federal.collected()}
	switch region {
	case "AB", "NT", "NU", "YT":
		return g, nil
	}
	p, ok := provincial[region]
	if !ok {
		return regime{}, errRegion
	}
	own := levy{jurisdiction: g.jurisdiction, name: p.name, rates: p.rates}
	g.levies = append(g.levies, own.collected())
	return g, nil
}
