package dashboard

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"rialto/functions/contract"
	"rialto/localstack/checks/audit"
	"rialto/localstack/pages"
)

// Addr is where the page is.
const Addr = "127.0.0.1:12115"

//go:embed page.html
var page []byte

// Figures are what the page shows.
type Figures struct {
	At         time.Time
	Placed     int     // orders
	PlacedNow  int     // in the last minute, as all that ends in Now
	Failed     int     // checkouts
	Conversion float64 // percent of the checkouts that ended in either
	Counted    []Counted
	Functions  []Calls
	Queues     []Queue
	Stock      audit.Books
	Problems   []string // what could not be read
}

// Counted is a metric of functions', by what its own dimension says.
type Counted struct {
	Metric, Of string
	Total, Now int
}

// Calls is how a function did: calls and lines of errors in all, milliseconds of the last 500 calls.
type Calls struct {
	Function      string
	Calls, Errors int
	P50, P99      float64
}

// Queue is what waits in a queue, and what is worked on.
type Queue struct {
	Name             string
	Waiting, Working int
}

// Queues are those of the business: search's, and feeds'.
var Queues = []string{"search-index", "feeds-split", "catalog-feed", "offers-feed", "inventory-feed"}

// Source is where figures come from.
type Source struct {
	Logs  *Logs
	Queue func(ctx context.Context, name string) (Queue, error)
	Stock func(ctx context.Context) (audit.Books, error)

	mu sync.Mutex
}

// figures reads everything once. What cannot be read is named and leaves its figures empty.
func (s *Source) figures(ctx context.Context, now time.Time) Figures {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := Figures{At: now, Counted: []Counted{}, Functions: []Calls{}, Queues: []Queue{}, Problems: []string{}}
	note := func(err error) {
		if err != nil {
			f.Problems = append(f.Problems, err.Error())
		}
	}
	note(s.Logs.read())
	for k, c := range s.Logs.counts {
		n := Counted{k.metric, k.of, c.total, c.minute(now)}
		f.Counted = append(f.Counted, n)
		switch {
		case k.metric == contract.PublishedMetric.Name && k.of == "OrderPlaced":
			f.Placed, f.PlacedNow = n.Total, n.Now
		case k.metric == contract.CheckoutsFailedMetric.Name:
			f.Failed += n.Total
		}
	}
	slices.SortFunc(f.Counted, func(a, b Counted) int {
		return cmp.Or(strings.Compare(a.Metric, b.Metric), strings.Compare(a.Of, b.Of))
	})
	if ended := f.Placed + f.Failed; ended > 0 {
		f.Conversion = 100 * float64(f.Placed) / float64(ended)
	}
	for name, c := range s.Logs.calls {
		f.Functions = append(f.Functions, Calls{name, c.total, c.errors, c.percentile(50), c.percentile(99)})
	}
	slices.SortFunc(f.Functions, func(a, b Calls) int { return strings.Compare(a.Function, b.Function) })
	for _, name := range Queues {
		q, err := s.Queue(ctx, name)
		note(err)
		f.Queues = append(f.Queues, q)
	}
	var err error
	f.Stock, err = s.Stock(ctx)
	note(err)
	return f
}

// Handler serves the page, which loads nothing from elsewhere, and its figures.
func Handler(s *Source) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'")
		_, _ = w.Write(page) // a reader who left needs no answer
	})
	mux.HandleFunc("GET /figures.json", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		_ = json.NewEncoder(w).Encode(s.figures(r.Context(), time.Now()))
	})
	return mux
}

// Serve serves the page until ctx ends.
func Serve(ctx context.Context, s *Source, out io.Writer) error {
	return pages.Serve(ctx, Addr, Handler(s), out, "the figures of the local cloud", "")
}
