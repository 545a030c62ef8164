package docs_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"rialto/localstack/docs"
)

var viewer = fstest.MapFS{
	"swagger-ui.css":                  {Data: []byte("body {}")},
	"swagger-ui-bundle.js":            {Data: []byte("// viewer")},
	"swagger-ui-standalone-preset.js": {Data: []byte("// layout")},
	"favicon-32x32.png":               {Data: []byte("png")},
}

// serve answers with the pages; their APIs are base.
func serve(t *testing.T, base string) *httptest.Server {
	t.Helper()
	var apis []docs.API
	for _, a := range docs.APIs {
		a.Base = base + "/" + a.Name + "-api"
		apis = append(apis, a)
	}
	handler, err := docs.Handler(viewer, apis)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

func get(t *testing.T, url string) (int, http.Header, string) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(body)
}

var loaded = regexp.MustCompile(`(?:src|href)="([^"]*)"`)

// Seen to catch: a style sheet from a CDN; a file that swagger-ui-dist names otherwise.
func TestThePageLoadsOnlyWhatIsServedHere(t *testing.T) {
	t.Parallel()
	server := serve(t, "http://127.0.0.1:1")
	status, header, page := get(t, server.URL)
	if policy := header.Get("Content-Security-Policy"); status != http.StatusOK || !strings.HasPrefix(policy, "default-src 'self'") {
		t.Errorf("the page is answered with %d and the policy %q", status, policy)
	}
	found := loaded.FindAllStringSubmatch(page, -1)
	if len(found) != 5 {
		t.Errorf("the page loads %d files", len(found))
	}
	for _, f := range found {
		if status, _, _ := get(t, server.URL+f[1]); !strings.HasPrefix(f[1], "/") || status != http.StatusOK {
			t.Errorf("the page loads %s, which is answered with %d", f[1], status)
		}
	}
}

// Seen to catch: a document that keeps the servers it was made with.
func TestEachDocumentIsServedWithThisServerAlone(t *testing.T) {
	t.Parallel()
	server := serve(t, "http://127.0.0.1:1")
	for _, a := range docs.APIs {
		status, _, text := get(t, server.URL+"/"+a.Name+".json")
		var document struct {
			OpenAPI string `json:"openapi"`
			Servers []struct{ URL string }
			Paths   map[string]any
		}
		if err := json.Unmarshal([]byte(text), &document); err != nil || status != http.StatusOK {
			t.Fatal(status, err)
		}
		if document.OpenAPI == "" || len(document.Paths) == 0 || len(document.Servers) != 1 || document.Servers[0].URL != "/"+a.Name {
			t.Errorf("%s: version %s, %d paths, servers %v", a.Name, document.OpenAPI, len(document.Paths), document.Servers)
		}
	}
}

// Seen to catch: a proxy that keeps its own prefix.
func TestACallReachesTheAPI(t *testing.T) {
	t.Parallel()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, r.Method+" "+r.URL.String()+" "+r.Header.Get("Authorization"))
	}))
	t.Cleanup(api.Close)
	server := serve(t, api.URL)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, server.URL+"/seller/seller/v1/feeds/f%2F1?limit=5", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer x")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if want := "DELETE /seller-api/seller/v1/feeds/f%2F1?limit=5 Bearer x"; err != nil || string(body) != want {
		t.Errorf("the API got %q, want %q (%v)", body, want, err)
	}
	if response.StatusCode != http.StatusTeapot || response.Header.Get("ETag") != `"1"` {
		t.Errorf("the answer is %d with %v", response.StatusCode, response.Header)
	}
}

func TestACloudThatIsDownIsNamed(t *testing.T) {
	t.Parallel()
	server := serve(t, "http://127.0.0.1:1")
	if status, _, body := get(t, server.URL+"/shopper/api/v1/cart"); status != http.StatusBadGateway || !strings.Contains(body, "make deploy") {
		t.Errorf("got %d %q", status, body)
	}
}
