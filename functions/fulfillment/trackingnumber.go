package fulfillment

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

var (
	carrierName    = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N} .&'-]{0,59}$`)
	trackingNo     = regexp.MustCompile(`^[A-Z0-9-]{4,40}$`)
	hyphens        = strings.NewReplacer("‐", "-", "‑", "-", "–", "-", "—", "-")
	betweenNumbers = "/?&=#;,"
)

// leastDigits is how many digits a part of a carrier's address has at least to be taken for a tracking number: postal codes,
// which such addresses hold too, have fewer.
const leastDigits = 6

// trackingNumber makes one form of a number as people paste it: in capitals, without spaces, and out of the address of a
// carrier's page, which must hold one that can be meant. ok is false for what is none.
func trackingNumber(pasted string) (number string, ok bool) {
	s := strings.TrimSpace(pasted)
	if _, rest, address := strings.Cut(s, "://"); address {
		s = ofAddress(rest)
	} else if strings.HasPrefix(strings.ToLower(s), "www.") {
		s = ofAddress(s)
	}
	s = squeezed(s)
	return s, trackingNo.MatchString(s)
}

func squeezed(s string) string {
	return strings.ToUpper(hyphens.Replace(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s)))
}

// ofAddress returns the part of an address behind its host that is a tracking number, "" for none and where two can be meant.
func ofAddress(address string) string {
	_, address, _ = strings.Cut(address, "/")
	found := ""
	for _, part := range strings.FieldsFunc(address, func(r rune) bool { return strings.ContainsRune(betweenNumbers, r) }) {
		if plain, err := url.QueryUnescape(part); err == nil {
			part = plain
		}
		part = squeezed(part)
		digits := len(part) - len(strings.Map(notDigit, part))
		if !trackingNo.MatchString(part) || digits < leastDigits || part == found {
			continue
		}
		if found != "" {
			return ""
		}
		found = part
	}
	return found
}

func notDigit(r rune) rune {
	if r >= '0' && r <= '9' {
		return -1
	}
	return r
}
