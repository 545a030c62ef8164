package customers

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/customers/customersphone"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/marketplaces"
)

func TestEveryMarketplaceShipsAndItsCountriesHaveRules(t *testing.T) {
	t.Parallel()
	reached := map[string]bool{}
	for _, m := range marketplaces.All() {
		options, err := Options(m.Code)
		if err != nil || len(options) != 2 {
			t.Fatalf("%s: %v %v", m.Code, options, err)
		}
		for _, o := range options {
			if o.Price.Minor <= 0 || o.Price.Currency != m.Currency || o.Days <= 0 {
				t.Errorf("%s: %+v", m.Code, o)
			}
		}
		if options[0].Price.Minor >= options[1].Price.Minor || options[0].Days <= options[1].Days {
			t.Errorf("%s: express is neither dearer nor sooner", m.Code)
		}
		for _, c := range m.Countries {
			reached[c] = true
		}
	}
	if len(prices) != len(marketplaces.All()) {
		t.Errorf("%d rows of prices", len(prices))
	}
	for c := range reached {
		if _, ok := countries[c]; !ok {
			t.Errorf("%s has no rule", c)
		}
	}
	for c, rule := range countries {
		if !reached[c] {
			t.Errorf("%s is reached from nowhere", c)
		}
		if rule.name == "" {
			t.Errorf("%s has no name", c)
		}
		if code, ok := rule.postal.clean(c, rule.postal.example); !ok || code != rule.postal.example {
			t.Errorf("%s: its example %q is cleaned to %q", c, rule.postal.example, code)
		}
	}
}

var phones customersphone.Numbers

func good() Address {
	return Address{Name: "A. Receiver", Line1: "1 Long Street", City: "Springfield", Region: "CA", PostalCode: "94105", Country: "US",
		Phone: "+14155550100"}
}

func TestCleanAddress(t *testing.T) {
	t.Parallel()
	messy := Address{Name: "  A.\t Receiver ", Line1: "1  Long Street", City: "Springfield", Region: " ca", PostalCode: " 94105 ", Country: "us",
		Phone: "+1 (415) 555-0100"}
	if got, err := messy.Clean(phones); err != nil || cmp.Diff(good(), got) != "" {
		t.Fatal(err, cmp.Diff(good(), got))
	}
	for name, c := range map[string]struct {
		change func(*Address)
		flaws  []string
	}{
		"blank parts": {func(a *Address) { a.Name, a.Line1, a.City = " ", "\n", "" },
			[]string{"/name required", "/line1 required", "/city required"}},
		"long name":            {func(a *Address) { a.Name = strings.Repeat("ü", 101) }, []string{"/name too_long"}},
		"control character":    {func(a *Address) { a.Line2 = "a\x1bb" }, []string{"/line2 bad_text"}},
		"text turned around":   {func(a *Address) { a.Line1 = "a\u202eb" }, []string{"/line1 hidden_characters"}},
		"zero width":           {func(a *Address) { a.City = "Spring\u200bfield" }, []string{"/city hidden_characters"}},
		"a blank letter":       {func(a *Address) { a.Name = "\u3164" }, []string{"/name hidden_characters"}},
		"letters for a phone":  {func(a *Address) { a.Phone = "call me" }, []string{"/phone bad_format"}},
		"another's state":      {func(a *Address) { a.Region = "OR" }, []string{"/region mismatch"}},
		"no such state":        {func(a *Address) { a.Region = "ZZ" }, []string{"/region not_allowed"}},
		"no state":             {func(a *Address) { a.Region = "" }, []string{"/region not_allowed"}},
		"short zip":            {func(a *Address) { a.PostalCode = "9410" }, []string{"/postal_code bad_format"}},
		"zip and more":         {func(a *Address) { a.PostalCode = "94105x" }, []string{"/postal_code bad_format"}},
		"country out of reach": {func(a *Address) { a.Country = "KP" }, []string{"/country not_allowed"}},
		"no country":           {func(a *Address) { a.Country = "" }, []string{"/country not_allowed"}},
		"german code in spain": {func(a *Address) { a.Country, a.Region, a.PostalCode = "ES", "", "99999" }, []string{"/postal_code bad_format"}},
		"region of no form":    {func(a *Address) { a.Country, a.PostalCode, a.Region = "DE", "10115", "B*1" }, []string{"/region not_allowed"}},
		"a name where no list": {func(a *Address) { a.Country, a.PostalCode, a.Region = "DE", "10115", "Berlin" }, []string{"/region not_allowed"}},
		"a code where none is": {func(a *Address) { a.Country, a.PostalCode, a.Region = "AE", "12345", "" }, []string{"/postal_code not_allowed"}},
		"mail to a base":       {func(a *Address) { a.Region, a.PostalCode = "AE", "09021" }, []string{"/city not_allowed"}},
		"a base in California": {func(a *Address) { a.City = "FPO" }, []string{"/region mismatch"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := good()
			c.change(&a)
			_, err := a.Clean(phones)
			var got []string
			for _, f := range fault.Of(err).Fields {
				got = append(got, f.Pointer+" "+f.Code)
			}
			if d := cmp.Diff(c.flaws, got); d != "" || fault.Code(err) != "invalid_address" {
				t.Fatal(err, d)
			}
		})
	}
}

