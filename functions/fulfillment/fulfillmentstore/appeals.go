package fulfillmentstore

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/store"
)

// openAppeal names a return whose appeal is not decided.
type openAppeal struct {
	OrderID  string `dynamodbav:"order_id"`
	ReturnID string `dynamodbav:"return_id"`
}

func appealsKey(bucket string) string { return "!appeals#" + bucket }

// appealPlace is where an appeal is on the list.
func appealPlace(r fulfillment.Return) string {
	return r.Appeal.At.UTC().Format(store.Sortable) + "#" + r.ID
}

// appealed is the write by which a change of a return puts it on the list of appeals, or takes it off; nil for neither.
func appealed(was, now fulfillment.Return) *store.Write {
	if (was.State == fulfillment.Appealed) == (now.State == fulfillment.Appealed) {
		return nil
	}
	at := store.Key{PK: appealsKey(bucketOf(now.OrderID)), SK: appealPlace(now)}
	w := store.Delete(sellerOrders, at)
	if now.State == fulfillment.Appealed {
		w = store.Put(sellerOrders, at, openAppeal{now.OrderID, now.ID})
	}
	w = w.Named("appeal")
	return &w
}

// Appeals lists the returns whose appeals are not decided, the oldest appeal first, merged from all buckets.
func (s Store) Appeals(ctx context.Context, after string, limit int) (list []fulfillment.Return, next string, err error) {
	type place struct {
		at string
		openAppeal
	}
	parts := make([][]place, buckets)
	g, each := errgroup.WithContext(ctx)
	for b := range buckets {
		g.Go(func() error {
			// From is inclusive, so one more is read, and the place itself left out.
			page, err := s.DB.Query(each, store.Query{Table: sellerOrders, Hash: appealsKey(strconv.Itoa(b)), From: after, Limit: limit + 2})
			if err != nil {
				return fmt.Errorf("list appeals: %w", err)
			}
			for _, i := range page.Items {
				x, err := read[openAppeal](i)
				if err != nil {
					return err
				}
				if at := store.KeyOf(i).SK; at != after {
					parts[b] = append(parts[b], place{at, x})
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, "", err
	}
	all := slices.Concat(parts...)
	slices.SortFunc(all, func(a, b place) int { return strings.Compare(a.at, b.at) })
	if len(all) > limit {
		all = all[:limit]
		next = all[limit-1].at
	}
	for _, x := range all {
		r, err := s.Return(ctx, x.OrderID, x.ReturnID)
		if err != nil {
			return nil, "", err
		}
		if r.State == fulfillment.Appealed { // it may have been decided just now
			list = append(list, r)
		}
	}
	return list, next, nil
}
