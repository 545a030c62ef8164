package marketplaces

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"rialto/functions/internal/fault"
)

// Every marketplace can be served: it ships within one customs area alone, and a centre stands in that.
func TestEveryMarketplaceHasACentreInItsCustomsArea(t *testing.T) {
	t.Parallel()
	for _, m := range All() {
		for _, c := range m.Countries {
			if CustomsArea(c) != CustomsArea(m.Code) {
				t.Errorf("%s ships to %s, through customs", m.Code, c)
			}
		}
		if !slices.ContainsFunc(Centres(), func(c Centre) bool { return Reaches(c.ID, m.Code) }) {
			t.Errorf("no stock can reach %s", m.Code)
		}
	}
}

func TestEveryCentreIsComplete(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[a-z]{2}-(north|east|south|west|central)-[1-9]$`)
	list := Centres()
	for i, c := range list {
		if i > 0 && list[i-1].ID >= c.ID {
			t.Errorf("%s is out of order or there twice", c.ID)
		}
		if _, err := Lookup(c.Country); err != nil || !Reaches(c.ID, c.Country) || !strings.EqualFold(c.ID[:2], c.Country) {
			t.Errorf("%s stands in %q, which no marketplace has the holidays of", c.ID, c.Country)
		}
		if !form.MatchString(c.ID) || c.CutOff < 8 || c.CutOff > 20 {
			t.Errorf("%+v is malformed", c)
		}
		if _, err := time.LoadLocation(c.TimeZone); err != nil {
			t.Errorf("%s: %v", c.ID, err)
		}
		if got, err := LookupCentre(c.ID); err != nil || got != c {
			t.Errorf("%s: %v %v", c.ID, got, err)
		}
	}
	list[0].Country = "??"
	if Centres()[0].Country == "??" {
		t.Error("a caller changed the list")
	}
}

func TestUnknownCentresAreRefused(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"", "us-wset-2", "US-WEST-2", "us-west-9"} {
		_, err := LookupCentre(id)
		if f := fault.Of(err); f.Code != "unknown_centre" || f.Kind != fault.Invalid || f.Fields[0].Pointer != "/fulfillment_center_id" {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestReaches(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		market, centre string
		want           bool
	}{
		{"US", "us-west-2", true}, {"DE", "us-west-2", false}, {"DE", "de-north-1", true}, {"FR", "de-north-1", true}, {"GB", "ie-east-1", false},
		{"IE", "gb-central-1", false}, {"CA", "us-east-1", false}, {"JP", "jp-east-1", true}, {"US", "us-wset-2", false}, {"US", "", false},
	} {
		if got := Reaches(c.centre, c.market); got != c.want {
			t.Errorf("%s to %s: %v", c.centre, c.market, got)
		}
	}
}
