package tax

// icms are the general internal rates of the states' ICMS, without the additional of the funds against poverty. A sale to a
// consumer bears the rate of the destination, whichever state it comes from (Constitution, art. 155, § 2, VII and VIII).
// Source: the states' ICMS laws as listed by their finance departments, as of 2025-04-01.
var icms = map[string]ppm{
	"AC": 190_000, "AL": 190_000, "AM": 200_000, "AP": 180_000, "BA": 205_000, "CE": 200_000, "DF": 200_000, "ES": 170_000, "GO": 190_000,
	"MA": 230_000, "MG": 180_000, "MS": 170_000, "MT": 170_000, "PA": 190_000, "PB": 200_000, "PE": 205_000, "PI": 225_000, "PR": 195_000,
	"RJ": 200_000, "RN": 200_000, "RO": 195_000, "RR": 200_000, "RS": 170_000, "SC": 170_000, "SE": 190_000, "SP": 180_000, "TO": 200_000,
}

// brazil shows the state's ICMS, which is part of its own base (Lei Complementar 87/1996, art. 13, § 1). Printed matter and books
// of any kind are immune (Constitution, art. 150, VI, d). It is the approximate tax that Lei 12.741/2012 wants shown, without the
// federal part.
func brazil(region string) (regime, error) {
	rate, ok := icms[region]
	if !ok {
		return regime{}, errRegion
	}
	l := levy{jurisdiction: "BR-" + region, name: "ICMS", rates: rates{Standard: rate, Books: 0, Ebooks: 0, Periodicals: 0}}
	return regime{jurisdiction: l.jurisdiction, included: true, inside: true, levies: []levy{l}}, nil
}
