package customers

import (
	"crypto/subtle"
	"strings"
	"time"
	"unicode/utf8"

	"rialto/functions/internal/display"
	"rialto/functions/internal/fault"
)

// Profile is what a customer tells of themselves.
type Profile struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

// Me is a customer with their profile, empty until it is given. Version is 0 while nothing is held.
type Me struct {
	CustomerID string
	Profile    Profile
	Version    int64
	CreatedAt  time.Time
}

// EmailLimit is the most characters of an e-mail address (RFC 5321, 4.5.3.1.3, without brackets).
const EmailLimit = 254

var errInvalidProfile = fault.New(fault.Invalid, "invalid_profile", "the profile is not accepted")

// Clean returns the profile in one form. It fails with invalid_profile.
func (p Profile) Clean() (Profile, error) {
	var flaws flaws
	p.Email = strings.TrimSpace(p.Email)
	p.Name = flaws.text("name", p.Name, NameLimit, true)
	if !isEmail(p.Email) {
		flaws.add("email", "bad_format", "must be an e-mail address")
	}
	if len(flaws) > 0 {
		return Profile{}, errInvalidProfile.With(flaws...)
	}
	return p, nil
}

func isEmail(s string) bool {
	code, _ := display.Name(s)
	return utf8.RuneCountInString(s) <= EmailLimit && display.Email(s) && code == ""
}

// SameEmail tells whether two addresses are of one mailbox: hardly any tells capitals apart. It takes as long for all that
// differ.
func SameEmail(a, b string) bool {
	return subtle.ConstantTimeCompare([]byte(sameEmail(a)), []byte(sameEmail(b))) == 1
}

// sameEmail is what an address is looked up by. Hardly any mailbox tells capitals apart.
func sameEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }
