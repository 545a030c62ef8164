package e2e

import (
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"rialto/localstack/cloud"
	"rialto/localstack/demo/shop"
	"rialto/localstack/docs"
)

// The pages of make docs have their viewer as it is installed, and try a call on what is deployed.
func TestTheDocumentsCanBeReadAndTried(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	viewer, err := cloud.Viewer()
	if err != nil {
		t.Fatal(err)
	}
	handler, err := docs.Handler(os.DirFS(viewer), docs.APIs)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	client := &shop.Client{Base: server.URL}
	for _, path := range []string{"/", "/page.js", "/viewer/swagger-ui.css", "/viewer/swagger-ui-bundle.js",
		"/viewer/swagger-ui-standalone-preset.js"} {
		if a, err := client.Do(ctx, http.MethodGet, path, nil); err != nil || a.Status != http.StatusOK || len(a.Body) == 0 {
			t.Errorf("%s: %d, %d bytes, %v", path, a.Status, len(a.Body), err)
		}
	}
	var found struct{ Total int }
	if _, err := client.Call(ctx, http.MethodGet, "/shopper/api/v1/products/search?size=1", nil, &found); err != nil {
		t.Error(err)
	}
	s := mustSeller(t, shop.NewID("sel_"))
	s.Base = server.URL + "/seller"
	var tier struct{ Tier string }
	me := map[string]string{"display_name": "Reader " + shop.NewID("")[:8], "country": "US"}
	if _, err := s.Call(ctx, http.MethodPut, "/seller/v1/profile", me, &tier); err != nil ||
		tier.Tier == "" {
		t.Errorf("%+v %v", tier, err)
	}
	if a, err := s.Do(ctx, http.MethodGet, "/seller/v1/feeds/none", nil); err != nil || a.Problem().Code == "" {
		t.Errorf("a refusal comes through as %d %s, %v", a.Status, a.Body, err)
	}
}
