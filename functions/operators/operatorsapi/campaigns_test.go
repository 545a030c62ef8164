package operatorsapi_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"rialto/functions/campaigns"
	"rialto/functions/campaigns/campaignsstore"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/laboratory/memory"
	"rialto/functions/operators"
	"rialto/functions/operators/operatorsapi"
)

// willing lets everything happen.
type willing struct{ operatorsapi.Audit }

func (willing) Do(ctx context.Context, _ operators.Call, do func(context.Context) error) error {
	return do(ctx)
}

// shown is an event as it is shown.
type shown struct {
	State    string    `json:"state"`
	Name     string    `json:"name"`
	From     string    `json:"starts_at"`
	Start    time.Time `json:"starts_at_utc"`
	Warm     time.Time `json:"warm_at_utc"`
	Back     time.Time `json:"back_at_utc"`
	Orders   int64     `json:"peak_orders_per_second"`
	Warnings []string  `json:"warnings"`
	Steps    []struct {
		Kind, Name, State string
		Wanted            int64
	} `json:"steps"`
	Campaigns []struct {
		ID string `json:"event_id"`
	} `json:"campaigns"`
	Code string `json:"code"`
}

// Seen to catch: a window shown in UTC as if clocks showed it; an event in ten minutes of which nobody is told; a list of another month.
func TestTheCalendarOfEvents(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	calendar := &campaigns.Service{Calendar: campaignsstore.Store{DB: memory.New()}, Now: func() time.Time { return now },
		Stage: campaigns.Stage{Functions: []campaigns.Function{{ID: "checkout-api", Order: 2_500}}, Throttle: 80}}
	h := api.Handler(operatorsapi.Routes(operatorsapi.Services{Audit: willing{}, Campaigns: calendar}))
	call := func(method, path, body string, status int) (out shown) {
		t.Helper()
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r.WithContext(auth.With(r.Context(), auth.Identity{Subject: "opr_1", Role: auth.Operator, ExpiresAt: time.Now().Add(time.Hour)})))
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != status {
			t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
		return out
	}
	const one = "/ops/v1/campaigns/friday-2026"
	body := `{"name":"A Friday","marketplaces":["US"],"time_zone":"America/Los_Angeles","starts_at":"2026-11-27T00:00:00",
		"ends_at":"2026-11-28T00:00:00","peak_orders_per_second":400,"peak_page_views_per_second":6000,"reason":"planned"}`
	if got := call(http.MethodGet, one+"?reason=asked", "", http.StatusNotFound); got.Code != "campaign_not_found" {
		t.Error(got)
	}
	start := time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	for _, got := range []shown{call(http.MethodPut, one, body, http.StatusOK), call(http.MethodPut, one, body, http.StatusOK),
		call(http.MethodGet, one+"?reason=asked", "", http.StatusOK)} {
		if got.State != "open" || got.From != "2026-11-27T00:00:00" || !got.Start.Equal(start) || !got.Warm.Equal(start.Add(-2*time.Hour)) ||
			!got.Back.Equal(start.Add(24*time.Hour+30*time.Minute)) || got.Orders != 400 || len(got.Warnings) != 1 {
			t.Errorf("%+v", got)
		}
		if s := got.Steps; len(s) != 2 || s[0].Kind != "provisioned" || s[0].Name != "checkout-api" || s[0].Wanted != 1000 || s[0].State != "waiting" {
			t.Errorf("%+v", s)
		}
	}
	for query, want := range map[string]int{"": 1, "&month=2026-11": 1, "&month=2026-12": 0} {
		if got := call(http.MethodGet, "/ops/v1/campaigns?reason=asked"+query, "", http.StatusOK); len(got.Campaigns) != want {
			t.Errorf("%q: %+v", query, got)
		}
	}
	if got := call(http.MethodGet, "/ops/v1/campaigns?reason=asked&month=soon", "", http.StatusUnprocessableEntity); got.Code != "invalid_campaign" {
		t.Error(got)
	}
	wrong := strings.Replace(body, "2026-11-28T", "2026-11-26T", 1)
	if got := call(http.MethodPut, one, wrong, http.StatusUnprocessableEntity); got.Code != "invalid_campaign" {
		t.Error(got)
	}
	now = start.Add(-10 * time.Minute)
	if got := call(http.MethodGet, one+"?reason=asked", "", http.StatusOK); len(got.Warnings) != 2 {
		t.Error("an event in ten minutes:", got.Warnings)
	}
	if got := call(http.MethodPost, one+"/cancel", `{"reason":"rain"}`, http.StatusOK); got.State != "cancelled" {
		t.Error(got)
	}
	if got := call(http.MethodPut, one, body, http.StatusConflict); got.Code != "campaign_over" {
		t.Error(got)
	}
}
