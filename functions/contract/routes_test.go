package contract

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
)

var parameter = regexp.MustCompile(`\{[a-z_]+\}`)

// Every route is bound to its types here, without a service: what is refused never reaches one.
func TestEveryRouteRefusesStrangersAndUnknownParameters(t *testing.T) {
	t.Parallel()
	routes := slices.Concat(shopper(), seller())
	h := api.Handler(routes)
	call := func(r api.Route, who auth.Identity) *httptest.ResponseRecorder {
		request := httptest.NewRequest(r.Method, parameter.ReplaceAllString(r.Path, "x")+"?no_such_parameter=1", nil)
		if r.Method != http.MethodGet {
			request = httptest.NewRequest(r.Method, request.URL.String(), strings.NewReader(`{"no_such_field":1}`))
		}
		if who.Role != "" {
			request = request.WithContext(auth.With(request.Context(), who))
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, request)
		return w
	}
	expires := time.Now().Add(time.Hour)
	for _, r := range routes {
		holders := map[api.Access]auth.Identity{
			api.Public:   {},
			api.Guest:    {Subject: "cus_1", Role: auth.Guest, ExpiresAt: expires},
			api.Customer: {Subject: "cus_1", Role: auth.Customer, ExpiresAt: expires},
			api.Seller:   {Subject: "u", Role: auth.Seller, SellerID: "sel_1", ExpiresAt: expires},
		}
		w := call(r, holders[r.Access])
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(),
			`"pointer":"query.no_such_parameter","code":"unknown_parameter"`) {
			t.Errorf("%s takes an unknown parameter: %d %s", r.ID, w.Code, w.Body)
		}
		if r.Access == api.Public {
			continue
		}
		if w := call(r, auth.Identity{}); w.Code != http.StatusUnauthorized {
			t.Errorf("%s lets a stranger in: %d %s", r.ID, w.Code, w.Body)
		}
		other := holders[map[bool]api.Access{true: api.Customer, false: api.Seller}[r.Access == api.Seller]]
		if w := call(r, other); w.Code != http.StatusForbidden {
			t.Errorf("%s lets a %s in: %d %s", r.ID, other.Role, w.Code, w.Body)
		}
	}
}

// Every write of the seller API asks the seller's token bucket, and what is worth abusing has a limit. Seen to catch:
// fulfillment-api without it; coupons that can be guessed without end.
func TestEveryWriteOfTheSellerAPIIsLimited(t *testing.T) {
	t.Parallel()
	limited := map[string]bool{}
	for _, f := range Functions() {
		if f.Trigger.API {
			limited[f.Context] = slices.Contains(f.Grants, Grant{Write, "rate_limits"})
		}
	}
	for _, r := range slices.Concat(shopper(), seller()) {
		if pays := []string{"createGuest", "addCartCoupon", "addPaymentMethod"}; slices.Contains(pays, r.ID) && len(r.Limits) == 0 {
			t.Errorf("%s can be abused without end", r.ID)
		}
		if len(r.Limits) > 0 && !limited[r.Context] {
			t.Errorf("%s of %s has limits and no bucket", r.ID, r.Context)
		}
	}
	for _, r := range seller() {
		if r.Method != http.MethodGet && !limited[r.Context] {
			t.Errorf("%s of %s asks no bucket", r.ID, r.Context)
		}
	}
}
