package imagefetch

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"rialto/functions/internal/fault"
)

func TestAddressesThatAreNotEvenTried(t *testing.T) {
	t.Parallel()
	f := New(10)
	for _, address := range []string{"", "http://a.example/x.png", "ftp://a.example/x", "file:///etc/passwd", "https://", "https://u:p@a.example/x",
		"https://a.example:8443/x", "//a.example/x", "x.png", "https://a.example/" + strings.Repeat("x", 3000), "https://[::1", "gopher://a.example",
		// Of these the host is no name, so that nothing is asked.
		"https://127.0.0.1/x", "https://[::1]/x", "https://169.254.169.254/latest/meta-data", "https://10.0.0.1/x"} {
		if _, err := f.Get(context.Background(), address); fault.Code(err) != "image_address" {
			t.Errorf("%.60q: %v", address, err)
		}
	}
}

// A server of our own, that a fetcher may speak to by exception: what is judged there is all but the address. Seen to catch:
// a redirect to another scheme, or to an address of our own; a file that never ends; a status taken for a file.
func TestAFileIsFetched(t *testing.T) {
	t.Parallel()
	var at string
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/image":
			_, _ = w.Write([]byte("0123456789"))
		case "/long":
			for range 1000 {
				_, _ = w.Write([]byte("0123456789"))
			}
		case "/gone":
			http.NotFound(w, r)
		case "/round":
			http.Redirect(w, r, "https://"+at+"/round", http.StatusFound)
		case "/plain":
			http.Redirect(w, r, "http://"+at+"/image", http.StatusFound)
		case "/inside":
			http.Redirect(w, r, "https://127.0.0.9/image", http.StatusFound)
		}
	}))
	defer server.Close()
	at = strings.TrimPrefix(server.URL, "https://")
	mine := netip.MustParseAddrPort(at)
	f := newFetcher(10, func(a netip.AddrPort) bool { return a == mine }, server.Client().Transport.(*http.Transport))
	// The server has a port of its own, so its name is what stands for port 443.
	get := func(path string) ([]byte, error) {
		r, err := http.NewRequest(http.MethodGet, server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		return f.do(context.Background(), r)
	}
	if body, err := get("/image"); err != nil || string(body) != "0123456789" {
		t.Error(string(body), err)
	}
	for path, code := range map[string]string{"/long": "image_too_large", "/gone": "image_not_found", "/round": "image_address",
		"/plain":  "image_address",
		"/inside": "image_address"} {
		if _, err := get(path); fault.Code(err) != code {
			t.Errorf("%s: %v", path, err)
		}
	}
	strict := newFetcher(10, nil, server.Client().Transport.(*http.Transport))
	r, err := http.NewRequest(http.MethodGet, server.URL+"/image", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := strict.do(context.Background(), r); fault.Code(err) != "image_address" {
		t.Error("a local address was spoken to:", err)
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := f.do(gone, r); err == nil || fault.Of(err).Kind == fault.Invalid {
		t.Error("a caller who is gone is the file's fault:", err)
	}
}
