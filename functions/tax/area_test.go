package tax

import (
	"testing"

	"rialto/functions/internal/money"
)

// Seen to catch: another region of a country with one tax refused; a place outside the tax of its country taken for the same.
func TestAreasOfTax(t *testing.T) {
	t.Parallel()
	type place struct{ market, currency, country, region, postal string }
	for _, c := range []struct {
		a, b place
		same bool
	}{
		{place{"DE", "EUR", "DE", "", "101"}, place{"DE", "EUR", "DE", "", "803"}, true},
		{place{"DE", "EUR", "DE", "", "101"}, place{"DE", "EUR", "DE", "", "27498"}, false}, // Helgoland
		{place{"DE", "EUR", "DE", "", "101"}, place{"DE", "EUR", "FR", "", "750"}, false},
		{place{"ES", "EUR", "ES", "", "280"}, place{"ES", "EUR", "ES", "", "350"}, false}, // Canary Islands
		{place{"ES", "EUR", "ES", "", "350"}, place{"ES", "EUR", "ES", "", "380"}, true},  // from one island to another
		{place{"US", "USD", "US", "CA", "94105"}, place{"US", "USD", "US", "CA", "94105"}, true},
		{place{"US", "USD", "US", "CA", "94105"}, place{"US", "USD", "US", "CA", "90012"}, false}, // local rates
		{place{"US", "USD", "US", "OR", "97201"}, place{"US", "USD", "US", "OR", "97301"}, true},  // no sales tax
		{place{"US", "USD", "US", "OR", "97201"}, place{"US", "USD", "US", "WA", "98101"}, false},
		{place{"CA", "CAD", "CA", "ON", "M5V"}, place{"CA", "CAD", "CA", "ON", "K1A"}, true},
		{place{"CA", "CAD", "CA", "ON", "M5V"}, place{"CA", "CAD", "CA", "AB", "T5A"}, false},
		{place{"JP", "JPY", "JP", "13", "100"}, place{"JP", "JPY", "JP", "27", "530"}, true},
	} {
		sale := func(p place) Sale {
			return Sale{Marketplace: p.market, Country: p.country, Region: p.region, Postal: p.postal, Delivery: money.Of(599, p.currency),
				Lines: []Line{{Line: "l", Amount: money.Of(12_345, p.currency), Quantity: 2}}}
		}
		if got := SameArea(sale(c.a), sale(c.b)); got != c.same {
			t.Errorf("%+v and %+v: %v", c.a, c.b, got)
		}
		if got := SameArea(sale(c.b), sale(c.a)); got != c.same {
			t.Errorf("%+v and %+v: %v", c.b, c.a, got)
		}
	}
}
