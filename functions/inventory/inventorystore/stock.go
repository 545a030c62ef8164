package inventorystore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
)

// maxReads bounds how many skus are read together.
const maxReads = 16

// leastHint is how many units a hint must tell of to be believed: more than one line of a cart may want.
const leastHint = 1000

// Stock reads the skus' units in all centres, each sku consistently. A sku that nobody ever received has none.
// The answer is in the order of the skus, then of the centres.
//
// Of stock that is divided, Available is the layout's hint, a second old or two, and the ledger is left out (Count has
// it); a hint of few units is not believed, they are counted, at most a second ago. What was read of a sku with such
// stock serves for a second: its partition would not bear a read for each quote.
func (s Store) Stock(ctx context.Context, skus ...inventory.SKU) ([]inventory.Stock, error) {
	found := make([][]inventory.Stock, len(skus))
	env := s.env()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(maxReads)
	for i, sku := range skus {
		g.Go(func() (err error) { found[i], err = env.stock(ctx, sku); return err })
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(found...), nil
}

// cachedStock is what was read of a sku with divided stock.
type cachedStock struct {
	stock []inventory.Stock
	at    time.Time
}

// maxCached bounds how many skus' readings are kept.
const maxCached = 4096

func (e *Environment) stock(ctx context.Context, sku inventory.SKU) ([]inventory.Stock, error) {
	at := e.Now()
	e.mu.Lock()
	recent, ok := e.recent[sku]
	e.mu.Unlock()
	if ok && at.Sub(recent.at) < e.MaxAge {
		return slices.Clone(recent.stock), nil
	}
	stock, divided, err := e.query(ctx, sku)
	if err == nil && divided {
		e.mu.Lock()
		if e.recent == nil || len(e.recent) >= maxCached {
			e.recent = map[inventory.SKU]cachedStock{}
		}
		e.recent[sku] = cachedStock{slices.Clone(stock), at}
		e.mu.Unlock()
	}
	return stock, err
}

func (e *Environment) query(ctx context.Context, sku inventory.SKU) (out []inventory.Stock, divided bool, err error) {
	q := store.Query{Table: inventoryTable, Hash: sku.String()}
	layouts := map[string]shards.Layout{} // they sort before the stock
	for i, err := range store.Items(ctx, e.DB, q) {
		if err != nil {
			return nil, false, fmt.Errorf("stock: %w", err)
		}
		sk := sortKey(i)
		if centre, ok := strings.CutPrefix(sk, shards.LayoutPrefix); ok {
			if layouts[centre], err = shards.ReadLayout(i); err != nil {
				return nil, false, err
			}
			continue
		}
		x, err := readStock(i)
		if err != nil {
			return nil, false, err
		}
		if l, ok := layouts[sk]; ok {
			divided = true
			if x, err = e.hinted(ctx, x, l); err != nil {
				return nil, false, err
			}
		}
		out = append(out, x)
	}
	return out, divided, nil
}

func (e *Environment) hinted(ctx context.Context, x inventory.Stock, l shards.Layout) (inventory.Stock, error) {
	x = inventory.Stock{SKU: x.SKU, Centre: x.Centre, Available: l.Free, Version: x.Version, Divided: true}
	if l.Free >= leastHint {
		return x, nil
	}
	v, err := e.ReadCached(ctx, counter(x.SKU, x.Centre))
	if _, busy := store.AsRefused(err); busy && l.Free > 0 {
		return x, nil // it sells too fast to be counted, so there is some
	}
	if err == nil {
		x.Available = v.Free()
	}
	return x, asFault("stock", err)
}

func sortKey(i store.Item) string {
	var key struct {
		SK string `dynamodbav:"sk"`
	}
	_ = store.Unmarshal(i, &key) // a key is a string
	return key.SK
}
