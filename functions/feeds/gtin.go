package feeds

import (
	"fmt"
	"regexp"
	"strings"

	"rialto/functions/catalog"
)

// gtinOf reads a number of a product as files have it: behind its name, with blanks and hyphens, in digits of any script, as
// the decimal that a spreadsheet made of it, as a UPC or an ISBN of ten that lost its first zero. A cell that says there is none is empty. It fails
// with
// invalid_gtin, and what sellers get wrong.
func gtinOf(cell string) (string, error) {
	if cell == "" {
		return "", nil
	}
	s := numberName.ReplaceAllString(strings.TrimPrefix(cell, "'"), "")
	if none[fold(s)] {
		return "", nil
	}
	s = strings.Map(ascii, gaps.Replace(s))
	s = decimals.ReplaceAllString(s, "$1")
	refuse := func(message string, args ...any) (string, error) {
		return "", invalid("invalid_gtin", colGTIN, fmt.Sprintf(message, args...))
	}
	if !isDigits(s) {
		if isbn, ok := fromISBN10(s); ok {
			return isbn, nil
		}
		if exponent.MatchString(s) {
			return refuse("was shortened by a spreadsheet: format the column as text, and enter its digits again")
		}
		return refuse("must be the digits of a GTIN (UPC, EAN or ISBN)")
	}
	switch len(s) {
	case 8, 12, 13, 14:
		if _, ok := catalog.GTIN(s); !ok {
			return refuse("has a last digit that is not its check digit")
		}
		return s, nil
	case 11:
		if _, ok := catalog.GTIN("0" + s); ok {
			return "0" + s, nil
		}
		return refuse("has 11 digits: a UPC has 12, and with the zero that a spreadsheet may have taken its check digit is wrong")
	case 9, 10:
		if isbn, ok := fromISBN10(("0" + s)[len(s)-9:]); ok {
			return isbn, nil
		}
	}
	return refuse("has %d digits: a GTIN has 8, 12, 13 or 14", len(s))
}

var (
	gaps = strings.NewReplacer(" ", "", "-", "", "\u00a0", "", "‐", "", "‑", "", "–", "", "\u200b", "", "\ufeff", "")
	// none are what files say where a product has no number ("Does not apply" is eBay's, on each site in its language).
	none = map[string]bool{"": true, "doesnotapply": true, "na": true, "none": true, "null": true, "exempt": true, "nichtzutreffend": true,
		"nonapplicable": true, "nonapplicabile": true, "noaplicable": true, "nietvantoepassing": true, "niedotyczy": true}
	// numberName is what may stand before a number: EAN 4006…, ISBN-13: 978….
	numberName = regexp.MustCompile(`(?i)^(?:gtin|ean|upc|isbn|jan)(?:-?1[0-4]\b)?[: ]*`)
	decimals   = regexp.MustCompile(`^(\d+)[.,]0+$`)
	exponent   = regexp.MustCompile(`^[0-9.,]+[eE]\+?\d+$`)
)

// fromISBN10 is a book's number of ten as one of thirteen (ISBN Users' Manual, 7th edition, 5 and appendix 1).
func fromISBN10(s string) (string, bool) {
	if len(s) != 10 {
		return "", false
	}
	sum := 0
	for i, c := range strings.ToUpper(s) {
		switch {
		case c >= '0' && c <= '9':
			sum += (10 - i) * int(c-'0')
		case c == 'X' && i == 9:
			sum += 10
		default:
			return "", false
		}
	}
	if sum == 0 || sum%11 != 0 {
		return "", false
	}
	for check := range 10 {
		isbn := fmt.Sprintf("978%s%d", s[:9], check)
		if _, ok := catalog.GTIN(isbn); ok {
			return isbn, true
		}
	}
	return "", false
}
