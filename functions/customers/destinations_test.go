package customers

import (
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/fault"
	"rialto/functions/marketplaces"
)

// Codes and names of a country's regions are told apart, and each is taken.
func TestRegionsAreFoundByCodeAndName(t *testing.T) {
	t.Parallel()
	for code, list := range regions {
		seen := map[string]string{}
		for _, r := range list {
			regexp.MustCompile(r.postal)
			for _, name := range append([]string{r.Code, r.Name}, r.also...) {
				if other := seen[folded(name)]; folded(name) == "" || other != "" && other != r.Code {
					t.Errorf("%s: %q is %s and %s", code, name, other, r.Code)
				}
				seen[folded(name)] = r.Code
				if got, ok := countries[code].region(code, name); !ok || got != r.Code {
					t.Errorf("%s: %q is found as %q", code, name, got)
				}
			}
		}
	}
	for country, rule := range countries {
		if rule.byRegion && regions[country] == nil {
			t.Errorf("%s needs a region and has none", country)
		}
	}
	if n := len(regions["US"]); n != 51+5+3 {
		t.Errorf("%d regions of US mail", n)
	}
}

// What people write, and what is kept of it.
func TestRegionsFitTheirPostalCodes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ country, city, region, code, want string }{ // want "": refused
		{"US", "Los Angeles", "California", "90012", "CA 90012"}, {"US", "Los Angeles", "us-ca", "900121234", "CA 90012-1234"},
		{"US", "Los Angeles", "OR", "90012", ""}, {"US", "Fishers Island", "NY", "06390", "NY 06390"}, {"US", "Hartford", "NY", "06101", ""},
		{"US", "Alta", "WY", "83414", "WY 83414"}, {"US", "Boise", "WY", "83702", ""}, {"US", "Texhoma", "TX", "73960", "TX 73960"},
		{"US", "Washington", "D.C.", "20500", "DC 20500"}, {"US", "San Juan", "PR", "00901", "PR 00901"},
		{"US", "Hagåtña", "GU", "96910", "GU 96910"},
		{"US", "Saipan", "MP", "96950", "MP 96950"}, {"US", "Pago Pago", "AS", "96799", "AS 96799"}, {"US", "Honolulu", "AS", "96813", ""},
		{"US", "Charlotte Amalie", "VI", "00802", "VI 00802"}, {"PR", "San Juan", "", "00901", "PR 00901"},
		{"US", "apo", "AE", "09021", "AE 09021"}, {"US", "FPO", "AP", "96349", "AP 96349"},
		{"US", "DPO", "AA", "34025", "AA 34025"}, {"US", "APO", "AE", "96349", ""},
		{"CA", "Toronto", "Ontario", "m5v2t6", "ON M5V 2T6"}, {"CA", "Vancouver", "ON", "V5K 0A1", ""},
		{"CA", "Montréal", "Québec", "H2X 1Y4", "QC H2X 1Y4"},
		{"CA", "Iqaluit", "NU", "X0A 0H0", "NU X0A 0H0"}, {"CA", "Yellowknife", "NU", "X1A 2P7", ""}, {"CA", "Gatineau", "QC", "K1A 0B1", "QC K1A 0B1"},
		{"AU", "Sydney", "New South Wales", "2000", "NSW 2000"}, {"AU", "Sydney", "VIC", "2000", ""}, {"AU", "Canberra", "ACT", "2600", "ACT 2600"},
		{"ES", "Barcelona", "Barcelona", "08001", "B 08001"}, {"ES", "Barcelona", "M", "08001", ""}, {"ES", "Las Palmas", "GC", "35001", "GC 35001"},
		{"ES", "Madrid", "", "28013", " 28013"}, {"IT", "Roma", "RM", "00187", "RM 00187"}, {"IT", "Roma", "MI", "00187", ""},
		{"BR", "São Paulo", "sao paulo", "01310100", "SP 01310-100"}, {"BR", "São Paulo", "RJ", "01310-100", ""},
		{"IN", "Bengaluru", "Karnataka", "560 001", "KA 560001"}, {"IN", "Bengaluru", "KL", "560001", ""}, {"IN", "Puri", "Orissa", "752001", "OD 752001"},
		{"IN", "Delhi", "", "110001", ""}, {"JP", "千代田区", "東京都", "〒１００−０００１", "13 100-0001"}, {"JP", "大阪市", "大阪", "530-0001", "27 530-0001"},
		{"JP", "Osaka", "Tokyo", "530-0001", ""}, {"JP", "Chiyoda", "", "1000001", " 100-0001"}, {"MX", "Monterrey", "N.L.", "64000", "NLE 64000"},
		{"MX", "Monterrey", "Jalisco", "64000", ""}, {"TR", "İstanbul", "istanbul", "34110", "34 34110"}, {"TR", "Ankara", "34", "06100", ""},
		{"AE", "Dubai", "", "00000", " "}, {"AE", "Dubai", "Dubai", "", "DU "}, {"AE", "دبي", "دبي", "٠٠٠٠٠", "DU "},
		{"EG", "القاهرة", "", "١١٥١١", " 11511"}, {"DE", "Berlin", "DE-BE", "D-10115", "BE 10115"}, {"SE", "Stockholm", "", "SE-11122", " 111 22"},
		{"GB", "London", "", "sw1a1aa", " SW1A 1AA"}, {"NL", "Amsterdam", "", "1012ab", " 1012 AB"}, {"PL", "Warszawa", "", "00001", " 00-001"},
		{"LV", "Rīga", "", "1050", " LV-1050"}, {"PT", "Lisboa", "", "1000 205", " 1000-205"}, {"CA", "Toronto", "ON", "CM5V2T6", ""},
	} {
		a := good()
		a.Country, a.City, a.Region, a.PostalCode, a.Phone = c.country, c.city, c.region, c.code, ""
		got, err := a.Clean(phones)
		if c.want == "" && fault.Code(err) != "invalid_address" {
			t.Errorf("%+v: taken as %s %s", c, got.Region, got.PostalCode)
		} else if c.want != "" && (err != nil || got.Region+" "+got.PostalCode != c.want) {
			t.Errorf("%+v: %s %s, %v %v", c, got.Region, got.PostalCode, err, fault.Of(err))
		}
	}
}

