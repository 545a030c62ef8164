package fulfillmentstore

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/store"
	"rialto/functions/orders"
)

// The table seller_orders. Keys:
//
//	<seller_id>#<day>#<bucket>, <placed_at>#<order_id>   a seller's part of an order
//	<seller_id>#counts#<bucket>, <day>                   what became of the orders of a day
//	!due#<day>#<bucket>, <order_id>#<shipment_id>        what a sweep looks at that day: what its seller has not confirmed, what is held
//	                                                     back, and under a return's id what nobody has received
//	!sweep#overdue, overdue                              the day that the next sweep begins with
//	!opened#<order_id>, <time>#<seller_id>               a seller was shown where the order goes
//	!appeals#<bucket>, <time>#<return_id>                a return whose appeal is not decided
//
// An order goes to the bucket that its id says, so that what a large seller sells spreads over partitions, and over
// counters that transactions do not meet on.
const (
	sellerOrders = "seller_orders"
	buckets      = 8
)

func bucketOf(orderID string) string {
	return strconv.Itoa(store.Bucket(orderID, buckets))
}

func dayKey(seller, day, bucket string) string { return seller + "#" + day + "#" + bucket }

func sellerOrderKey(seller, orderID string, placedAt time.Time) store.Key {
	at := placedAt.UTC()
	return store.Key{PK: dayKey(seller, at.Format(time.DateOnly), bucketOf(orderID)), SK: at.Format(store.Sortable) + "#" + orderID}
}

// count is the write that adds to the counts of the day on which an order was placed; ok is false for nothing to add.
func count(seller, orderID string, placedAt time.Time, c fulfillment.Counts) (w store.Write, ok bool) {
	if c == (fulfillment.Counts{}) {
		return w, false
	}
	w = store.Update(sellerOrders, store.Key{PK: dayKey(seller, "counts", bucketOf(orderID)), SK: placedAt.UTC().Format(time.DateOnly)}).Named("counts")
	for _, n := range []struct {
		attr string
		add  int64
	}{{"orders", c.Orders}, {"units", c.Units}, {"to_ship", c.ToShip}, {"confirmed", c.Confirmed}, {"late", c.Late}, {"held_back", c.HeldBack},
		{"cancelled", c.Cancelled}} {
		if n.add != 0 {
			w = w.Add(n.attr, n.add)
		}
	}
	return w, true
}

// Record keeps a seller's part of an order and counts it, unless it is kept.
func (s Store) Record(ctx context.Context, o fulfillment.SellerOrder) error {
	w := store.Put(sellerOrders, sellerOrderKey(o.SellerID, o.OrderID, o.PlacedAt), o).If(store.Absent()).Named("seller's order")
	counts, _ := count(o.SellerID, o.OrderID, o.PlacedAt, o.Counts())
	err := s.DB.Transact(ctx, w, counts)
	if r, refused := store.AsRefused(err); refused {
		if _, failed := r.Failed("seller's order"); failed {
			return nil
		}
	}
	if err != nil {
		return fmt.Errorf("record seller's order: %w", err)
	}
	return nil
}

// Order returns a seller's part of an order that was placed then, or orders.ErrNotFound.
func (s Store) Order(ctx context.Context, seller, orderID string, placedAt time.Time) (fulfillment.SellerOrder, error) {
	i, err := s.DB.Get(ctx, sellerOrders, sellerOrderKey(seller, orderID, placedAt))
	if err != nil {
		return fulfillment.SellerOrder{}, fmt.Errorf("get seller's order: %w", err)
	}
	if i == nil {
		return fulfillment.SellerOrder{}, orders.ErrNotFound
	}
	return sellerOrderOf(i)
}

func sellerOrderOf(i store.Item) (fulfillment.SellerOrder, error) {
	o, err := read[fulfillment.SellerOrder](i)
	o.PlacedAt = o.PlacedAt.UTC()
	return o, err
}

// Day lists a seller's orders of a day, the latest first, merged from all buckets.
func (s Store) Day(ctx context.Context, seller, day, after string, limit int) ([]fulfillment.SellerOrder, string, error) {
	parts := make([][]fulfillment.SellerOrder, buckets)
	more := make([]bool, buckets)
	g, each := errgroup.WithContext(ctx)
	for b := range buckets {
		g.Go(func() error {
			// To is inclusive, so one more is read, and the place itself left out.
			page, err := s.DB.Query(each, store.Query{Table: sellerOrders, Hash: dayKey(seller, day, strconv.Itoa(b)), To: after, Reverse: true,
				Limit: limit + 1})
			if err != nil {
				return fmt.Errorf("list seller's orders: %w", err)
			}
			more[b] = page.Next != nil
			for _, i := range page.Items {
				o, err := sellerOrderOf(i)
				if err != nil {
					return err
				}
				if placeOf(o) != after {
					parts[b] = append(parts[b], o)
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, "", err
	}
	all := slices.Concat(parts...)
	slices.SortFunc(all, func(a, b fulfillment.SellerOrder) int { return strings.Compare(placeOf(b), placeOf(a)) })
	if len(all) > limit {
		all = all[:limit]
	} else if !slices.Contains(more, true) {
		return all, "", nil
	}
	return all, placeOf(all[len(all)-1]), nil
}

func placeOf(o fulfillment.SellerOrder) string { return sellerOrderKey("", o.OrderID, o.PlacedAt).SK }

// Counts sums a seller's counts of orders placed on the days from one to another.
func (s Store) Counts(ctx context.Context, seller, from, to string) (fulfillment.Counts, error) {
	parts := make([]fulfillment.Counts, buckets)
	g, ctx := errgroup.WithContext(ctx)
	for b := range buckets {
		g.Go(func() error {
			q := store.Query{Table: sellerOrders, Hash: dayKey(seller, "counts", strconv.Itoa(b)), From: from, To: to}
			for i, err := range store.Items(ctx, s.DB, q) {
				var c struct {
					Orders    int64 `dynamodbav:"orders"`
					Units     int64 `dynamodbav:"units"`
					ToShip    int64 `dynamodbav:"to_ship"`
					Confirmed int64 `dynamodbav:"confirmed"`
					Late      int64 `dynamodbav:"late"`
					HeldBack  int64 `dynamodbav:"held_back"`
					Cancelled int64 `dynamodbav:"cancelled"`
				}
				if err == nil {
					err = store.Unmarshal(i, &c)
				}
				if err != nil {
					return fmt.Errorf("read counts: %w", err)
				}
				parts[b] = parts[b].Add(fulfillment.Counts(c))
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return fulfillment.Counts{}, err
	}
	var sum fulfillment.Counts
	for _, c := range parts {
		sum = sum.Add(c)
	}
	return sum, nil
}

// Opened writes down that a seller was shown where an order goes.
func (s Store) Opened(ctx context.Context, o fulfillment.Opening) error {
	at := store.Key{PK: "!opened#" + o.OrderID, SK: o.At.UTC().Format(store.Sortable) + "#" + o.SellerID}
	_, err := s.DB.Apply(ctx, store.Put(sellerOrders, at, o).Named("opening"))
	return store.Explained("write down who saw an address", err, errBusy)
}

// Openings lists who was shown where an order goes, by time.
func (s Store) Openings(ctx context.Context, orderID string) ([]fulfillment.Opening, error) {
	return all[fulfillment.Opening](ctx, s.DB, sellerOrders, "!opened#"+orderID)
}
