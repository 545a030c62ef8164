package fulfillment

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

var (
	carrierName    = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{M}\p{N} .,&'’()/+–-]*$`)
	trackingNo     = regexp.MustCompile(`^[A-Z0-9-]*[0-9][A-Z0-9-]*$`)
	hyphens        = strings.NewReplacer("‐", "-", "‑", "-", "–", "-", "—", "-", "−", "-")
	betweenNumbers = "/?&=#;,"
	// label is what people paste along with a number: what it is called, in front of it.
	label = regexp.MustCompile(`(?i)^(?:(?:tracking|track|shipment|parcel|package|consignment|waybill|awb)[\s:#.]+)?` +
		`(?:(?:number|num|no|nr|id|code)[\s:#.]+)?[:#\s]*`)
	host = regexp.MustCompile(`^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$`)
)

const (
	// mostCarrier is how many characters a carrier's name has at most. Its pattern does not count them: to be made ready it would take
	// 2.4 MB at every cold start.
	mostCarrier = 60
	// leastDigits is how many digits a part of a carrier's address has at least to be taken for a tracking number: postal codes,
	// which such addresses hold too, have fewer.
	leastDigits = 6
	// wholeDigits is how many digits a word has that is a number by itself, and no group of one. Carriers print groups of eight at
	// most; the numbers of the post (UPU S10) have nine.
	wholeDigits = 9
	leastNumber = 4 // characters
	mostNumber  = 40
)

// trackingNumber makes one form of a carrier's number as people paste it: in capitals, without spaces, in ASCII, without what it is called,
// and out of the address of a carrier's page, which must hold one that can be meant. ok is false for what is none, and for two.
func trackingNumber(carrier, pasted string) (number string, ok bool) {
	s := norm.NFKC.String(strings.TrimSpace(pasted)) // wide digits and hyphens are those of ASCII
	if _, rest, address := strings.Cut(s, "://"); address {
		s = ofAddress(rest)
	} else if before, _, path := strings.Cut(s, "/"); path && host.MatchString(before) {
		s = ofAddress(s)
	} else if s = unlabelled(carrier, s); severalNumbers(s) {
		return "", false
	}
	s = squeezed(s)
	return s, len(s) >= leastNumber && len(s) <= mostNumber && trackingNo.MatchString(s)
}

// unlabelled is a number without the quotes around it, the carrier's name and the label before it, and a sign at its end.
func unlabelled(carrier, s string) string {
	s = strings.Trim(s, `"'“”‘’`)
	if name := len(carrier); len(s) > name && strings.EqualFold(s[:name], carrier) && strings.ContainsRune(" :#", rune(s[name])) {
		s = strings.TrimLeft(s[name:], " :#")
	}
	return strings.TrimRight(strings.TrimPrefix(s, label.FindString(s)), ".,;")
}

// severalNumbers tells whether more than one number stands there: lines, or words that are numbers by themselves.
func severalNumbers(s string) bool {
	lines, whole := 0, 0
	for line := range strings.Lines(s) {
		if strings.TrimSpace(line) != "" {
			lines++
		}
	}
	for _, word := range strings.Fields(s) {
		if digits(word) >= wholeDigits {
			whole++
		}
	}
	return lines > 1 || whole > 1
}

func digits(s string) int { return len(s) - len(strings.Map(notDigit, s)) }

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
		if !trackingNo.MatchString(part) || len(part) > mostNumber || digits(part) < leastDigits || part == found {
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