// Seen to catch: 00 before a country's code where people dial 011; digits of Arabic; what cannot be dialled from elsewhere.
func TestPhonesAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ country, text, want string }{ // want "": refused
		{"US", "(213) 555-0100", "+12135550100"}, {"US", "213.555.0100", "+12135550100"}, {"US", "1-213-555-0100", "+12135550100"},
		{"US", "+44 20 7946 0000", "+442079460000"}, {"GB", "020 7946 0000", "+442079460000"}, {"GB", "+44 (0)20 7946 0000", "+442079460000"},
		{"DE", "00 49 30 901820", "+4930901820"}, {"US", "00 49 30 901820", "+4930901820"}, {"US", "011 44 20 7946 0000", "+442079460000"},
		{"AU", "0011 44 20 7946 0000", "+442079460000"}, {"DE", "030/901820", "+4930901820"}, {"IT", "06 698 12345", "+390669812345"},
		{"JP", "０３−１２３４−５６７８", "+81312345678"}, {"EG", "٠٢ ٢٣٤٥ ٦٧٨٩", "+20223456789"}, {"AE", "04 123 4567", "+97141234567"},
		{"US", "\u202a+1 213 555 0100\u202c", "+12135550100"}, {"US", "(213) 555-0100 ext. 12", "+12135550100;ext=12"},
		{"US", "555-0100", ""}, {"US", "call me", ""}, {"US", "12345", ""}, {"US", "+999 123456789", ""}, {"DE", "+", ""},
		{"US", "213 555 0100 213 555 0100", ""},
	} {
		a := Address{Name: "A", Line1: "B", City: "C", Country: c.country, PostalCode: countries[c.country].postal.example, Phone: c.text,
			Region: map[string]string{"US": "CA", "AU": "NSW"}[c.country]}
		got, err := a.Clean(phones)
		if c.want == "" && fault.Code(err) != "invalid_address" || c.want != "" && (err != nil || got.Phone != c.want) {
			t.Errorf("%s %q: %q %v", c.country, c.text, got.Phone, err)
		}
	}
}

// An address that has what the form of its destination asks for is taken, for every marketplace and country.
func TestFormsTellWhatAnAddressNeeds(t *testing.T) {
	t.Parallel()
	for _, m := range marketplaces.All() {
		list, err := Destinations(m.Code)
		if err != nil || len(list) != len(m.Countries) {
			t.Fatalf("%s: %v %v", m.Code, list, err)
		}
		for _, d := range list {
			f, err := FormOf(m.Code, d.Country)
			if err != nil || d.Name == "" || f.Name != d.Name {
				t.Fatalf("%s %v: %v %v", m.Code, d, f, err)
			}
			a := Address{Name: "A", Line1: "B", City: "C", Country: d.Country}
			if f.PostalCode != nil {
				a.PostalCode = f.PostalCode.Example
			}
			if slices.Contains(f.Required, "region") {
				fits := func(r Region) bool { return r.has(a.PostalCode) }
				a.Region = f.Regions[slices.IndexFunc(f.Regions, fits)].Name
			}
			if _, err := a.Clean(phones); err != nil {
				t.Errorf("%s %+v: %v %v", m.Code, a, err, fault.Of(err).Fields)
			}
		}
	}
	form, err := FormOf("AE", "AE")
	if d := cmp.Diff([]any{[]string{"name", "line1", "city"}, []string{"line2", "phone", "region"}, true},
		[]any{form.Required, form.Optional, form.PostalCode == nil}); err != nil || d != "" {
		t.Error(err, d)
	}
	for market, code := range map[string]string{"US": "destination_unknown", "XX": "unknown_marketplace"} {
		if _, err := FormOf(market, "DE"); fault.Code(err) != code {
			t.Errorf("%s: %v", market, err)
		}
	}
}
