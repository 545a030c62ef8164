package gateway

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stripe/stripe-go/v82"
)

func calculation(region, postal string, amounts ...int64) *stripe.TaxCalculationCreateParams {
	p := &stripe.TaxCalculationCreateParams{Currency: new("usd"), CustomerDetails: &stripe.TaxCalculationCreateCustomerDetailsParams{
		AddressSource: new("shipping"), Address: &stripe.AddressParams{Country: new("US"), State: &region, PostalCode: &postal}}}
	for i, a := range amounts {
		p.LineItems = append(p.LineItems, &stripe.TaxCalculationCreateLineItemParams{Amount: &a, Reference: new(fmt.Sprint(i))})
	}
	return p
}

func TestLocalTaxesAreCalculated(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, c := range []struct {
		region, postal, code  string
		tax, delivery, places int64
	}{
		{"NY", "10001", "", 888, 53, 3}, // 400, 450 and 37.5; of 599: 23.96, 26.96 and 2.25
		{"NY", "14201", "", 400, 24, 1},
		{"CA", "90012", "", 975, 0, 2},
		{"WA", "98101", codeGroceries, 0, 62, 1},
		{"OR", "97201", "", 0, 0, 1},
	} {
		p := calculation(c.region, c.postal, 10_000)
		p.AddExpand("line_items.data.tax_breakdown")
		p.ShippingCost = &stripe.TaxCalculationCreateShippingCostParams{Amount: new(int64(599))}
		if c.code != "" {
			p.LineItems[0].TaxCode = &c.code
		}
		got, err := r.client.V1TaxCalculations.Create(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		if item := got.LineItems.Data[0]; item.AmountTax != c.tax || int64(len(item.TaxBreakdown)) != c.places ||
			got.ShippingCost.AmountTax != c.delivery || got.TaxAmountExclusive != c.tax+c.delivery || got.AmountTotal != 10_599+c.tax+c.delivery {
			t.Errorf("%+v: %d of %d places, delivery %d, %+v", c, item.AmountTax, len(item.TaxBreakdown), got.ShippingCost.AmountTax, got)
		}
	}
}

func TestLongCalculationsAreListed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	got, err := r.client.V1TaxCalculations.Create(t.Context(), calculation("TX", "78701", slices.Repeat([]int64{1_000}, 13)...))
	if err != nil || len(got.LineItems.Data) != embeddedItems || !got.LineItems.HasMore {
		t.Fatalf("%+v %v", got, err)
	}
	p := &stripe.TaxCalculationListLineItemsParams{Calculation: &got.ID}
	p.Limit = stripe.Int64(5)
	n := 0
	for i, err := range r.client.V1TaxCalculations.ListLineItems(t.Context(), p) {
		if err != nil || i.Reference != fmt.Sprint(n) || i.AmountTax != 83 { // 6.25 % and 2 % of 10.00: 62.5 and 20
			t.Fatalf("%+v %v", i, err)
		}
		n++
	}
	if n != 13 {
		t.Errorf("%d items", n)
	}
}

func TestCalculationsOfNoAddressAreRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	abroad := calculation("", "10115", 100)
	abroad.CustomerDetails.Address.Country = new("DE")
	for name, p := range map[string]*stripe.TaxCalculationCreateParams{
		"no items": calculation("NY", "10001"), "half a code": calculation("NY", "100", 1), "abroad": abroad, "nothing": calculation("NY", "10001", 0)} {
		if got, err := r.client.V1TaxCalculations.Create(t.Context(), p); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
