package sellers

import (
	"strings"
	"unicode"

	"github.com/mtibben/confusables"
	"golang.org/x/text/unicode/norm"
)

// marketplace is the name that no seller may go by, by its looks.
var marketplace = Looks("Rialto")

// Looks is what people see of a name: two names that they could take for each other have the same looks, in whatever case,
// script and spacing they are written. It is the skeleton of UTS 39 (unicode.org/reports/tr39) of the name's letters and digits.
func Looks(name string) string {
	letters := func(s string) string {
		return strings.Map(func(r rune) rune {
			if !unicode.IsLetter(r) && !unicode.IsNumber(r) {
				return -1
			}
			return unicode.ToLower(r)
		}, s)
	}
	// Before the skeleton, as a capital's twin may be another's than its small letter's; and after it, as twins may be capitals.
	skeleton := confusables.Skeleton(letters(norm.NFKC.String(name)))
	return letters(strings.NewReplacer("l", "i", "1", "i", "0", "o").Replace(letters(skeleton)))
}

// reserved tells whether a name, or a word of it, looks like the marketplace's.
func reserved(name string) bool {
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) }) {
		if Looks(word) == marketplace {
			return true
		}
	}
	return strings.HasPrefix(Looks(name), marketplace)
}
