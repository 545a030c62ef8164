package customers

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

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

// emailForm is looser than RFC 5321: whether an address works is found out by writing to it.
var emailForm = regexp.MustCompile(`^[^\s@<>()\[\],;:"\\]{1,64}@[^\s@<>()\[\],;:"\\]+\.[^\s@<>()\[\],;:"\\.]{2,}$`)

// Clean returns the profile in one form. It fails with invalid_profile.
func (p Profile) Clean() (Profile, error) {
	p.Name, p.Email = strings.Join(strings.Fields(p.Name), " "), strings.TrimSpace(p.Email)
	var flaws []fault.Field
	if p.Name == "" || utf8.RuneCountInString(p.Name) > NameLimit || strings.ContainsFunc(p.Name, unprintable) {
		flaws = append(flaws, fault.Field{Pointer: "/name", Code: "bad_text", Message: "must be printable text of 1 to 100 characters"})
	}
	if utf8.RuneCountInString(p.Email) > EmailLimit || !emailForm.MatchString(p.Email) || strings.ContainsFunc(p.Email, unprintable) {
		flaws = append(flaws, fault.Field{Pointer: "/email", Code: "bad_format", Message: "must be an e-mail address"})
	}
	if len(flaws) > 0 {
		return Profile{}, errInvalidProfile.With(flaws...)
	}
	return p, nil
}

// sameEmail is what an address is looked up by. Hardly any mailbox tells capitals apart.
func sameEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }
