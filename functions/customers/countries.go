package customers

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// country is how addresses of a country look.
type country struct {
	name   string // in English
	postal postal
	// byRegion demands a region, as tax, law or carriers go by it.
	byRegion bool
}

// postal is the form of a country's postal codes; without one it has none. People write them with and without spaces and
// hyphens, so the form is that of letters and digits alone.
type postal struct {
	form    string // a regular expression, compiled when an address of the country comes
	cut     int    // where sep stands: so many characters from the start or, below 0, from the end
	sep     string
	lead    string // what stands before it
	example string
}

// countries are those that a marketplace ships to. AE is the one that has no postal codes.
// Source of the forms: Universal Postal Union, postal addressing systems.
var countries = map[string]country{
	"AE": {"United Arab Emirates", postal{}, false},
	"AT": {"Austria", postal{`\d{4}`, 0, "", "", "1010"}, false},
	"AU": {"Australia", postal{`\d{4}`, 0, "", "", "2000"}, true},
	"BE": {"Belgium", postal{`\d{4}`, 0, "", "", "1000"}, false},
	"BG": {"Bulgaria", postal{`\d{4}`, 0, "", "", "1000"}, false},
	"BR": {"Brazil", postal{`\d{8}`, 5, "-", "", "01310-100"}, true},
	"CA": {"Canada", postal{`[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z]\d[ABCEGHJ-NPRSTV-Z]\d`, 3, " ", "", "M5V 2T6"}, true},
	"CY": {"Cyprus", postal{`\d{4}`, 0, "", "", "1010"}, false},
	"CZ": {"Czechia", postal{`\d{5}`, 3, " ", "", "110 00"}, false},
	"DE": {"Germany", postal{`\d{5}`, 0, "", "", "10115"}, false},
	"DK": {"Denmark", postal{`\d{4}`, 0, "", "", "1050"}, false},
	"EE": {"Estonia", postal{`\d{5}`, 0, "", "", "10111"}, false},
	"EG": {"Egypt", postal{`\d{5}(\d{2})?`, 0, "", "", "11511"}, false},
	"ES": {"Spain", postal{`(0[1-9]|[1-4]\d|5[0-2])\d{3}`, 0, "", "", "28013"}, false},
	"FI": {"Finland", postal{`\d{5}`, 0, "", "", "00100"}, false},
	"FR": {"France", postal{`\d{5}`, 0, "", "", "75001"}, false},
	"GB": {"United Kingdom", postal{`[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}`, -3, " ", "", "SW1A 1AA"}, false},
	"GR": {"Greece", postal{`\d{5}`, 3, " ", "", "105 57"}, false},
	"HR": {"Croatia", postal{`\d{5}`, 0, "", "", "10000"}, false},
	"HU": {"Hungary", postal{`\d{4}`, 0, "", "", "1051"}, false},
	"IE": {"Ireland", postal{`[A-Z]\d[\dW][A-Z\d]{4}`, 3, " ", "", "D02 AF30"}, false},
	"IN": {"India", postal{`[1-9]\d{5}`, 0, "", "", "110001"}, true},
	"IT": {"Italy", postal{`\d{5}`, 0, "", "", "00187"}, false},
	"JP": {"Japan", postal{`\d{7}`, 3, "-", "", "100-0001"}, false},
	"LT": {"Lithuania", postal{`\d{5}`, 0, "", "LT-", "LT-01100"}, false},
	"LU": {"Luxembourg", postal{`\d{4}`, 0, "", "L-", "L-1648"}, false},
	"LV": {"Latvia", postal{`\d{4}`, 0, "", "LV-", "LV-1050"}, false},
	"MT": {"Malta", postal{`[A-Z]{3}\d{4}`, 3, " ", "", "VLT 1117"}, false},
	"MX": {"Mexico", postal{`\d{5}`, 0, "", "", "06000"}, false},
	"NL": {"Netherlands", postal{`[1-9]\d{3}[A-Z]{2}`, 4, " ", "", "1012 AB"}, false},
	"PL": {"Poland", postal{`\d{5}`, 2, "-", "", "00-001"}, false},
	"PT": {"Portugal", postal{`\d{7}`, 4, "-", "", "1000-205"}, false},
	"RO": {"Romania", postal{`\d{6}`, 0, "", "", "010011"}, false},
	"SA": {"Saudi Arabia", postal{`\d{5}(\d{4})?`, 5, "-", "", "11564"}, false},
	"SE": {"Sweden", postal{`\d{5}`, 3, " ", "", "111 22"}, false},
	"SG": {"Singapore", postal{`\d{6}`, 0, "", "", "049213"}, false},
	"SI": {"Slovenia", postal{`\d{4}`, 0, "", "", "1000"}, false},
	"SK": {"Slovakia", postal{`\d{5}`, 3, " ", "", "811 01"}, false},
	"TR": {"Türkiye", postal{`\d{5}`, 0, "", "", "34110"}, false},
	"US": {"United States", postal{`\d{5}(\d{4})?`, 5, "-", "", "90012"}, true},
	"ZA": {"South Africa", postal{`\d{4}`, 0, "", "", "0001"}, false},
}

// clean returns a postal code as the country writes it, and whether it is one. What forms of other countries demand where
// there is none ("00000") is no code. Before the digits may stand the country's, as on letters from abroad ("D-10115").
func (p postal) clean(country, code string) (string, bool) {
	code = compact(code)
	if p.form == "" {
		return "", strings.Trim(code, "0") == ""
	}
	form := regexp.MustCompile(`^(?:` + p.form + `)$`)
	for _, mark := range []string{"", country, country[:1]} {
		bare, had := strings.CutPrefix(code, mark)
		if !had || !form.MatchString(bare) || mark != "" && unicode.IsLetter(rune(bare[0])) {
			continue
		}
		at := p.cut
		if at < 0 {
			at += len(bare)
		}
		if p.sep != "" && at < len(bare) {
			bare = bare[:at] + p.sep + bare[at:]
		}
		return p.lead + bare, true
	}
	return "", false
}

// compact is a code in capitals, with digits of any script as 0 to 9 and without spaces, hyphens and the sign of Japan's
// post.
func compact(code string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.Is(unicode.Pd, r), r == '−', r == '〒':
			return -1
		}
		for _, zero := range []rune{'٠', '۰', '०'} { // Arabic, Persian and Devanagari; those of full width are made plain by NFKC
			if zero <= r && r <= zero+9 {
				return '0' + r - zero
			}
		}
		return unicode.ToUpper(r)
	}, norm.NFKC.String(code))
}

// regionForm is that of a code where the country has no list of regions here.
var regionForm = regexp.MustCompile(`^[A-Z0-9]{0,3}$`)

// region returns the code of a region that is given by its code, with or without the country's before it, or by a name.
func (c country) region(code, given string) (string, bool) {
	list, listed := regions[code]
	switch {
	case given == "":
		return "", !c.byRegion
	case !listed:
		short := compact(strings.TrimPrefix(strings.ToUpper(given), code+"-"))
		return short, regionForm.MatchString(short)
	}
	name := folded(given)
	named := func(s string) bool { return folded(s) == name }
	i := slices.IndexFunc(list, func(r Region) bool {
		return named(r.Code) || named(code+r.Code) || named(r.Name) || slices.ContainsFunc(r.also, named)
	})
	if i < 0 {
		return "", false
	}
	return list[i].Code, true
}

// has tells whether a postal code may be one of the region.
func (r Region) has(postalCode string) bool {
	return regexp.MustCompile(`^(?:` + r.postal + `)`).MatchString(compact(postalCode))
}

// folded is a name by its letters and digits alone, without capitals and accents.
func folded(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == 'ı': // Turkish
			return 'i'
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(name))
}
