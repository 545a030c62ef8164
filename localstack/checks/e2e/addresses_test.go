package e2e

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"testing"

	"rialto/localstack/demo/shop"
)

// Addresses as people write them, and what is said of one that contradicts itself.
func TestAddressesAreHeldAgainstThemselves(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	s := mustShopper(ctx, t, "pm_card_visa")
	home := map[string]string{"name": "Pat Example", "line1": "1 Main Street", "city": "Los Angeles", "region": "CA", "postal_code": "90012",
		"country": "US"}
	for name, c := range map[string]struct {
		with   map[string]string
		status int
		want   string // region, postal code and phone, or what is refused
	}{
		"a phone as Americans write it": {map[string]string{"phone": "(213) 555-0100"}, 201, "CA 90012 +12135550100"},
		"a state by its name":           {map[string]string{"region": "California", "line1": "2 Main Street"}, 201, "CA 90012 "},
		"another state":                 {map[string]string{"region": "OR"}, 422, "/region mismatch"},
		"military mail":                 {map[string]string{"city": "APO", "region": "AE", "postal_code": "09021"}, 201, "AE 09021 "},
		"a territory":                   {map[string]string{"city": "San Juan", "region": "PR", "postal_code": "00901"}, 201, "PR 00901 "},
		"no postal codes":               {map[string]string{"city": "Dubai", "region": "DU", "postal_code": "00000", "country": "AE"}, 201, "DU  "},
		"text turned around":            {map[string]string{"name": "\u202eworR ruobraH"}, 422, "/name hidden_characters"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := maps.Clone(home)
			maps.Copy(body, c.with)
			a, err := s.Do(ctx, http.MethodPost, "/api/v1/addresses", body)
			if err != nil {
				t.Fatal(err)
			}
			var kept struct {
				Region, Phone string
				PostalCode    string `json:"postal_code"`
			}
			got := ""
			if a.Status >= 300 && len(a.Problem().Errors) > 0 {
				got = a.Problem().Errors[0].Pointer + " " + a.Problem().Errors[0].Code
			} else if err := json.Unmarshal(a.Body, &kept); err == nil {
				got = kept.Region + " " + kept.PostalCode + " " + kept.Phone
			}
			if a.Status != c.status || got != c.want {
				t.Errorf("%d %s", a.Status, a.Body)
			}
		})
	}
}

// A destination tells what its addresses need, to everybody.
func TestDestinationsTellWhatAnAddressNeeds(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	client := &shop.Client{Base: shop.ShopperURL}
	var all struct {
		Destinations []struct{ Country, Name string }
	}
	if _, err := client.Call(ctx, http.MethodGet, "/api/v1/destinations", nil, &all, shop.With("X-Marketplace", "DE")); err != nil ||
		len(all.Destinations) != 27 {
		t.Errorf("%+v %v", all, err)
	}
	var us struct {
		Required   []string
		Regions    []struct{ Code, Name string }
		PostalCode struct{ Example string } `json:"postal_code"`
	}
	if _, err := client.Call(ctx, http.MethodGet, "/api/v1/destinations/US", nil, &us); err != nil ||
		!slices.Contains(us.Required, "region") || len(us.Regions) != 59 || us.PostalCode.Example != "90012" {
		t.Errorf("%+v %v", us, err)
	}
	a, err := client.Do(ctx, http.MethodGet, "/api/v1/destinations/JP", nil)
	if err != nil || a.Status != http.StatusNotFound || a.Problem().Code != "destination_unknown" {
		t.Errorf("%d %s %v", a.Status, a.Body, err)
	}
}
