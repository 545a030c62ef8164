package sellers

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"rialto/functions/internal/display"
	"rialto/functions/internal/fault"
)

// MaxName is the most characters of a display name.
const MaxName = 100

// Profile is what a seller says of itself. Tier is Rialto's to set.
type Profile struct {
	SellerID string `json:"seller_id" dynamodbav:"seller_id"`
	Name     string `json:"display_name" dynamodbav:"display_name"`
	Country  string `json:"country" dynamodbav:"country"` // ISO 3166-1, where the seller is at home
	Tier     string `json:"tier" dynamodbav:"tier"`
	Legal    Legal  `json:"legal" dynamodbav:"legal"`
	Version  int64  `json:"version" dynamodbav:"version"` // from 1; 0 before there is a profile
	// Blocked is an operator's word: nothing of the seller's can be bought, and it is paid nothing. Standing counts its changes.
	Blocked   bool      `json:"blocked" dynamodbav:"blocked"`
	Standing  int64     `json:"standing" dynamodbav:"standing"`
	CreatedAt time.Time `json:"created_at" dynamodbav:"created_at"`
	UpdatedAt time.Time `json:"updated_at" dynamodbav:"updated_at"`
}

// Legal is what a seller's invoices say of it beside its name; what it has not said is empty.
type Legal struct {
	Name    string `json:"legal_name,omitempty" dynamodbav:"legal_name,omitempty" maxLength:"200"`
	Address string `json:"address,omitempty" dynamodbav:"address,omitempty" maxLength:"500" doc:"As it is printed, line by line"`
	TaxID   string `json:"tax_id,omitempty" dynamodbav:"tax_id,omitempty" maxLength:"30" doc:"The number under which it is registered for VAT, GST or sales tax"`
}

var taxID = regexp.MustCompile(`^[A-Z0-9][A-Z0-9 ./-]{3,29}$`)

// flaws are what is wrong with it.
func (l Legal) flaws() (flaws []fault.Field) {
	check := func(pointer, s string, most int, rule func(string) (code, message string)) {
		code, message := rule(s)
		if s != "" && code == "" && (display.Blank(s) || utf8.RuneCountInString(s) > most || strings.TrimSpace(s) != s) {
			code, message = display.BadText, fmt.Sprintf("must be %d characters at most, without spaces around them", most)
		}
		if s != "" && code != "" {
			flaws = append(flaws, fault.Field{Pointer: pointer, Code: code, Message: message})
		}
	}
	check("/legal/legal_name", l.Name, 200, display.Name)
	check("/legal/address", l.Address, 500, display.Flaw)
	if l.TaxID != "" && !taxID.MatchString(l.TaxID) {
		flaws = append(flaws, fault.Field{Pointer: "/legal/tax_id", Code: "bad_format",
			Message: "must be 4 to 30 capital letters, digits, spaces and signs"})
	}
	return flaws
}

// SellerChanged is the data of the event of that name: a seller says who it is, for the first time or differently.
type SellerChanged struct {
	SellerID string `json:"seller_id"`
	Name     string `json:"display_name"`
	Country  string `json:"country"`
	Version  int64  `json:"version"`
}

// SellerBlocked is the data of the event of that name: an operator has blocked a seller, or lets it go on. The highest version stands.
type SellerBlocked struct {
	SellerID string `json:"seller_id"`
	Blocked  bool   `json:"blocked"`
	Version  int64  `json:"version"`
}

// Changed is what others are told of a profile.
func (p Profile) Changed() SellerChanged {
	return SellerChanged{p.SellerID, p.Name, p.Country, p.Version}
}

var (
	// ErrProfileNotFound says that the seller has not said who it is.
	ErrProfileNotFound = fault.New(fault.NotFound, "profile_not_found", "the seller has no profile yet: put one")
	// ErrProfileChanged says that the profile is not of the version it was read in.
	ErrProfileChanged = fault.New(fault.Conflict, "profile_changed", "the profile was changed meanwhile")
	// ErrNameTaken says that another seller's name looks the same.
	ErrNameTaken = fault.New(fault.Invalid, "name_taken", "another seller goes by that name, or by one that looks the same").
			With(fault.Field{Pointer: "/display_name", Code: "taken", Message: "must be another than that of any seller"})
	// ErrProfileStale says that If-Match named another version.
	ErrProfileStale = fault.New(fault.Stale, "version_mismatch", "the profile is of another version").
			With(fault.Field{Pointer: "header.If-Match", Code: "version_mismatch", Message: "is not the version that stands"})
)

// Check returns invalid_profile with what is wrong with a name and a country, or nil.
func (p Profile) Check() error {
	var flaws []fault.Field
	if n := utf8.RuneCountInString(p.Name); n < 1 || n > MaxName || strings.TrimSpace(p.Name) != p.Name {
		flaws = append(flaws, fault.Field{Pointer: "/display_name", Code: "bad_text", Message: "must be 1 to 100 characters, without spaces around them"})
	} else if code, message := display.Name(p.Name); code != "" {
		flaws = append(flaws, fault.Field{Pointer: "/display_name", Code: code, Message: message})
	} else if reserved(p.Name) {
		flaws = append(flaws, fault.Field{Pointer: "/display_name", Code: "reserved", Message: "must not look like the marketplace's own name"})
	}
	if len(p.Country) != 2 || strings.ContainsFunc(p.Country, func(r rune) bool { return r < 'A' || r > 'Z' }) {
		flaws = append(flaws, fault.Field{Pointer: "/country", Code: "bad_format", Message: "must be the two capital letters of a country (ISO 3166-1)"})
	}
	flaws = append(flaws, p.Legal.flaws()...)
	if flaws != nil {
		return fault.New(fault.Invalid, "invalid_profile", "the profile has fields that are not accepted").With(flaws...)
	}
	return nil
}
