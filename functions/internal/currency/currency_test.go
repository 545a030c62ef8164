package currency_test

import (
	"testing"

	"rialto/functions/internal/currency"
)

// The currencies of the marketplaces, and those of three digits, have the digits of ISO 4217. Seen to catch: two digits for
// all.
func TestDecimals(t *testing.T) {
	t.Parallel()
	two := []string{"AED", "AUD", "BRL", "CAD", "EGP", "EUR", "GBP", "INR", "MXN", "PLN", "SAR", "SEK", "SGD", "TRY", "USD", "ZAR"}
	want := map[string]int{"JPY": 0, "KRW": 0, "BHD": 3, "JOD": 3, "KWD": 3, "OMR": 3, "TND": 3}
	for _, c := range two {
		want[c] = 2
	}
	for c, digits := range want {
		if got, err := currency.Decimals(c); err != nil || got != digits {
			t.Errorf("%s: %d %v", c, got, err)
		}
	}
	for _, c := range []string{"", "US", "XXXX", "??!"} {
		if got, err := currency.Decimals(c); err == nil {
			t.Errorf("%q has %d decimals", c, got)
		}
	}
}
