package customers

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"rialto/functions/internal/display"
	"rialto/functions/internal/fault"
)

// Address is where a parcel goes. All of it is private but what SealedAddress shows.
type Address struct {
	ID         string    `json:"address_id"`
	Name       string    `json:"name"`
	Line1      string    `json:"line1"`
	Line2      string    `json:"line2,omitempty"`
	City       string    `json:"city"`
	Region     string    `json:"region,omitempty"` // ISO 3166-2 without the country, or AA, AE, AP of military mail of the US
	PostalCode string    `json:"postal_code,omitempty"`
	Country    string    `json:"country"`         // ISO 3166-1 alpha-2
	Phone      string    `json:"phone,omitempty"` // E.164
	Email      string    `json:"email,omitempty"` // whom a guest's orders can be looked up by
	CreatedAt  time.Time `json:"created_at"`
}

// The most characters of the parts that are kept as they are given.
const (
	NameLimit = 100
	LineLimit = 120
	CityLimit = 80
)

// territories of the US are regions of its mail, and have codes of countries besides (ISO 3166-1), which some forms offer.
var territories = []string{"AS", "GU", "MP", "PR", "VI"}

// Phones knows the world's telephone numbers.
type Phones interface {
	// E164 returns a number that people of a country write so in the form of ITU-T E.164, and whether it may be one at all.
	E164(number, country string) (string, bool)
}

var errInvalidAddress = fault.New(fault.Invalid, "invalid_address", "the address is not one that can be delivered to")

// Clean returns the address in one form: trimmed, single spaces, codes in capitals, region and phone by their codes. It
// fails with invalid_address, which lists each part that the rules of its country refuse, or that contradicts another.
func (a Address) Clean(phones Phones) (Address, error) {
	var flaws flaws
	a.Name, a.Line1 = flaws.text("name", a.Name, NameLimit, true), flaws.text("line1", a.Line1, LineLimit, true)
	a.Line2, a.City = flaws.text("line2", a.Line2, LineLimit, false), flaws.text("city", a.City, CityLimit, true)
	if a.Country = strings.ToUpper(strings.TrimSpace(a.Country)); slices.Contains(territories, a.Country) {
		a.Country, a.Region = "US", a.Country
	}
	rule, known := countries[a.Country]
	if !known {
		flaws.add("country", "not_allowed", "is no country that is shipped to")
		return Address{}, errInvalidAddress.With(flaws...)
	}
	if a.Phone = strings.TrimSpace(a.Phone); a.Phone != "" {
		number, ok := phones.E164(a.Phone, a.Country)
		if a.Phone = number; !ok {
			flaws.add("phone", "bad_format", "must be a telephone number of the country, or one with a plus and a country's code")
		}
	}
	if a.Email = strings.TrimSpace(a.Email); a.Email != "" && !isEmail(a.Email) {
		flaws.add("email", "bad_format", "must be an e-mail address")
	}
	code, coded := rule.postal.clean(a.Country, a.PostalCode)
	region, placed := rule.region(a.Country, strings.TrimSpace(a.Region))
	switch {
	case !coded && rule.postal.form == "":
		flaws.add("postal_code", "not_allowed", "must be empty, as the country has no postal codes")
	case !coded:
		flaws.add("postal_code", "bad_format", "does not have the form of the country's postal codes, such as "+rule.postal.example)
	}
	switch {
	case !placed && regions[a.Country] == nil:
		flaws.add("region", "not_allowed", "must be empty, as addresses of the country need none, or an ISO 3166-2 code")
	case !placed:
		flaws.add("region", "not_allowed", "must be a region of the country, by its name or its ISO 3166-2 code")
	case coded && !holds(a.Country, region, code):
		flaws.add("region", "mismatch", "is not the region of the postal code")
	case a.Country == "US":
		flaws.military(region, &a.City)
	}
	if a.PostalCode, a.Region = code, region; len(flaws) > 0 {
		return Address{}, errInvalidAddress.With(flaws...)
	}
	return a, nil
}

// holds tells whether a region may have a postal code. One that is not given has each.
func holds(country, region, postalCode string) bool {
	i := slices.IndexFunc(regions[country], func(r Region) bool { return r.Code == region })
	return i < 0 || regions[country][i].has(postalCode)
}

// flaws are what an address is refused for.
type flaws []fault.Field

func (f *flaws) add(part, code, message string) {
	*f = append(*f, fault.Field{Pointer: "/" + part, Code: code, Message: message})
}

// text returns a line with single spaces.
func (f *flaws) text(part, value string, limit int, required bool) string {
	value = strings.Join(strings.Fields(value), " ")
	code, message := display.Name(value)
	switch {
	case value == "" && required:
		f.add(part, "required", "is required")
	case value == "":
	case utf8.RuneCountInString(value) > limit:
		f.add(part, "too_long", "is too long")
	case code != "":
		f.add(part, code, message)
	}
	return value
}

// military holds the city of military mail of the US, which is a kind of post office, to its region.
func (f *flaws) military(region string, city *string) {
	abroad := slices.Contains([]string{"AA", "AE", "AP"}, region)
	office := strings.ToUpper(*city)
	if is := slices.Contains([]string{"APO", "FPO", "DPO"}, office); is {
		*city = office
		if !abroad {
			f.add("region", "mismatch", "must be AA, AE or AP, as the city is a military post office")
		}
	} else if abroad {
		f.add("city", "not_allowed", "must be APO, FPO or DPO, as the region is that of military mail")
	}
}

// townDigits are the most digits of a postal code that still name a town or a quarter: tax goes by them (Helgoland's is 27498).
const townDigits = 5

// PostalPrefix is the part of the postal code that names a town or a district and no street, without spaces and hyphens: of
// at most five digits all, and the first five of nine (a ZIP code, without what names the block); of others three characters.
func (a Address) PostalPrefix() string {
	code := strings.NewReplacer(" ", "", "-", "").Replace(a.PostalCode)
	if town, _, _ := strings.Cut(a.PostalCode, "-"); len(town) == townDigits {
		code = town
	}
	if len(code) <= townDigits && strings.Trim(code, "0123456789") == "" {
		return code
	}
	return code[:min(3, len(code))]
}

// content is what makes two addresses the same.
func (a Address) content() []string {
	return []string{a.Name, a.Line1, a.Line2, a.City, a.Region, a.PostalCode, a.Country, a.Phone, a.Email}
}
