package customers

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"rialto/functions/internal/fault"
)

// Address is where a parcel goes. All of it is private but what SealedAddress shows.
type Address struct {
	ID         string    `json:"address_id"`
	Name       string    `json:"name"`
	Line1      string    `json:"line1"`
	Line2      string    `json:"line2,omitempty"`
	City       string    `json:"city"`
	Region     string    `json:"region,omitempty"` // ISO 3166-2 without the country
	PostalCode string    `json:"postal_code,omitempty"`
	Country    string    `json:"country"` // ISO 3166-1 alpha-2
	Phone      string    `json:"phone,omitempty"`
	CreatedAt  time.Time `json:"created_at"`
}

// The most characters of each part.
const (
	NameLimit   = 100
	LineLimit   = 120
	CityLimit   = 80
	RegionLimit = 3
	PostalLimit = 12
	PhoneLimit  = 20
)

var errInvalidAddress = fault.New(fault.Invalid, "invalid_address", "the address is not one that can be delivered to")

// Clean returns the address in one form: trimmed, single spaces, codes in capitals. It fails with
// invalid_address, which lists each part that the rules of its country refuse.
func (a Address) Clean() (Address, error) {
	var flaws []fault.Field
	flaw := func(part, code, message string) {
		flaws = append(flaws, fault.Field{Pointer: "/" + part, Code: code, Message: message})
	}
	text := func(part string, value *string, limit int, required bool) {
		*value = strings.Join(strings.Fields(*value), " ")
		switch {
		case *value == "" && required:
			flaw(part, "required", "is required")
		case utf8.RuneCountInString(*value) > limit:
			flaw(part, "too_long", "is too long")
		case !utf8.ValidString(*value) || strings.ContainsFunc(*value, unprintable):
			flaw(part, "bad_text", "must be printable text")
		}
	}
	text("name", &a.Name, NameLimit, true)
	text("line1", &a.Line1, LineLimit, true)
	text("line2", &a.Line2, LineLimit, false)
	text("city", &a.City, CityLimit, true)
	text("phone", &a.Phone, PhoneLimit, false)
	if a.Phone != "" && !phoneForm.MatchString(a.Phone) {
		flaw("phone", "bad_format", "must be digits, with spaces, hyphens, brackets or a leading plus")
	}
	a.Country, a.Region = strings.ToUpper(strings.TrimSpace(a.Country)), strings.ToUpper(strings.TrimSpace(a.Region))
	a.PostalCode = strings.ToUpper(strings.Join(strings.Fields(a.PostalCode), " "))
	rule, known := countries[a.Country]
	switch {
	case !known:
		flaw("country", "not_allowed", "is no country that is shipped to")
	default:
		if !rule.hasPostal(a.PostalCode) {
			flaw("postal_code", "bad_format", "does not have the form of the country's postal codes")
		}
		if !rule.hasRegion(a.Region) {
			flaw("region", "not_allowed", "must be a region of the country, by its ISO 3166-2 code")
		}
	}
	if len(flaws) > 0 {
		return Address{}, errInvalidAddress.With(flaws...)
	}
	return a, nil
}

// unprintable also catches what turns text around or hides it.
func unprintable(r rune) bool {
	return r != ' ' && !unicode.IsPrint(r) || unicode.Is(unicode.Bidi_Control, r)
}

// PostalPrefix is the part of the postal code that names a district and no street: its first three characters,
// of short codes the first two, without spaces and hyphens.
func (a Address) PostalPrefix() string {
	code := strings.NewReplacer(" ", "", "-", "").Replace(a.PostalCode)
	n := 3
	if len(code) < 5 {
		n = 2
	}
	return code[:min(n, len(code))]
}

// content is what makes two addresses the same.
func (a Address) content() []string {
	return []string{a.Name, a.Line1, a.Line2, a.City, a.Region, a.PostalCode, a.Country, a.Phone}
}
