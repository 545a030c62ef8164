package customers

import (
	"regexp"
	"slices"
	"strings"
)

// country is how addresses of a country look. Postal codes are matched in capitals, as people write them.
type country struct {
	postal  string   // a regular expression, compiled when an address of the country comes
	regions []string // those there are; nil where the region is not needed and any code is taken
}

var (
	phoneForm  = regexp.MustCompile(`^\+?[0-9][0-9 ()./-]{3,18}$`)
	regionForm = regexp.MustCompile(`^[A-Z0-9]{0,3}$`)
)

func (c country) hasRegion(region string) bool {
	if c.regions == nil {
		return regionForm.MatchString(region)
	}
	return slices.Contains(c.regions, region)
}

// countries are those that a marketplace ships to. Regions are demanded where tax or carriers go by them.
// Source of the forms of postal codes: Universal Postal Union, postal addressing systems.
var countries = map[string]country{
	"AE": {postal: ``},
	"AU": {`\d{4}`, strings.Fields("ACT NSW NT QLD SA TAS VIC WA")},
	"AT": {postal: `\d{4}`},
	"BE": {postal: `\d{4}`},
	"BG": {postal: `\d{4}`},
	"BR": {`\d{5}-?\d{3}`, strings.Fields("AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO")},
	"CA": {`[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] ?\d[ABCEGHJ-NPRSTV-Z]\d`, strings.Fields("AB BC MB NB NL NS NT NU ON PE QC SK YT")},
	"CY": {postal: `\d{4}`},
	"CZ": {postal: `\d{3} ?\d{2}`},
	"DE": {postal: `\d{5}`},
	"DK": {postal: `\d{4}`},
	"EE": {postal: `\d{5}`},
	"EG": {postal: `\d{5}|\d{7}`},
	"ES": {postal: `(0[1-9]|[1-4]\d|5[0-2])\d{3}`},
	"FI": {postal: `\d{5}`},
	"FR": {postal: `\d{5}`},
	"GB": {postal: `[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}`},
	"GR": {postal: `\d{3} ?\d{2}`},
	"HR": {postal: `\d{5}`},
	"HU": {postal: `\d{4}`},
	"IE": {postal: `[A-Z]\d[\dW] ?[A-Z\d]{4}`},
	"IN": {postal: `[1-9]\d{2} ?\d{3}`},
	"IT": {postal: `\d{5}`},
	"JP": {postal: `\d{3}-?\d{4}`},
	"LT": {postal: `(LT-)?\d{5}`},
	"LU": {postal: `(L-)?\d{4}`},
	"LV": {postal: `LV-\d{4}`},
	"MT": {postal: `[A-Z]{3} ?\d{4}`},
	"MX": {postal: `\d{5}`},
	"NL": {postal: `[1-9]\d{3} ?[A-Z]{2}`},
	"PL": {postal: `\d{2}-\d{3}`},
	"PT": {postal: `\d{4}-\d{3}`},
	"RO": {postal: `\d{6}`},
	"SA": {postal: `\d{5}(-\d{4})?`},
	"SE": {postal: `\d{3} ?\d{2}`},
	"SG": {postal: `\d{6}`},
	"SI": {postal: `\d{4}`},
	"SK": {postal: `\d{3} ?\d{2}`},
	"TR": {postal: `\d{5}`},
	"US": {`\d{5}(-\d{4})?`, strings.Fields("AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT " +
		"NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY")},
	"ZA": {postal: `\d{4}`},
}

func (c country) hasPostal(code string) bool {
	return regexp.MustCompile(`^(?:` + c.postal + `)$`).MatchString(code)
}
