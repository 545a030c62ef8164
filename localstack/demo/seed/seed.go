// Package seed loads a catalog into a deployed stage through the functions that production uses, and waits
// until shoppers can find it. Loading twice changes nothing.
package seed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/infra/operate"
	"rialto/localstack/demo/catalog"
	"rialto/localstack/demo/shop"
)

// Options say what is loaded: the catalog in a file, or the bundled one if there is none. Missing loads only what
// shoppers cannot find yet, and so returns at once when the catalog is there.
type Options struct {
	Catalog string
	Missing bool
	API     string // base URL of the shopper API that is asked what shoppers find; nobody is asked without one
	Out     io.Writer
}

const (
	perCall  = 50
	atOnce   = 4
	tries    = 4               // of a row that may pass later
	patience = 3 * time.Minute // without any progress
)

// Run loads the catalog. It fails if any row is refused, after it has named the rows.
func Run(ctx context.Context, stage *operate.Client, o Options) error {
	c := catalog.Bundled()
	name := "the bundled catalog"
	if o.Catalog != "" {
		var err error
		if c, err = catalog.File(o.Catalog); err != nil {
			return err
		}
		name = o.Catalog
	}
	s := &seeder{stage: stage, visitor: &shop.Client{Base: o.API}, out: o.Out, started: time.Now()}
	if o.Missing {
		if n, err := s.count(ctx, c); err == nil && n == len(offered(c)) {
			fmt.Fprintf(o.Out, "%s is loaded: search finds its %d products\n", name, n)
			return nil
		}
	}
	fmt.Fprintf(o.Out, "loading %s\n", name)
	// Products and stock first. The buy box and the index follow in any order, but of an offer that finds both there they are made
	// once, and not again when the product, its vector and its stock come.
	if err := load(ctx, s, "products", "catalog-import", c.Products, func(rows []catalog.Product) any {
		return map[string]any{"products": rows, "categories": c.Categories}
	}); err != nil {
		return err
	}
	if err := load(ctx, s, "stock", "inventory-receive", c.Receipts,
		func(rows []catalog.Receipt) any { return map[string]any{"rows": rows} }); err != nil {
		return err
	}
	if err := load(ctx, s, "offers", "offers-import", c.Offers,
		func(rows []catalog.Offer) any { return map[string]any{"offers": rows} }); err != nil {
		return err
	}
	if o.API == "" {
		return nil
	}
	return s.searchable(ctx, c)
}

type seeder struct {
	stage   *operate.Client
	visitor *shop.Client
	out     io.Writer
	started time.Time
}

func (s *seeder) line(what, format string, args ...any) {
	fmt.Fprintf(s.out, "%6.1fs  %-9s %s\n", time.Since(s.started).Seconds(), what, fmt.Sprintf(format, args...))
}

type report struct {
	Rows []struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Retry   bool   `json:"retry"`
	} `json:"rows"`
}

// load sends rows in calls of perCall, some at once. Rows that may pass later are sent again.
func load[T any](ctx context.Context, s *seeder, what, function string, rows []T, input func([]T) any) error {
	var mu sync.Mutex
	done, refused, next := 0, 0, len(rows)/4
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for start := 0; start < len(rows); start += perCall {
		part := rows[start:min(start+perCall, len(rows))]
		g.Go(func() error {
			bad, err := send(gctx, s.stage, function, part, input)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			for _, line := range bad {
				s.line(what, "%s", line)
			}
			refused += len(bad)
			if done += len(part); done >= next && done < len(rows) {
				s.line(what, "%d of %d", done, len(rows))
				next += len(rows) / 4
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if refused > 0 {
		return fmt.Errorf("%d of %d rows of %s were refused", refused, len(rows), what)
	}
	s.line(what, "%d loaded", len(rows))
	return nil
}

// send loads one call's rows and says of each refused row why.
func send[T any](ctx context.Context, stage *operate.Client, function string, rows []T, input func([]T) any) (bad []string, err error) {
	for try := 1; ; try++ {
		var r report
		if err := stage.Invoke(ctx, function, input(rows), &r); err != nil {
			return nil, err
		}
		if len(r.Rows) != len(rows) {
			return nil, fmt.Errorf("%s reports on %d of %d rows", function, len(r.Rows), len(rows))
		}
		var again []T
		for i, row := range r.Rows {
			switch {
			case row.Code != "" && row.Retry && try < tries:
				again = append(again, rows[i])
			case row.Code != "":
				bad = append(bad, fmt.Sprintf("refused: %s %s (%.120s)", row.Code, row.Message, fmt.Sprint(rows[i])))
			}
		}
		if rows = again; len(rows) == 0 {
			return bad, nil
		}
	}
}

// offered lists the products that a shopper in the US can buy.
func offered(c catalog.Catalog) map[string]bool {
	out := map[string]bool{}
	for _, o := range c.Offers {
		if o.Marketplace == "US" {
			out[o.ProductID] = true
		}
	}
	return out
}

// count asks search how many of the catalog's products it finds, category by category once it finds as many of whatever kind.
func (s *seeder) count(ctx context.Context, c catalog.Catalog) (int, error) {
	want, found := offered(c), 0
	var all struct {
		Total int `json:"total"`
	}
	if _, err := s.visitor.Call(ctx, http.MethodGet, "/api/v1/products/search?size=1", nil, &all); err != nil || all.Total < len(want) {
		return all.Total, err
	}
	leaves := map[string]bool{}
	for _, p := range c.Products {
		leaves[p.CategoryID] = true
	}
	for leaf := range leaves {
		var r struct {
			Hits []struct {
				ProductID string `json:"product_id"`
			} `json:"hits"`
		}
		if _, err := s.visitor.Call(ctx, http.MethodGet, "/api/v1/products/search?size=100&category="+leaf, nil, &r); err != nil {
			return 0, err
		}
		for _, h := range r.Hits {
			if want[h.ProductID] {
				found++
			}
		}
	}
	return found, nil
}

// searchable waits until search finds every product of the catalog that is offered in the US, as long as it finds more and more.
func (s *seeder) searchable(ctx context.Context, c catalog.Catalog) error {
	want, shown, most := len(offered(c)), -1, -1
	for deadline := time.Now().Add(patience); ; {
		n, err := s.count(ctx, c)
		if err == nil && n == want {
			s.line("search", "finds all %d products", n)
			return nil
		}
		if n > most {
			most, deadline = n, time.Now().Add(patience)
		}
		if time.Now().After(deadline) {
			return errors.Join(fmt.Errorf("search finds %d of %d products, and no more for %s; make logs SERVICE=search-index says why", most, want,
				patience), err)
		}
		if n-shown >= want/5 {
			s.line("search", "finds %d of %d products", n, want)
			shown = n
		}
		if err := shop.Pause(ctx, 2*time.Second); err != nil {
			return err
		}
	}
}
