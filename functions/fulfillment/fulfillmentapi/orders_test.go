package fulfillmentapi_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/fulfillment"
	"rialto/functions/fulfillment/fulfillmentapi"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/orders"
)

// asked keeps what is looked for.
type asked struct {
	fulfillmentapi.OwnOrders
	f fulfillment.Filter
}

func (a *asked) History(_ context.Context, _ string, f fulfillment.Filter, _ int, _ orders.Position) ([]fulfillment.Life, orders.Position, error) {
	a.f = f
	return nil, orders.Position{}, nil
}

// Days are whole ones, in UTC. Seen to catch: a last day that is left out.
func TestOrdersAreLookedFor(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]struct {
		status int
		f      fulfillment.Filter
	}{
		"": {200, fulfillment.Filter{}},
		"?q=red+boots&status=shipped&from=2026-11-01&to=2026-11-30": {200, fulfillment.Filter{Text: "red boots", Status: "shipped",
			Placed: orders.Period{From: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}}},
		"?from=2026-11-31": {422, fulfillment.Filter{}},
		"?to=tomorrow":     {422, fulfillment.Filter{}},
		"?status=lost":     {422, fulfillment.Filter{}},
	} {
		var a asked
		h := api.Handler(fulfillmentapi.OrderRoutes(&a), api.Clock(func() time.Time { return noon }))
		r := httptest.NewRequest(http.MethodGet, "/api/v1/orders"+query, nil)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r.WithContext(auth.With(r.Context(), auth.Identity{Subject: "cus_a", Role: auth.Customer, ExpiresAt: noon.Add(time.Hour)})))
		if diff := cmp.Diff(want.f, a.f); w.Code != want.status || diff != "" {
			t.Errorf("%s: %d %s %s", query, w.Code, w.Body, diff)
		}
	}
}