func TestPostalCodesAndTheirPrefixes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ country, region, code, prefix string }{
		{"US", "NY", "10001-1234", "10001"}, {"DE", "", "10115", "10115"}, {"GB", "", "sw1a 1aa", "SW1"}, {"CA", "ON", "K1A 0B1", "K1A"},
		{"NL", "", "1012 AB", "101"}, {"AT", "", "1010", "1010"}, {"PL", "", "00-950", "00950"}, {"AE", "", "", ""},
		{"JP", "", "100-0001", "100"},
		{"IE", "", "D02 AF30", "D02"}, {"AU", "NSW", "2000", "2000"}, {"BR", "SP", "01310-100", "01310"}, {"SE", "", "111 22", "11122"},
		{"PT", "", "9000-123", "900"}, {"SA", "", "11564-1234", "11564"},
		{"GB", "", "JE2 3AB", "JE2"}, {"SG", "", "238801", "238"},
	} {
		a := good()
		a.Country, a.Region, a.PostalCode = c.country, c.region, c.code
		got, err := a.Clean(phones)
		if err != nil || got.PostalPrefix() != c.prefix {
			t.Errorf("%s %s: %q, %v", c.country, c.code, got.PostalPrefix(), err)
		}
	}
}

// Every part of an address takes part in its identity, or adding a corrected address would find the old one.
func TestContentIsAllOfAnAddress(t *testing.T) {
	t.Parallel()
	n := reflect.TypeFor[Address]().NumField() - 2 // ID and CreatedAt
	if got := len(good().content()); got != n {
		t.Fatalf("%d parts of %d", got, n)
	}
}

func TestCleanProfile(t *testing.T) {
	t.Parallel()
	for email, ok := range map[string]bool{"a@b.co": true, "A.b+c@d-e.example": true, "ü@exämple.de": true, "a": false, "a@b": false, "a b@c.de": false,
		"a@b.c\u202ed": false, "a@b@c.de": false, strings.Repeat("a", 65) + "@b.de": false, "a@" + strings.Repeat("b", 260) + ".de": false,
		"<a@b.de>": false} {
		if _, err := (Profile{Name: "N", Email: email}).Clean(); (err == nil) != ok {
			t.Errorf("%q: %v", email, err)
		}
	}
	for name, ok := range map[string]bool{" N  M ": true, "": false, " ": false, strings.Repeat("n", 101): false, "n\x00": false} {
		if _, err := (Profile{Name: name, Email: "a@b.de"}).Clean(); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestCheckMethod(t *testing.T) {
	t.Parallel()
	for method, ok := range map[string]bool{"pm_card_visa": true, "pm_1": true, "4242424242424242": false, "pm_": false, "pm_a b": false,
		"tok_1": false, "pm_" + strings.Repeat("a", 65): false, "": false, "cus_1/pm_1": false, "cus_1": false} {
		if err := checkMethod(method); (err == nil) != ok {
			t.Errorf("%q: %v", method, err)
		}
	}
}

func TestACardExpiresWithItsMonth(t *testing.T) {
	t.Parallel()
	for now, want := range map[string]bool{"2026-12-31T23:59:59Z": false, "2027-01-01T00:00:00Z": true, "2026-11-30T00:00:00Z": false,
		"2031-01-01T00:00:00Z": true} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := (PaymentMethod{ExpMonth: 12, ExpYear: 2026}).asOf(at).Expired; got != want {
			t.Errorf("12/2026 at %s: expired %v", now, got)
		}
		if (PaymentMethod{}).asOf(at).Expired {
			t.Error("a method of no date has expired")
		}
	}
}

func TestLocate(t *testing.T) {
	t.Parallel()
	s := Snapshot{CustomerID: "cus_a", Version: 3,
		Addresses: []SealedAddress{{ID: "adr_us", Country: "US", Region: "CA", PostalPrefix: "941", Sealed: []byte{1}}, {ID: "adr_de", Country: "DE"}},
		Methods:   []PaymentMethod{{ID: "pmt_1", Brand: "visa", Last4: "4242", Token: "pm_1"}}}
	choice := Choice{CustomerID: "cus_a", AddressID: "adr_us", PaymentMethodID: "pmt_1", Marketplace: "US", ShippingOptionID: "express"}
	got, err := s.Locate(choice)
	want := Delivery{AddressID: "adr_us", Country: "US", Region: "CA", PostalPrefix: "941", Sealed: []byte{1}, Method: s.Methods[0],
		Shipping: ShippingOption{ID: "express", Name: "Express", Price: money.Of(1_499, "USD"), Days: 2}}
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Fatal(err, d)
	}
	for name, c := range map[string]struct {
		change func(*Choice)
		code   string
		kind   fault.Kind
	}{
		"default option":       {func(c *Choice) { c.ShippingOptionID = "" }, "", 0},
		"german address":       {func(c *Choice) { c.AddressID, c.Marketplace = "adr_de", "FR" }, "", 0},
		"no such address":      {func(c *Choice) { c.AddressID = "adr_x" }, "address_not_found", fault.NotFound},
		"no such method":       {func(c *Choice) { c.PaymentMethodID = "pmt_x" }, "payment_method_not_found", fault.NotFound},
		"no address":           {func(c *Choice) { c.AddressID = "" }, "address_not_found", fault.NotFound},
		"out of reach":         {func(c *Choice) { c.AddressID = "adr_de" }, "address_undeliverable", fault.Invalid},
		"no such option":       {func(c *Choice) { c.ShippingOptionID = "drone" }, "shipping_option_unknown", fault.Invalid},
		"no such marketplace":  {func(c *Choice) { c.Marketplace = "XX" }, "unknown_marketplace", fault.Invalid},
		"option of no country": {func(c *Choice) { c.Marketplace, c.ShippingOptionID = "JP", "express" }, "address_undeliverable", fault.Invalid},
	} {
		c2 := choice
		c.change(&c2)
		if _, err := s.Locate(c2); fault.Code(err) != c.code || err != nil && fault.Of(err).Kind != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := (Snapshot{}).Locate(choice); fault.Code(err) != "address_not_found" {
		t.Errorf("an empty snapshot: %v", err)
	}
}
