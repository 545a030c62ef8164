package customers

import (
	"slices"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/marketplaces"
)

const (
	standardDays = 5
	expressDays  = 2
)

// prices are what shipping costs in a marketplace, in minor units of its currency: standard, express.
var prices = map[string][2]int64{
	"AE": {1_500, 3_500}, "AU": {799, 1_499}, "BE": {399, 999}, "BR": {1_290, 2_990}, "CA": {699, 1_599},
	"DE": {399, 899}, "EG": {2_500, 6_000}, "ES": {399, 899}, "FR": {399, 899}, "GB": {399, 799}, "IE": {499, 1_099},
	"IN": {4_000, 12_000}, "IT": {399, 899}, "JP": {410, 720}, "MX": {4_900, 9_900}, "NL": {399, 899}, "PL": {999, 1_999},
	"SA": {1_500, 3_500}, "SE": {3_900, 8_900}, "SG": {399, 999}, "TR": {2_990, 6_990}, "US": {599, 1_499}, "ZA": {6_500, 12_900},
}

// Options lists how a marketplace ships, the default first. It fails with unknown_marketplace.
func Options(marketplace string) ([]ShippingOption, error) {
	m, err := marketplaces.Lookup(marketplace)
	if err != nil {
		return nil, err
	}
	p := prices[m.Code]
	return []ShippingOption{
		{ID: "standard", Name: "Standard", Price: money.Of(p[0], m.Currency), Days: standardDays},
		{ID: "express", Name: "Express", Price: money.Of(p[1], m.Currency), Days: expressDays},
	}, nil
}

var errOption = fault.New(fault.Invalid, "shipping_option_unknown", "the marketplace has no such shipping option").
	With(fault.Field{Pointer: "/shipping_option_id", Code: "not_allowed", Message: "must be an option of the marketplace"})

// option returns the option of an id, the default for none.
func option(marketplace, id string) (ShippingOption, error) {
	list, err := Options(marketplace)
	if err != nil {
		return ShippingOption{}, err
	}
	if id == "" {
		return list[0], nil
	}
	if i := slices.IndexFunc(list, func(o ShippingOption) bool { return o.ID == id }); i >= 0 {
		return list[i], nil
	}
	return ShippingOption{}, errOption
}
