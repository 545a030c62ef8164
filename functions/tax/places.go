package tax

import "strings"

// place is a part of a country with another tax, by how its postal codes begin. Without rates it bears none of its
// country's: what it levies on arrival itself is not Rialto's.
type place struct {
	country, postal string // alternatives between spaces
	jurisdiction    string // ISO 3166, or the country and the postal code
	rates           rates  // in the place of the country's
}

// places are outside the territory of their country's tax, or have rates of their own.
// Sources: Directive 2006/112/EC, art. 6, and Regulation 952/2013, art. 4, for the European Union; CGI art. 294 for the French
// overseas departments; CIVA art. 18 (3) for Madeira and the Azores; UStG 1994 § 10 (4) for Jungholz and Mittelberg; VAT
// Notice 703 for the Channel Islands and Gibraltar (the Isle of Man and Northern Ireland have the rates of Great Britain); A New
// Tax System (GST) Act 1999, s. 195-1, for Australia's external territories. Postal codes: the countries' postal operators. As of 2025-08-01.
var places = []place{
	{"ES", "35 38", "ES-CN", nil},    // Canary Islands
	{"ES", "51", "ES-CE", nil},       // Ceuta
	{"ES", "52", "ES-ML", nil},       // Melilla
	{"IT", "23041", "IT-23041", nil}, // Livigno
	{"IT", "22061", "IT-22061", nil}, // Campione d'Italia
	{"IT", "4789", "SM", nil},        // San Marino
	{"IT", "00120", "VA", nil},       // Vatican City
	{"DE", "27498", "DE-27498", nil}, // Helgoland
	{"DE", "78266", "DE-78266", nil}, // Büsingen
	{"FR", "971", "GP", nil},
	{"FR", "972", "MQ", nil},
	{"FR", "973", "GF", nil},
	{"FR", "974", "RE", nil},
	{"FR", "975", "PM", nil},
	{"FR", "976", "YT", nil},
	{"FR", "97 986 987 988", "FR-OM", nil}, // the other overseas territories
	{"FI", "22", "AX", nil},                // Åland
	{"GR", "63086 63087", "GR-69", nil},    // Mount Athos
	{"DK", "39", "GL", nil},                // Greenland
	{"PT", "90 91 92 93 94", "PT-30", rates{Standard: 22 * percent, Food: 4 * percent, Books: 4 * percent, Ebooks: 4 * percent,
		Periodicals: 4 * percent, Medicine: 4 * percent}}, // Madeira
	{"PT", "95 96 97 98 99", "PT-20", rates{Standard: 16 * percent, Food: 4 * percent, Books: 4 * percent, Ebooks: 4 * percent,
		Periodicals: 4 * percent, Medicine: 4 * percent}}, // Azores
	{"AT", "6691 6991 6992 6993", "AT", rates{Standard: 19 * percent}}, // Jungholz and Mittelberg
	{"GB", "JE", "JE", nil},
	{"GB", "GY", "GG", nil},
	{"GB", "GX", "GI", nil},
	{"AU", "2899", "NF", nil},
	{"AU", "6798", "CX", nil},
	{"AU", "6799", "CC", nil},
}

// placeOf finds the place of a postal code, the first that fits.
func placeOf(country, postal string) (place, bool) {
	for _, p := range places {
		if p.country != country {
			continue
		}
		for prefix := range strings.FieldsSeq(p.postal) {
			if strings.HasPrefix(postal, prefix) {
				return p, true
			}
		}
	}
	return place{}, false
}
