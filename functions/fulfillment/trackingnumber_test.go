package fulfillment

import (
	"strings"
	"testing"
)

func TestTrackingNumbersAsTheyArePasted(t *testing.T) {
	t.Parallel()
	for pasted, want := range map[string]string{
		"9400 1000 0000 0000 0000 00":        "9400100000000000000000",
		" 1z999aa10123456784\n":              "1Z999AA10123456784",
		"1Z\u00a0999AA1\u200b0123456784":     "1Z999AA10123456784",
		"RIGHT–1":                            "RIGHT-1",
		"JD01 4600 0000-7":                   "JD0146000000-7",
		"https://carrier.example/1234567890": "1234567890",
		"https://tools.example/go/Track?tLabels=9400100000000000000000&x=1":     "9400100000000000000000",
		"http://carrier.example/track-your-item#/results/ab123456789gb":         "AB123456789GB",
		"www.carrier.example/en_US/parcel/0123%204567%208901/nl/1234AB":         "012345678901",
		"https://carrier2026000.example/t?no=RR123456789DE&again=rr123456789de": "RR123456789DE",
		"https://carrier.example/t?a=12345678&b=87654321":                       "", // which of the two?
		"https://carrier.example/":                                              "",
		"1":                                                                     "",
		"=cmd|1234":                                                             "",
		"９４００−１０００ー":                                                            "", // no hyphen, but a long vowel
		"４００２−１２３４ ５６７８":                                                        "4002-12345678",
		"Tracking number: 9400 1000 0000 0000 0000 00":                          "9400100000000000000000",
		"Tracking No. 12345678":                                                 "12345678",
		"#12345678":                                                             "12345678",
		"USPS 9400100000000000000000":                                           "9400100000000000000000",
		"usps: 9400100000000000000000.":                                         "9400100000000000000000",
		"'9400100000000000000000":                                               "9400100000000000000000", // as spreadsheets are made to keep digits
		"no 1":                                                                  "",
		"NO123456789NO":                                                         "NO123456789NO", // of Norway's post
		"track-a1b2":                                                            "TRACK-A1B2",
		"NO-12345":                                                              "NO-12345",
		"USPS-12345":                                                            "USPS-12345",
		"AWB:1234 567":                                                          "1234567",
		"ID 123 456 789":                                                        "123456789",
		"carrier.example/track/012345678901":                                    "012345678901",
		"9.4001E+21":                                                            "", // what a spreadsheet has left of one
		"1234567890\n0987654321":                                                "", // which of the two?
		"1Z999AA10123456784 1Z999AA10123456785":                                 "",
		"RR123456789DE, RR123456790DE":                                          "",
		"pending":                                                               "",
		"none":                                                                  "",
		"----":                                                                  "",
		"A/1234567":                                                             "",
	} {
		if got, ok := trackingNumber("USPS", pasted); ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q %v, want %q", pasted, got, ok, want)
		}
	}
}

func TestCarriersAsTheyAreCalled(t *testing.T) {
	t.Parallel()
	for name, ok := range map[string]bool{"DHL Express (Germany)": true, "इंडिया पोस्ट": true, "An Post’s": true, "DPD/Geopost": true, "佐川急便": true,
		"La Poste – Colissimo": true, "": false, "=cmd": false, "<b>DHL</b>": false, "\u202eLHD": false, "DHL\u200b": false,
		strings.Repeat("佐", mostCarrier): true, strings.Repeat("佐", mostCarrier+1): false} {
		if _, _, err := confirmation(name, "12345678"); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
}
