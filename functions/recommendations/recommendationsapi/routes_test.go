package recommendationsapi

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/money"
	"rialto/functions/recommendations"
)

const boot = "prd_aaaaaaaaaaaaaaaaaaaaaaaaaa"

type recommender struct{ asked recommendations.Request }

func (r *recommender) Recommend(_ context.Context, in recommendations.Request) (recommendations.Answer, error) {
	r.asked = in
	p := recommendations.Product{Product: catalog.Product{ID: boot, Title: "Boot", Brand: "B", CategoryID: "boots", Images: []string{"https://x/1.jpg"}},
		BuyBox: catalog.BuyBox{OfferID: "off_1", SellerID: "sel_1", SellerName: "S", Price: money.Of(999, "USD"), Landed: money.Of(1499, "USD"),
			InStock: true}}
	why := recommendations.Reason{Code: recommendations.BuyAgain, Day: time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)}
	return recommendations.Answer{ID: "rcm_1-v1", Version: "v1", Shelf: recommendations.NewForYou, Degraded: []string{"index"},
		Experiments: []recommendations.Assigned{{ExperimentID: "ranker", Variant: "trees", ExposureID: "e1"}},
		Items:       []recommendations.Item{{Product: p, Reason: why, Why: why.Text("")}}}, nil
}

func TestAShelf(t *testing.T) {
	t.Parallel()
	r := &recommender{}
	request := httptest.NewRequest("GET", "/api/v1/recommendations?placement=product&product_id="+boot, nil)
	request.Header.Set("X-Session-Id", "session-of-a-visitor")
	w := httptest.NewRecorder()
	api.Handler(Routes(r)).ServeHTTP(w, request)
	const want = `{"recommendation_id":"rcm_1-v1","model_version":"v1","shelf":"new_for_you","items":[{"product_id":"` + boot + `","title":"Boot",` +
		`"brand":"B","category_id":"boots","image":"https://x/1.jpg","buy_box":{"offer_id":"off_1","price":{"amount":999,"currency":"USD"},` +
		`"landed":{"amount":1499,"currency":"USD"},"seller":{"seller_id":"sel_1","name":"S"},"in_stock":true},` +
		`"reason":{"code":"buy_again","text":"You bought it on 2026-11-29","day":"2026-11-29"}}],"degraded":["index"],` +
		`"experiments":[{"experiment_id":"ranker","variant":"trees","exposure_id":"e1"}]}`
	if got := strings.TrimSpace(w.Body.String()); w.Code != 200 || got != want || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d %s\n%s", w.Code, got, want)
	}
	if r.asked != (recommendations.Request{Session: "session-of-a-visitor", Marketplace: "US", Placement: recommendations.OnProduct,
		Shelf: recommendations.NewForYou, ProductID: boot}) {
		t.Errorf("%+v", r.asked)
	}
}

func TestACustomerIsWhoTheTokenSays(t *testing.T) {
	t.Parallel()
	r := &recommender{}
	request := httptest.NewRequest("GET", "/api/v1/me/recommendations?placement=home", nil)
	who := auth.Identity{Subject: "cus_1", Role: auth.Customer, ExpiresAt: time.Now().Add(time.Hour)}
	w := httptest.NewRecorder()
	api.Handler(Routes(r)).ServeHTTP(w, request.WithContext(auth.With(request.Context(), who)))
	if w.Code != 200 || r.asked.CustomerID != "cus_1" {
		t.Error(w.Code, w.Body, r.asked)
	}
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	for query, pointer := range map[string]string{
		"": "query.placement", "placement=nowhere": "query.placement", "placement=home&shelf=x": "query.shelf",
		"placement=home&product_id=prd_1": "query.product_id", "placement=home&category=A%20B": "query.category",
	} {
		w := httptest.NewRecorder()
		api.Handler(Routes(&recommender{})).ServeHTTP(w, httptest.NewRequest("GET", "/api/v1/recommendations?"+query, nil))
		var p api.Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != 422 || len(p.Errors) != 1 || p.Errors[0].Pointer != pointer {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
}
