package functions_test

import (
	"strings"
	"testing"

	"rialto/functions/customers"
	"rialto/functions/internal/currency"
	"rialto/functions/internal/money"
	"rialto/functions/marketplaces"
	"rialto/functions/tax"
)

// Every marketplace sells to every place that it says it ships to: there is a form of its addresses, a way to ship, and tax of
// it. Seen to catch: a country more in marketplaces' list; prices of shipping in another currency; a province without a rate.
func TestEveryMarketplaceSellsWhereItShips(t *testing.T) {
	t.Parallel()
	for _, m := range marketplaces.All() {
		if _, err := currency.Decimals(m.Currency); err != nil {
			t.Errorf("%s: %v", m.Code, err)
		}
		options, err := customers.Options(m.Code)
		if err != nil || len(options) == 0 {
			t.Fatalf("%s: %v %v", m.Code, options, err)
		}
		for _, o := range options {
			if o.Price.Currency != m.Currency {
				t.Errorf("%s: %s costs %s", m.Code, o.ID, o.Price.Currency)
			}
		}
		for _, country := range m.Countries {
			form, err := customers.FormOf(m.Code, country)
			if err != nil || form.Name == "" {
				t.Fatalf("%s to %s: %+v %v", m.Code, country, form, err)
			}
			s := tax.Sale{Marketplace: m.Code, Country: country, Delivery: options[0].Price,
				Lines: []tax.Line{{Line: "l", Amount: money.Of(12_345, m.Currency)}}}
			if form.PostalCode != nil {
				s.Postal = strings.NewReplacer(" ", "", "-", "").Replace(form.PostalCode.Example)
			}
			regions := form.Regions
			if len(regions) == 0 {
				regions = []customers.Region{{}}
			}
			for _, r := range regions {
				s.Region = r.Code
				if a, err := tax.Assess(s); err != nil || a.Included != m.TaxIncluded {
					t.Errorf("%s to %s-%s: %+v %v", m.Code, country, r.Code, a, err)
				}
			}
		}
	}
}
