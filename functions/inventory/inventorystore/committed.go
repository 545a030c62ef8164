package inventorystore

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/store"
	"rialto/functions/inventory"
)

// committedLanes is into how many items the tally of a sku in a centre is divided, by order: of a hot item many orders are counted at once,
// and two transactions that meet on one item do not queue.
const committedLanes = 16

// committedKey is where the units of a hold are counted while they are sold and have not left.
func committedKey(h inventory.Hold) store.Key {
	return store.Key{PK: "!committed#" + h.SKU.String(), SK: fmt.Sprintf("%s#%02d", h.Centre, store.Bucket(h.OrderID, committedLanes))}
}

// counts is the write that adds a hold's units to the tally, or takes them out.
func counts(h inventory.Hold, units int64) store.Write {
	return store.Update(inventoryTable, committedKey(h)).Add("committed", units).Named("committed")
}

// asFound holds for a hold as it was read.
func asFound(h inventory.Hold) []store.Cond {
	conds := []store.Cond{store.Eq("state", h.State), store.Eq("quantity", h.Quantity)}
	if h.State == inventory.Committed && !h.Counted {
		conds = append(conds, store.Lacks("counted"))
	}
	return conds
}

// CountCommitted counts the units of an order's holds as sold: each hold that is COMMITTED, in one transaction with the mark on it, so
// a repetition finds it counted, and who comes after it has left finds nothing to count. Errors: transient ones.
func (s Store) CountCommitted(ctx context.Context, orderID string) error {
	var errs []error
	for i, err := range store.Items(ctx, s.DB, store.Query{Table: holds, Hash: orderID}) {
		if err != nil {
			return fmt.Errorf("list holds: %w", err)
		}
		h, err := readHold(i)
		if err == nil && h.State == inventory.Committed && !h.Counted {
			mark := store.Update(holds, holdKey(h)).Set("counted", true).If(asFound(h)...).Named(holdName(h))
			err = asFault("count committed", s.DB.Transact(ctx, mark, counts(h, h.Quantity)))
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// split tells of stock how much of what is out is known to be sold.
func (s Store) split(ctx context.Context, list []inventory.Stock) error {
	skus := map[inventory.SKU][]*inventory.Stock{}
	for i := range list {
		if list[i].Out > 0 {
			skus[list[i].SKU] = append(skus[list[i].SKU], &list[i])
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(maxReads)
	for sku, centres := range skus {
		g.Go(func() error {
			committed, err := s.committed(ctx, sku)
			for _, x := range centres { // what left since the stock was read was sold
				x.Committed = min(committed[x.Centre], x.Out)
			}
			return err
		})
	}
	return g.Wait()
}

// committed returns how many units of a sku are counted as sold, by centre.
func (s Store) committed(ctx context.Context, sku inventory.SKU) (map[string]int64, error) {
	out := map[string]int64{}
	for i, err := range store.Items(ctx, s.DB, store.Query{Table: inventoryTable, Hash: committedKey(inventory.Hold{SKU: sku}).PK}) {
		if err != nil {
			return nil, fmt.Errorf("list committed: %w", err)
		}
		var lane struct {
			SK        string `dynamodbav:"sk"`
			Committed int64  `dynamodbav:"committed"`
		}
		if err := store.Unmarshal(i, &lane); err != nil {
			return nil, fmt.Errorf("read committed: %w", err)
		}
		centre, _, _ := strings.Cut(lane.SK, "#")
		out[centre] += lane.Committed
	}
	return out, nil
}
