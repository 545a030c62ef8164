package tax

import (
	"maps"

	"rialto/functions/internal/fault"
	"rialto/functions/marketplaces"
)

// law is one country's tax on sales that prices include.
type law struct {
	name   string
	rates  rates
	pieces map[Class]int64 // as levy's
}

type rates map[Class]ppm

// find returns the regime of a sale's destination. A marketplace ships within one customs area, so that no sale is an import.
func find(s Sale) (regime, error) {
	m, err := marketplaces.Lookup(s.Marketplace)
	if err != nil {
		return regime{}, err
	}
	if !m.ShipsTo(s.Country) {
		return regime{}, errUnsupported.With(fault.Field{Pointer: "/country", Code: "unsupported", Message: "is not a destination of the marketplace"})
	}
	switch s.Country {
	case "US":
		return unitedStates(s.Region)
	case "CA":
		return canada(s.Region)
	case "BR":
		return brazil(s.Region)
	}
	return valueAdded(s)
}

// valueAdded is the regime of a country whose prices include VAT, GST or what it calls its tax on value added.
func valueAdded(s Sale) (regime, error) {
	l, ok := laws[s.Country]
	if !ok {
		return regime{}, errUnsupported.With(fault.Field{Pointer: "/country", Code: "unsupported", Message: "is not covered"})
	}
	jurisdiction := s.Country
	if p, ok := placeOf(s.Country, s.Postal); ok {
		jurisdiction = p.jurisdiction
		if p.rates == nil {
			return untaxed(jurisdiction, true), nil
		}
		l.rates = maps.Clone(l.rates)
		maps.Copy(l.rates, p.rates)
	}
	g := regime{jurisdiction: jurisdiction, included: true,
		levies: []levy{{jurisdiction: jurisdiction, name: l.name, rates: l.rates, pieces: l.pieces}}}
	if s.Country == "JP" {
		// A qualified invoice rounds once for each rate: Consumption Tax Act, order of enforcement, art. 70-10. Shipping that is
		// asked for apart is a service at the standard rate: National Tax Agency, Q&A on the reduced rate, individual cases.
		g.document, g.shipping = true, standard
	}
	return g, nil
}

// untaxed is the regime of a place that bears no tax of its country: it has what is asked in the marketplace, tax or none in it,
// as the price.
func untaxed(jurisdiction string, included bool) regime {
	none := levy{jurisdiction: jurisdiction, name: "none", rates: rates{Standard: 0}}
	return regime{jurisdiction: jurisdiction, included: included, levies: []levy{none}}
}

var errRegion = errUnsupported.With(fault.Field{Pointer: "/region", Code: "unknown_region", Message: "must be a region of the country"})
