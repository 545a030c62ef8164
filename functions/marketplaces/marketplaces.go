package marketplaces

import (
	"slices"
	"time"

	"rialto/functions/internal/fault"
)

// Marketplace is one storefront. Offers, buy boxes, carts and orders belong to exactly one.
type Marketplace struct {
	Code        string   // ISO 3166-1 alpha-2, as X-Marketplace names it
	Name        string   // in English
	Currency    string   // ISO 4217; every price in the marketplace is in it
	Language    string   // BCP 47, the one its texts default to
	TimeZone    string   // IANA, what a day is for its reports
	Countries   []string // ISO 3166-1 alpha-2, where it ships to
	TaxIncluded bool     // prices are shown with tax
	Weekend     []time.Weekday
	Returns     Returns
}

// Returns are the terms on which goods come back, in days after their delivery.
type Returns struct {
	Days int // the house's policy: so long anything may be sent back
	// Withdrawal is for how long the law lets a buyer at a distance withdraw without a reason; 0 where it does not.
	Withdrawal int
	// ShippingBack tells whether a withdrawal in time gives back what standard delivery costs, too.
	ShippingBack bool
}

// ShipsTo tells whether the marketplace delivers to a country.
func (m Marketplace) ShipsTo(country string) bool { return slices.Contains(m.Countries, country) }

// Lookup returns the marketplace of a code. It fails with unknown_marketplace (Invalid).
func Lookup(code string) (Marketplace, error) {
	for _, m := range all {
		if m.Code == code {
			return m.clone(), nil
		}
	}
	return Marketplace{}, fault.New(fault.Invalid, "unknown_marketplace", "there is no such marketplace").
		With(fault.Field{Pointer: "header.X-Marketplace", Code: "not_allowed", Message: "must be the country code of a marketplace"})
}

// All lists the marketplaces in the order of their codes.
func All() []Marketplace {
	list := make([]Marketplace, 0, len(all))
	for _, m := range all {
		list = append(list, m.clone())
	}
	return list
}

// clone keeps a caller from changing what all callers share.
func (m Marketplace) clone() Marketplace {
	m.Countries, m.Weekend = slices.Clone(m.Countries), slices.Clone(m.Weekend)
	return m
}
