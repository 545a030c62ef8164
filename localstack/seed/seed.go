// Package seed loads a catalog into the deployed local cloud through the functions that production uses, and waits
// until shoppers can find it. Loading twice changes nothing.
package seed

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/localstack/catalog"
	"rialto/localstack/operator"
	"rialto/localstack/shop"
)

// Options say what is loaded: the catalog in a file, or the bundled one if there is none.
type Options struct {
	Catalog string
	Out     io.Writer
}

const (
	perCall  = 50
	atOnce   = 4
	patience = 3 * time.Minute
)

// Run loads the catalog. It fails if any row is refused, after it has named the rows.
func Run(ctx context.Context, o Options) error {
	c := catalog.Bundled()
	name := "the bundled catalog"
	if o.Catalog != "" {
		var err error
		if c, err = catalog.File(o.Catalog); err != nil {
			return err
		}
		name = o.Catalog
	}
	s := &seeder{out: o.Out, started: time.Now()}
	fmt.Fprintf(o.Out, "loading %s\n", name)
	// Stock first: an offer is only in stock when there is some, and the buy box follows either anyway.
	if err := load(ctx, s, "stock", "inventory-receive", c.Receipts, func(rows []catalog.Receipt) any { return map[string]any{"rows": rows} }); err != nil {
		return err
	}
	if err := load(ctx, s, "offers", "offers-import", c.Offers, func(rows []catalog.Offer) any { return map[string]any{"offers": rows} }); err != nil {
		return err
	}
	if err := load(ctx, s, "products", "catalog-import", c.Products, func(rows []catalog.Product) any {
		return map[string]any{"products": rows, "categories": c.Categories}
	}); err != nil {
		return err
	}
	return s.searchable(ctx, c)
}

type seeder struct {
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
	} `json:"rows"`
}

// load sends rows in calls of perCall, some at once.
func load[T any](ctx context.Context, s *seeder, what, function string, rows []T, input func([]T) any) error {
	var mu sync.Mutex
	done, refused := 0, 0
	next := len(rows) / 4
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for start := 0; start < len(rows); start += perCall {
		part := rows[start:min(start+perCall, len(rows))]
		g.Go(func() error {
			var r report
			if err := operator.Invoke(gctx, function, input(part), &r); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			for i, row := range r.Rows {
				if row.Code != "" {
					refused++
					s.line(what, "row %d refused: %s %s", start+i+1, row.Code, row.Message)
				}
			}
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

// searchable waits until search finds every product of the catalog that is offered in the US.
func (s *seeder) searchable(ctx context.Context, c catalog.Catalog) error {
	offered := map[string]bool{}
	for _, o := range c.Offers {
		if o.Marketplace == "US" {
			offered[o.ProductID] = true
		}
	}
	visitor := &shop.Client{Base: shop.ShopperURL}
	shown := int64(-1)
	for deadline := time.Now().Add(patience); ; {
		var r struct {
			Total int64 `json:"total"`
		}
		if _, err := visitor.Call(ctx, http.MethodGet, "/api/v1/products/search?size=1", nil, &r); err != nil {
			return err
		}
		if r.Total >= int64(len(offered)) {
			s.line("search", "finds %d products", r.Total)
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("search finds %d of %d products after %s; make logs SERVICE=rialto-local-search-index says why", r.Total, len(offered), patience)
		}
		if r.Total-shown >= int64(len(offered))/5 {
			s.line("search", "finds %d of %d products", r.Total, len(offered))
			shown = r.Total
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
