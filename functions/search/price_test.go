package search

import (
	"math"
	"testing"

	"rialto/functions/internal/currency"
	"rialto/functions/marketplaces"
)

// Seen to catch: a yen of a hundred sen.
func TestMinorUnitsAreThoseOfTheCurrency(t *testing.T) {
	t.Parallel()
	for _, m := range marketplaces.All() {
		decimals, err := currency.Decimals(m.Currency)
		if want := int64(math.Pow10(decimals)); err != nil || minorUnits(m.Currency) != want {
			t.Errorf("%s of %s: %d minor units, want %d (%v)", m.Currency, m.Code, minorUnits(m.Currency), want, err)
		}
	}
}
