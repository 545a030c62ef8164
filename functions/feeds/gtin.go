package feeds

import (
	"fmt"
	"regexp"
	"strings"

	"rialto/functions/catalog"
)

// gtinOf reads a number of a product as files have it: with blanks and hyphens, as the decimal that a spreadsheet made of
// it, as a UPC that lost its first zero, as an ISBN of ten. A cell that says there is none is empty. It fails with
// invalid_gtin, and what sellers get wrong.
func gtinOf(cell string) (string, error) {
	if cell == "" {
		return "", nil
	}
	s := gaps.Replace(strings.TrimPrefix(cell, "'"))
	if none[fold(s)] {
		return "", nil
	}
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
	case 10:
		if isbn, ok := fromISBN10(s); ok {
			return isbn, nil
		}
	}
	return refuse("has %d digits: a GTIN has 8, 12, 13 or 14", len(s))
}

var (
	gaps = strings.NewReplacer(" ", "", "-", "", "\u00a0", "", "‐", "", "‑", "")
	// none are what files say where a product has no number ("Does not apply" is eBay's).
	none     = map[string]bool{"": true, "doesnotapply": true, "na": true, "none": true, "null": true, "nichtzutreffend": true, "gtinexempt": true}
	decimals = regexp.MustCompile(`^(\d+)[.,]0+$`)
	exponent = regexp.MustCompile(`^[0-9.,]+[eE]\+?\d+$`)
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
