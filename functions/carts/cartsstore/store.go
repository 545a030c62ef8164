// Package cartsstore keeps carts in the table carts: one item a cart, PK cart_id.
package cartsstore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"rialto/functions/carts"
	"rialto/functions/internal/money"
	"rialto/functions/internal/store"
)

const table = "carts"

// keep is how long an untouched cart stays; housekeeping only.
const keep = 90 * 24 * time.Hour

// Store reads and writes carts.
type Store struct{ DB store.DB }

type record struct {
	OwnerID     string          `dynamodbav:"owner_id"`
	Guest       bool            `dynamodbav:"guest"`
	Marketplace string          `dynamodbav:"marketplace"`
	State       string          `dynamodbav:"state"`
	Lines       map[string]line `dynamodbav:"lines"` // by line id
	Coupon      string          `dynamodbav:"coupon,omitempty"`
	Keys        []string        `dynamodbav:"keys"`
	MergedInto  string          `dynamodbav:"merged_into,omitempty"`
	ExchangeOf  *exchangeOf     `dynamodbav:"exchange_of,omitempty"`
	Version     int64           `dynamodbav:"version"`
	UpdatedAt   int64           `dynamodbav:"updated_at"`
	TTL         int64           `dynamodbav:"ttl"`
}

// exchangeOf names a return of an order.
type exchangeOf struct {
	OrderID  string `dynamodbav:"order_id"`
	ReturnID string `dynamodbav:"return_id"`
}

type line struct {
	ProductID  string       `dynamodbav:"product_id"`
	SellerID   string       `dynamodbav:"seller_id"`
	Quantity   int64        `dynamodbav:"quantity"`
	Title      string       `dynamodbav:"title"`
	SellerName string       `dynamodbav:"seller_name"`
	Condition  string       `dynamodbav:"condition,omitempty"`
	UnitPrice  money.Amount `dynamodbav:"unit_price"`
	Shipping   money.Amount `dynamodbav:"shipping"`
	AddedAt    int64        `dynamodbav:"added_at"`
	Place      int          `dynamodbav:"place"`
}

func key(cartID string) store.Key { return store.Key{PK: cartID} }

// Get returns a cart, and whether it is stored.
func (s Store) Get(ctx context.Context, cartID string) (carts.Cart, bool, error) {
	i, err := s.DB.Get(ctx, table, key(cartID))
	if err != nil || i == nil {
		return carts.Cart{}, false, err
	}
	c, err := read(cartID, i)
	return c, err == nil, err
}

// Save writes a cart if its stored version is still c.Version, and returns it with the next. Errors:
// carts.ErrStale.
func (s Store) Save(ctx context.Context, c carts.Cart) (carts.Cart, error) {
	w, next := save(c)
	_, err := s.DB.Apply(ctx, w)
	if _, refused := store.FailedCondition(err); refused {
		return carts.Cart{}, carts.ErrStale.Because(err)
	}
	return next, err
}

// Merge saves one cart and closes the other, both or neither. Errors: carts.ErrStale.
func (s Store) Merge(ctx context.Context, into, guest carts.Cart) (carts.Cart, error) {
	a, next := save(into)
	b, _ := save(guest)
	err := s.DB.Transact(ctx, a, b)
	if r, refused := store.AsRefused(err); refused && !r.Transient() {
		return carts.Cart{}, carts.ErrStale.Because(err)
	}
	return next, err
}

// Delete drops a cart, if there is one. The copy for display goes within a day.
func (s Store) Delete(ctx context.Context, cartID string) error {
	if _, err := s.DB.Apply(ctx, store.Delete(table, key(cartID))); err != nil {
		return fmt.Errorf("delete cart: %w", err)
	}
	return nil
}

func save(c carts.Cart) (store.Write, carts.Cart) {
	cond := store.Eq("version", c.Version)
	if c.Version == 0 {
		cond = store.Absent()
	}
	c.Version++
	r := record{OwnerID: c.OwnerID, Guest: c.Guest, Marketplace: c.Marketplace, State: string(c.State), Lines: map[string]line{},
		Coupon: c.Coupon, Keys: c.Keys, MergedInto: c.MergedInto,
		ExchangeOf: (*exchangeOf)(c.ExchangeOf), Version: c.Version, UpdatedAt: c.UpdatedAt.UnixMilli(),
		TTL: c.UpdatedAt.Add(keep).Unix()}
	for n, l := range c.Lines {
		r.Lines[l.ID()] = line{l.ProductID, l.SellerID, l.Quantity, l.Title, l.SellerName, l.Condition, l.UnitPrice, l.Shipping, l.AddedAt.UnixMilli(), n}
	}
	return store.Put(table, key(c.ID), r).If(cond).Named("cart"), c
}

// Ordered is the pivot's write: the ordered lines and the coupon leave the cart, which must be open and at
// the version that was quoted. A quote covers every line of its version, so what is left is empty. It refuses as "cart".
func Ordered(cartID string, version int64) store.Write {
	return store.Update(table, key(cartID)).Set("lines", map[string]line{}).Remove("coupon").Add("version", 1).
		If(store.Eq("version", version), store.Eq("state", string(carts.Open))).Named("cart")
}

// OrderedRefusal says which fault a refused Ordered is, nil if the cart was not the reason.
func OrderedRefusal(r *store.Refused) error {
	if _, failed := r.Failed("cart"); failed {
		return carts.ErrChanged
	}
	return nil
}

func read(cartID string, i store.Item) (carts.Cart, error) {
	var r record
	if err := store.Unmarshal(i, &r); err != nil {
		return carts.Cart{}, fmt.Errorf("read cart: %w", err)
	}
	c := carts.Cart{ID: cartID, OwnerID: r.OwnerID, Guest: r.Guest, Marketplace: r.Marketplace, State: carts.State(r.State),
		Coupon: r.Coupon, Keys: r.Keys, MergedInto: r.MergedInto,
		ExchangeOf: (*carts.ExchangeOf)(r.ExchangeOf), Version: r.Version, UpdatedAt: time.UnixMilli(r.UpdatedAt).UTC()}
	var ls []line
	for _, l := range r.Lines {
		ls = append(ls, l)
	}
	slices.SortFunc(ls, func(a, b line) int { return a.Place - b.Place })
	for _, l := range ls {
		c.Lines = append(c.Lines, carts.Line{ProductID: l.ProductID, SellerID: l.SellerID, Quantity: l.Quantity, Title: l.Title,
			SellerName: l.SellerName, Condition: l.Condition, UnitPrice: l.UnitPrice, Shipping: l.Shipping, AddedAt: time.UnixMilli(l.AddedAt).UTC()})
	}
	return c, nil
}
