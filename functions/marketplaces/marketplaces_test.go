package marketplaces

import (
	"regexp"
	"slices"
	"testing"
	"time"

	_ "time/tzdata"

	"rialto/functions/internal/fault"
)

func TestEveryMarketplaceIsComplete(t *testing.T) {
	t.Parallel()
	list := All()
	if len(list) < 20 {
		t.Fatalf("%d marketplaces, at least 20 are promised", len(list))
	}
	form := regexp.MustCompile(`^[A-Z]{2} [^ ].* [A-Z]{3} [a-z]{2}-[A-Z]{2}$`)
	for i, m := range list {
		if i > 0 && list[i-1].Code >= m.Code {
			t.Errorf("%s is out of order or there twice", m.Code)
		}
		if s := m.Code + " " + m.Name + " " + m.Currency + " " + m.Language; !form.MatchString(s) || m.Language[3:] != m.Code {
			t.Errorf("%s is malformed", s)
		}
		if _, err := time.LoadLocation(m.TimeZone); err != nil {
			t.Errorf("%s: %v", m.Code, err)
		}
		if !m.ShipsTo(m.Code) || slices.ContainsFunc(m.Countries, func(c string) bool { return len(c) != 2 }) {
			t.Errorf("%s ships to %v", m.Code, m.Countries)
		}
		if r := m.Returns; r.Days < r.Withdrawal || r.Days == 0 || r.ShippingBack && r.Withdrawal == 0 || r != euLaw && CustomsArea(m.Code) == "EU" {
			t.Errorf("%s: %+v", m.Code, r)
		}
		if got, err := Lookup(m.Code); err != nil || got.Name != m.Name {
			t.Errorf("%s: %v %v", m.Code, got, err)
		}
	}
}

func TestLookupNamesTheHeader(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"", "us", "XX", "USA"} {
		_, err := Lookup(code)
		if f := fault.Of(err); f.Code != "unknown_marketplace" || f.Kind != fault.Invalid || f.Fields[0].Pointer != "header.X-Marketplace" {
			t.Errorf("%q: %v", code, err)
		}
	}
}

func TestCallersCannotChangeTheList(t *testing.T) {
	t.Parallel()
	for _, m := range All() {
		m.Countries[0] = "??"
	}
	for _, m := range All() {
		if slices.Contains(m.Countries, "??") {
			t.Fatalf("%s was changed", m.Code)
		}
	}
}
