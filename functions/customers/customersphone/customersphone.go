package customersphone

import (
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

// Numbers implements customers.Phones.
type Numbers struct{}

// E164 returns a number that people of a country write so in the form of ITU-T E.164, with what they say of an extension
// behind it (RFC 3966), and whether it may be one at all: its length is right, whether or not it is in use. Behind 00, which
// only some countries dial before a country's code, one is looked for in all.
func (Numbers) E164(number, country string) (string, bool) {
	number = strings.Map(shown, number)
	texts := []string{number}
	if abroad, ok := strings.CutPrefix(strings.TrimSpace(number), "00"); ok {
		texts = append(texts, "+"+abroad)
	}
	for _, fits := range []func(*phonenumbers.PhoneNumber) bool{phonenumbers.IsValidNumber, possible} {
		for _, text := range texts {
			if n, err := phonenumbers.Parse(text, country); err == nil && fits(n) {
				return written(n), true
			}
		}
	}
	return "", false
}

// shown drops what address books put around a number, to keep its direction.
func shown(r rune) rune {
	if unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}

// possible refuses numbers that can be dialled in their own town only.
func possible(n *phonenumbers.PhoneNumber) bool {
	return phonenumbers.IsPossibleNumberWithReason(n) == phonenumbers.IS_POSSIBLE
}

func written(n *phonenumbers.PhoneNumber) string {
	text := phonenumbers.Format(n, phonenumbers.E164)
	if ext := n.GetExtension(); ext != "" {
		text += ";ext=" + ext
	}
	return text
}
