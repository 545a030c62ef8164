package marketplaces

import (
	"slices"

	"rialto/functions/internal/fault"
)

// Centre is a fulfilment centre: where stock lies, and leaves for shoppers.
type Centre struct {
	ID       string // "<country>-<part>-<number>", in lower case
	Country  string // ISO 3166-1 alpha-2; a marketplace has its holidays
	TimeZone string // IANA
	// CutOff is the hour of the centre's day until which what is ordered leaves on the same working day.
	CutOff int
}

// CustomsArea is where the centre's goods go without customs.
func (c Centre) CustomsArea() string { return CustomsArea(c.Country) }

// centres are sorted by id. Where they stand and when they close is Rialto's own.
var centres = []Centre{
	{"ae-central-1", "AE", "Asia/Dubai", 14},
	{"au-east-1", "AU", "Australia/Sydney", 14},
	{"be-central-1", "BE", "Europe/Brussels", 16},
	{"br-east-1", "BR", "America/Sao_Paulo", 13},
	{"ca-east-1", "CA", "America/Toronto", 14},
	{"ca-west-1", "CA", "America/Vancouver", 14},
	{"de-north-1", "DE", "Europe/Berlin", 16},
	{"de-south-1", "DE", "Europe/Berlin", 16},
	{"eg-north-1", "EG", "Africa/Cairo", 13},
	{"es-central-1", "ES", "Europe/Madrid", 15},
	{"fr-north-1", "FR", "Europe/Paris", 15},
	{"gb-central-1", "GB", "Europe/London", 16},
	{"ie-east-1", "IE", "Europe/Dublin", 15},
	{"in-north-1", "IN", "Asia/Kolkata", 13},
	{"in-west-1", "IN", "Asia/Kolkata", 13},
	{"it-north-1", "IT", "Europe/Rome", 15},
	{"jp-east-1", "JP", "Asia/Tokyo", 15},
	{"mx-central-1", "MX", "America/Mexico_City", 13},
	{"nl-west-1", "NL", "Europe/Amsterdam", 16},
	{"pl-central-1", "PL", "Europe/Warsaw", 15},
	{"sa-central-1", "SA", "Asia/Riyadh", 13},
	{"se-south-1", "SE", "Europe/Stockholm", 15},
	{"sg-central-1", "SG", "Asia/Singapore", 14},
	{"tr-west-1", "TR", "Europe/Istanbul", 14},
	{"us-central-1", "US", "America/Chicago", 14},
	{"us-east-1", "US", "America/New_York", 14},
	{"us-east-2", "US", "America/New_York", 14},
	{"us-west-1", "US", "America/Los_Angeles", 14},
	{"us-west-2", "US", "America/Los_Angeles", 14},
	{"za-north-1", "ZA", "Africa/Johannesburg", 13},
}

// Centres lists the fulfilment centres in the order of their ids.
func Centres() []Centre { return slices.Clone(centres) }

// LookupCentre returns the fulfilment centre of an id. It fails with unknown_centre (Invalid).
func LookupCentre(id string) (Centre, error) {
	if i := slices.IndexFunc(centres, func(c Centre) bool { return c.ID == id }); i >= 0 {
		return centres[i], nil
	}
	return Centre{}, fault.New(fault.Invalid, "unknown_centre", "there is no such fulfilment centre").
		With(fault.Field{Pointer: "/fulfillment_center_id", Code: "unknown_centre", Message: "must be the id of a fulfilment centre"})
}

// Reaches tells whether stock of a centre may be sold in a country, or in the marketplace of that name: whether its goods get
// there without customs. Those of an unknown centre do not.
func Reaches(centre, country string) bool {
	c, err := LookupCentre(centre)
	return err == nil && c.CustomsArea() == CustomsArea(country)
}

// CustomsArea is within which a country's goods move without customs: EU for its members, else the country by itself.
// What a country has outside its area, or apart from it (Helgoland, Ceuta, Guam), is served as the rest of the country is; the
// papers that its mail needs are the carrier's.
func CustomsArea(country string) string {
	if slices.Contains(union, country) {
		return "EU"
	}
	return country
}
