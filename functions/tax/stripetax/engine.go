package stripetax

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/stripe/stripe-go/v82"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/tax"
)

// Engine implements tax.Engine for sales in the United States, whose prices hold no tax.
type Engine struct{ client *stripe.Client }

// New returns an engine.
func New(client *stripe.Client) *Engine { return &Engine{client} }

// shippingCode is Stripe's tax code of shipping, generalCode that of goods which no other code fits.
const (
	shippingCode = "txcd_92010001"
	generalCode  = "txcd_99999999"
)

// codes are Stripe's tax codes of the classes (https://docs.stripe.com/tax/tax-codes). Sweets, drinks and periodicals, of which
// Stripe knows many kinds, are general goods.
var codes = map[tax.Class]string{
	tax.Food: "txcd_40040000", tax.Books: "txcd_35010000", tax.Medicine: "txcd_32020002", tax.Clothing: "txcd_30011000",
	tax.Childrenswear: "txcd_30011200",
}

// Items are told apart by a letter and the line's place in the sale.
const goods, shipping = "g", "s"

// Assess asks Stripe.
func (e *Engine) Assess(ctx context.Context, s tax.Sale) (tax.Assessment, error) {
	found, err := e.client.V1TaxCalculations.Create(ctx, params(s))
	if err != nil {
		return tax.Assessment{}, failed(err)
	}
	items, err := e.items(ctx, found)
	if err != nil {
		return tax.Assessment{}, failed(err)
	}
	return assessment(s, found, items)
}

func failed(err error) error {
	f := fault.New(fault.Unavailable, tax.EngineFailed, "the tax engine did not answer")
	var e *stripe.Error
	if errors.As(err, &e) {
		return f.Because(fmt.Errorf("stripe: %d %s %s", e.HTTPStatusCode, e.Type, e.Code))
	}
	var timed interface{ Timeout() bool }
	if errors.As(err, &timed) && timed.Timeout() {
		return f.Because(errors.New("no answer in time"))
	}
	return f.Because(errors.New("no answer that can be read"))
}

func params(s tax.Sale) *stripe.TaxCalculationCreateParams {
	p := &stripe.TaxCalculationCreateParams{
		Currency: stripe.String(strings.ToLower(s.Delivery.Currency)),
		CustomerDetails: &stripe.TaxCalculationCreateCustomerDetailsParams{
			AddressSource: stripe.String(string(stripe.TaxCalculationCustomerDetailsAddressSourceShipping)),
			Address:       &stripe.AddressParams{Country: &s.Country, State: &s.Region, PostalCode: &s.Postal},
		},
	}
	p.AddExpand("line_items.data.tax_breakdown")
	item := func(kind string, line int, amount, units int64, code string) {
		if amount > 0 { // Stripe takes positive amounts
			p.LineItems = append(p.LineItems, &stripe.TaxCalculationCreateLineItemParams{Amount: &amount, Quantity: stripe.Int64(max(units, 1)),
				Reference: stripe.String(kind + strconv.Itoa(line)), TaxCode: &code})
		}
	}
	for i, l := range s.Lines {
		code, ok := codes[tax.ClassOf(l.Category)]
		if !ok {
			code = generalCode
		}
		item(goods, i, l.Amount.Minor-l.Discount.Minor, l.Quantity, code)
		item(shipping, i, l.Shipping.Minor, 1, shippingCode)
	}
	if s.Delivery.Minor > 0 {
		p.ShippingCost = &stripe.TaxCalculationCreateShippingCostParams{Amount: &s.Delivery.Minor, TaxCode: stripe.String(shippingCode)}
	}
	return p
}

// items lists a calculation's items by reference; its answer holds the first of them.
func (e *Engine) items(ctx context.Context, c *stripe.TaxCalculation) (map[string]*stripe.TaxCalculationLineItem, error) {
	out := map[string]*stripe.TaxCalculationLineItem{}
	if c.LineItems == nil {
		return out, nil
	}
	for _, i := range c.LineItems.Data {
		out[i.Reference] = i
	}
	if !c.LineItems.HasMore {
		return out, nil
	}
	p := &stripe.TaxCalculationListLineItemsParams{Calculation: &c.ID}
	p.Limit = stripe.Int64(100)
	p.AddExpand("data.tax_breakdown")
	for i, err := range e.client.V1TaxCalculations.ListLineItems(ctx, p) {
		if err != nil {
			return nil, err
		}
		out[i.Reference] = i
	}
	return out, nil
}

func assessment(s tax.Sale, c *stripe.TaxCalculation, items map[string]*stripe.TaxCalculationLineItem) (tax.Assessment, error) {
	of := func(minor int64) money.Amount { return money.Of(minor, s.Delivery.Currency) }
	a := tax.Assessment{DeliveryTax: of(0), Total: of(c.TaxAmountExclusive)}
	sums := &jurisdictions{sale: s}
	for i, l := range s.Lines {
		t := tax.LineTax{Line: l.Line, Jurisdiction: s.Country + "-" + s.Region, Tax: of(0), ShippingTax: of(0), DiscountTax: of(0)}
		if item, ok := items[goods+strconv.Itoa(i)]; ok {
			t.Tax.Minor = item.AmountTax
			for _, b := range item.TaxBreakdown {
				r, err := sums.add(part(b))
				if err != nil {
					return a, err
				}
				t.RatePPM += r
			}
		}
		if item, ok := items[shipping+strconv.Itoa(i)]; ok {
			t.ShippingTax.Minor = item.AmountTax
			for _, b := range item.TaxBreakdown {
				if _, err := sums.add(part(b)); err != nil {
					return a, err
				}
			}
		}
		t.Rate = (t.RatePPM + 50) / 100
		a.Lines = append(a.Lines, t)
	}
	if c.ShippingCost != nil {
		a.DeliveryTax.Minor = c.ShippingCost.AmountTax
		for _, b := range c.ShippingCost.TaxBreakdown {
			if _, err := sums.add(shippingPart(b)); err != nil {
				return a, err
			}
		}
	}
	a.Jurisdictions = sums.list
	return a, nil
}
