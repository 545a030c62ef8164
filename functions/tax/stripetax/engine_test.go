package stripetax_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/stripeapi"
	"rialto/functions/tax"
	"rialto/functions/tax/stripetax"
	"rialto/localstack/standins/gateway"
)

func engine(url string) *stripetax.Engine {
	return stripetax.New(stripeapi.New(stripeapi.Config{Secret: stripeapi.Fixed("sk_test_x"), URL: url, Timeout: time.Minute}))
}

// local returns the engine in front of the local gateway.
func local(t *testing.T) *stripetax.Engine {
	t.Helper()
	g := gateway.New(gateway.Config{})
	server := httptest.NewServer(g)
	t.Cleanup(func() { server.Close(); g.Close() })
	return engine(server.URL)
}

func usd(minor int64) money.Amount { return money.Of(minor, "USD") }

// A coat and bread for Manhattan: state, city and district, each to the cent, and the shipping of each.
func TestStripeKnowsLocalTaxes(t *testing.T) {
	t.Parallel()
	s := tax.Sale{Marketplace: "US", Country: "US", Region: "NY", Postal: "10001", Delivery: usd(599), Lines: []tax.Line{
		{Line: "a", Amount: usd(30_000), Discount: usd(10_000), Quantity: 1, Category: "toys", Shipping: usd(400)},
		{Line: "b", Amount: usd(500), Quantity: 2, Category: "groceries"},
		{Line: "c", Amount: usd(700), Discount: usd(700), Quantity: 1, Category: "toys"},
	}}
	a, err := tax.Service{Engine: local(t)}.Assess(t.Context(), s)
	if err != nil || a.Fallback != "" {
		t.Fatal(a, err)
	}
	// 20,000: 800, 900, 75; 400: 16, 18, 1.5; 599: 23.96, 26.96, 2.25
	want := tax.Assessment{DeliveryTax: usd(53), Total: usd(1_864), Lines: []tax.LineTax{
		{Line: "a", Jurisdiction: "US-NY", Rate: 888, RatePPM: 88_750, Tax: usd(1_775), ShippingTax: usd(36), DiscountTax: usd(0)},
		{Line: "b", Jurisdiction: "US-NY", Tax: usd(0), ShippingTax: usd(0), DiscountTax: usd(0)},
		{Line: "c", Jurisdiction: "US-NY", Tax: usd(0), ShippingTax: usd(0), DiscountTax: usd(0)},
	}, Jurisdictions: []tax.JurisdictionTax{
		{Jurisdiction: "US-NY", Name: "Sales tax", RatePPM: 40_000, Taxable: usd(20_999), Tax: usd(840)},
		{Jurisdiction: "US-NY New York City", Name: "Sales tax", RatePPM: 45_000, Taxable: usd(20_999), Tax: usd(945)},
		{Jurisdiction: "US-NY Metropolitan Commuter Transportation District", Name: "Sales tax", RatePPM: 3_750, Taxable: usd(20_999), Tax: usd(79)},
		{Jurisdiction: "US-NY", Name: "Sales tax", Taxable: usd(0), Tax: usd(0)},
	}}
	if d := cmp.Diff(want, a); d != "" {
		t.Error(d)
	}
}

// A full cart has more items than an answer shows: all are found.
func TestEveryLineOfAFullCartIsTaxed(t *testing.T) {
	t.Parallel()
	s := tax.Sale{Marketplace: "US", Country: "US", Region: "TX", Postal: "78701", Delivery: usd(0)}
	for i := range 48 {
		s.Lines = append(s.Lines, tax.Line{Line: fmt.Sprint(i), Amount: usd(1_000), Shipping: usd(100)})
	}
	a, err := tax.Service{Engine: local(t)}.Assess(t.Context(), s)
	if err != nil || a.Fallback != "" || a.Total != usd(48*(83+8)) {
		t.Error(a.Total, a.Fallback, err)
	}
}

// A state that the account is not registered in is taxed by the tables: it is Rialto's to collect.
func TestAMissingRegistrationIsNoExemption(t *testing.T) {
	t.Parallel()
	s := tax.Sale{Marketplace: "US", Country: "US", Region: "FL", Postal: "33101", Delivery: usd(0),
		Lines: []tax.Line{{Line: "a", Amount: usd(10_000)}}}
	if a, err := (tax.Service{Engine: local(t)}).Assess(t.Context(), s); err != nil || a.Fallback != tax.EngineFailed || a.Total != usd(600) {
		t.Error(a, err)
	}
}

// Whatever is wrong with the engine, the sale is taxed by the tables, and the assessment says so.
func TestTheTablesStandIn(t *testing.T) {
	t.Parallel()
	const item = `{"id":"c","tax_amount_exclusive":%s,"line_items":{"data":[{"reference":"g0","amount":10000,"amount_tax":%s,"tax_breakdown":[` +
		`{"amount":%s,"taxable_amount":10000,"jurisdiction":{"level":"state","display_name":"Washington"},"tax_rate_details":{"percentage_decimal":"%s"}}]}]}}`
	answer := func(total, line, part, percent string) string { return fmt.Sprintf(item, total, line, part, percent) }
	s := tax.Sale{Marketplace: "US", Country: "US", Region: "WA", Postal: "98101", Delivery: usd(0),
		Lines: []tax.Line{{Line: "a", Amount: usd(10_000)}}}
	for name, c := range map[string]struct {
		status   int
		body     string
		fallback string
		total    int64
	}{
		"right":           {200, answer("1035", "1035", "1035", "10.35"), "", 1_035},
		"broken":          {500, `{"error":{"type":"api_error"}}`, tax.EngineFailed, 650},
		"busy":            {429, `{"error":{"code":"rate_limit"}}`, tax.EngineFailed, 650},
		"no such place":   {400, `{"error":{"code":"customer_tax_location_invalid"}}`, tax.EngineFailed, 650},
		"no JSON":         {200, `<html>`, tax.EngineFailed, 650},
		"another total":   {200, answer("1036", "1035", "1035", "10.35"), tax.EngineFailed, 650},
		"another part":    {200, answer("1035", "1035", "1034", "10.35"), tax.EngineFailed, 650},
		"less than none":  {200, answer("-5", "-5", "-5", "10.35"), tax.EngineFailed, 650},
		"a rate of words": {200, answer("1035", "1035", "1035", "ten"), tax.EngineFailed, 650},
		"too fine a rate": {200, answer("1035", "1035", "1035", "10.35001"), tax.EngineFailed, 650},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			}))
			t.Cleanup(server.Close)
			a, err := tax.Service{Engine: engine(server.URL)}.Assess(t.Context(), s)
			if err != nil || a.Fallback != c.fallback || a.Total != usd(c.total) {
				t.Error(a, err)
			}
		})
	}
}

// The engine is asked where rates are local, and nowhere else.
func TestTheEngineIsAskedForStatesAlone(t *testing.T) {
	t.Parallel()
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.WriteHeader(http.StatusInternalServerError)
	}))
	t.Cleanup(server.Close)
	service := tax.Service{Engine: engine(server.URL)}
	for _, s := range []tax.Sale{
		{Marketplace: "DE", Country: "DE", Delivery: money.Of(100, "EUR")},
		{Marketplace: "CA", Country: "CA", Region: "BC", Delivery: money.Of(100, "CAD")},
		{Marketplace: "US", Country: "US", Region: "PR", Delivery: usd(100)}, {Marketplace: "US", Country: "US", Region: "OR", Delivery: usd(100)},
		{Marketplace: "US", Country: "US", Region: "WA", Delivery: usd(0)},
	} {
		if a, err := service.Assess(t.Context(), s); err != nil || asked != 0 || a.Fallback != "" {
			t.Errorf("%+v: %+v %v, asked %d", s, a, err, asked)
		}
	}
	s := tax.Sale{Marketplace: "US", Country: "US", Region: "ZZ", Delivery: usd(100)}
	if _, err := service.Assess(t.Context(), s); fault.Code(err) != "tax_unsupported" {
		t.Error(err)
	}
	s.Region = "WA"
	if a, err := service.Assess(t.Context(), s); err != nil || asked != 1 {
		t.Error(a, err, asked)
	}
}

func TestTheSettingNamesTheEngine(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"tables": "tables", "stripe": "stripe", "": "TAX_ENGINE", "guess": "TAX_ENGINE"} {
		env := map[string]string{"STAGE": "local", "PREFIX": "x-", "GATEWAY_SECRET": "sk_test_x", "TAX_ENGINE": name, "_HANDLER": "assess"}
		s := settings.From(func(k string) string { return env[k] })
		service, err := stripetax.Load(s)
		got := "tables"
		if service.Engine != nil {
			got = "stripe"
		}
		if problem := s.Problems(); err == nil && problem != nil {
			err = problem
		}
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, want) {
			t.Errorf("%q: %s", name, got)
		}
	}
}
