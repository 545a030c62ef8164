package customers

import (
	"rialto/functions/internal/fault"
	"rialto/functions/marketplaces"
)

// Destination is a country that a marketplace ships to.
type Destination struct {
	Country string `json:"country" doc:"ISO 3166-1 alpha-2"`
	Name    string `json:"name"`
}

// AddressForm is what an address of a destination needs.
type AddressForm struct {
	Destination
	Required   []string    `json:"required" doc:"The fields that an address must have"`
	Optional   []string    `json:"optional" doc:"The fields that it may have"`
	PostalCode *PostalForm `json:"postal_code,omitempty" doc:"Left out where the country has no postal codes"`
	Regions    []Region    `json:"regions" doc:"What region must be one of, by code or name; empty where the country needs none"`
}

// PostalForm is how a country's postal codes look.
type PostalForm struct {
	Pattern string `json:"pattern" doc:"A regular expression of the code in capitals, without spaces and hyphens"`
	Example string `json:"example"`
}

var errDestination = fault.New(fault.NotFound, "destination_unknown", "the marketplace does not ship to this country")

// Destinations lists where a marketplace ships to, by country. It fails with unknown_marketplace.
func Destinations(marketplace string) ([]Destination, error) {
	m, err := marketplaces.Lookup(marketplace)
	if err != nil {
		return nil, err
	}
	list := make([]Destination, len(m.Countries))
	for i, code := range m.Countries {
		list[i] = Destination{code, countries[code].name}
	}
	return list, nil
}

// FormOf tells what an address of a destination needs. It fails with unknown_marketplace and destination_unknown.
func FormOf(marketplace, code string) (AddressForm, error) {
	m, err := marketplaces.Lookup(marketplace)
	if err != nil {
		return AddressForm{}, err
	}
	if !m.ShipsTo(code) {
		return AddressForm{}, errDestination
	}
	rule := countries[code]
	f := AddressForm{Destination: Destination{code, rule.name}, Regions: append([]Region{}, regions[code]...),
		Required: []string{"name", "line1", "city"}, Optional: []string{"line2", "phone"}}
	put := func(field string, required bool) {
		if required {
			f.Required = append(f.Required, field)
		} else {
			f.Optional = append(f.Optional, field)
		}
	}
	put("region", rule.byRegion)
	if rule.postal.form != "" {
		put("postal_code", true)
		f.PostalCode = &PostalForm{"^(" + rule.postal.form + ")$", rule.postal.example}
	}
	return f, nil
}
