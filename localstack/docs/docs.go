package docs

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httputil"
	"net/url"

	"rialto/functions/contract"
	"rialto/localstack/demo/shop"
	"rialto/localstack/pages"
)

// Addr is where the pages are.
const Addr = "127.0.0.1:12113"

//go:embed page.html page.js
var page embed.FS

// API is one document and where its API answers.
type API struct {
	Name     string // of its paths here: /<name>.json and /<name>/…
	Document func() (map[string]any, error)
	Base     string
}

// APIs are those of the local cloud.
var APIs = []API{
	{"shopper", contract.ShopperReference, shop.ShopperURL},
	{"seller", contract.SellerReference, shop.SellerURL},
	{"ops", contract.OpsReference, shop.OpsURL},
}

// Handler serves the page, the viewer's files, the documents, and the APIs that they are tried against.
func Handler(viewer fs.FS, apis []API) (http.Handler, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, page, "page.html") })
	mux.HandleFunc("GET /page.js", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, page, "page.js") })
	mux.Handle("GET /viewer/", http.StripPrefix("/viewer/", http.FileServerFS(viewer)))
	for _, a := range apis {
		text, err := a.served()
		if err != nil {
			return nil, err
		}
		mux.HandleFunc("GET /"+a.Name+".json", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(text) // a reader who left needs no answer
		})
		proxy, err := a.proxy()
		if err != nil {
			return nil, err
		}
		mux.Handle("/"+a.Name+"/", http.StripPrefix("/"+a.Name, proxy))
	}
	return private(mux), nil
}

// served is the document with this server as its only one.
func (a API) served() ([]byte, error) {
	document, err := a.Document()
	if err != nil {
		return nil, fmt.Errorf("make the document of the %s API: %w", a.Name, err)
	}
	document = maps.Clone(document)
	document["servers"] = []any{map[string]any{"url": "/" + a.Name, "description": "the local cloud"}}
	return json.MarshalIndent(document, "", "  ")
}

func (a API) proxy() (http.Handler, error) {
	base, err := url.Parse(a.Base)
	if err != nil {
		return nil, fmt.Errorf("the address of the %s API: %w", a.Name, err)
	}
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(base) },
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, fmt.Sprintf("the local cloud does not answer (%v): run make deploy", err), http.StatusBadGateway)
		},
	}, nil
}

// private keeps the page to what this server has.
func private(next http.Handler) http.Handler {
	const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		next.ServeHTTP(w, r)
	})
}

// Serve serves the pages until ctx ends.
func Serve(ctx context.Context, viewer fs.FS, out io.Writer) error {
	handler, err := Handler(viewer, APIs)
	if err != nil {
		return err
	}
	return pages.Serve(ctx, Addr, handler, out, "the APIs, to read and to try", "a token for \"Authorize\": make token; ")
}
