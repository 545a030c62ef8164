package carts

import (
	"slices"
	"strings"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
)

// State is whether a cart can change.
type State string

const (
	Open   State = "OPEN"   // it can change
	Merged State = "MERGED" // a guest's, after sign-in
)

const (
	// MaxLines lets an order's holds fit one transaction of 100 writes, two for each centre that a line ships from
	// (inventory.MaxActions): a full cart has room for two lines that ship from two.
	MaxLines = 48
	// MaxQuantity is the most units of a line.
	MaxQuantity = 999
	// rememberedKeys is how many changes a cart can be asked to repeat.
	rememberedKeys = 20
)

// Errors of carts.
var (
	ErrNotFound     = fault.New(fault.NotFound, "cart_not_found", "there is no such cart")
	ErrLineNotFound = fault.New(fault.NotFound, "cart_line_not_found", "the cart has no such line")
	ErrTooManyLines = fault.New(fault.Invalid, "too_many_lines", "a cart holds %d lines at most", MaxLines)
	ErrTooMany      = fault.New(fault.Invalid, "quantity_too_large", "a line holds %d units at most", MaxQuantity).
			With(fault.Field{Pointer: "/quantity", Code: "quantity_too_large", Message: "is more than a line can hold"})
	ErrStale   = fault.New(fault.Stale, "cart_version_stale", "the cart changed since it was read")
	ErrGuarded = fault.New(fault.Invalid, "guard_required", "a change of the cart needs an Idempotency-Key or If-Match").
			With(fault.Field{Pointer: "header.Idempotency-Key", Code: "required", Message: "this or If-Match is required"})
	ErrKeyReused  = fault.KeyReused
	ErrMerged     = fault.New(fault.Conflict, "cart_merged", "the cart was merged into another")
	ErrGuestToken = fault.New(fault.Invalid, "invalid_guest_token", "this is no guest's token, or no longer").
			With(fault.Field{Pointer: "/guest_token", Code: "invalid_guest_token", Message: "must be the token of a guest that has not expired"})
	ErrChanged  = fault.New(fault.Conflict, "cart_changed", "the cart changed since the checkout began")
	ErrNoCoupon = fault.New(fault.NotFound, "cart_coupon_not_found", "the cart has no such coupon")
	ErrEmpty    = fault.New(fault.Conflict, "cart_empty", "the cart is empty")
)

// Cart is a shopper's cart in one marketplace.
type Cart struct {
	ID          string   `json:"cart_id"`
	OwnerID     string   `json:"owner_id"`
	Guest       bool     `json:"guest"`
	Marketplace string   `json:"marketplace"`
	State       State    `json:"state"`
	Lines       []Line   `json:"lines"`
	Coupon      string   `json:"coupon,omitempty"` // a code; whether it is any good is asked whenever the cart is priced
	Keys        []string `json:"keys"`             // of the last changes, oldest first, each with what it asked for (attempt)
	MergedInto  string   `json:"merged_into"`
	// ExchangeOf is the return that the cart's lines are in exchange for, nil for a shopper's own cart (apart.go).
	ExchangeOf *ExchangeOf `json:"exchange_of,omitempty"`
	Version    int64       `json:"version"` // 0: not stored yet
	UpdatedAt  time.Time   `json:"updated_at"`
}

// Line is an offer and how many units of it, with what the cart last showed of it.
type Line struct {
	ProductID  string       `json:"product_id"`
	SellerID   string       `json:"seller_id"`
	Quantity   int64        `json:"quantity"`
	Title      string       `json:"title"`
	SellerName string       `json:"seller_name"`
	Condition  string       `json:"condition,omitempty"` // the offer's
	UnitPrice  money.Amount `json:"unit_price"`
	Shipping   money.Amount `json:"shipping"` // of one unit
	AddedAt    time.Time    `json:"added_at"`
}

// Bare is the cart without what a quote does not need of it: texts, which it takes from the offers, and the keys of changes.
func (c Cart) Bare() Cart {
	c.Keys, c.Lines = nil, slices.Clone(c.Lines)
	for i := range c.Lines {
		c.Lines[i].Title, c.Lines[i].SellerName = "", ""
	}
	return c
}

// ID names a line inside its cart.
func (l Line) ID() string { return LineID(l.ProductID, l.SellerID) }

// LineID names the line of an offer.
func LineID(productID, sellerID string) string { return productID + "#" + sellerID }

// IDOf is the id of a shopper's cart in a marketplace.
func IDOf(ownerID, marketplace string) string { return ids.Derive(ids.Cart, ownerID, marketplace) }

// New returns an empty cart that is not stored.
func New(ownerID string, guest bool, marketplace string) Cart {
	return Cart{ID: IDOf(ownerID, marketplace), OwnerID: ownerID, Guest: guest, Marketplace: marketplace, State: Open}
}

// Add puts units of an offer into the cart, on top of those there. Errors: ErrTooMany, ErrTooManyLines, ErrMerged.
func (c *Cart) Add(l Line) error {
	i := c.find(l.ID())
	switch {
	case c.State != Open:
		return ErrMerged
	case i < 0 && len(c.Lines) >= MaxLines:
		return ErrTooManyLines
	case i < 0:
		c.Lines = append(c.Lines, l)
		i = len(c.Lines) - 1
	default:
		l.Quantity += c.Lines[i].Quantity
		l.AddedAt = c.Lines[i].AddedAt
		c.Lines[i] = l
	}
	if c.Lines[i].Quantity > MaxQuantity {
		return ErrTooMany
	}
	return nil
}

// Set gives a line another quantity; 0 takes it out. Errors: ErrLineNotFound, ErrTooMany, ErrMerged.
func (c *Cart) Set(lineID string, quantity int64) error {
	i := c.find(lineID)
	switch {
	case c.State != Open:
		return ErrMerged
	case i < 0:
		return ErrLineNotFound
	case quantity > MaxQuantity:
		return ErrTooMany
	case quantity <= 0:
		c.Lines = slices.Delete(c.Lines, i, i+1)
	default:
		c.Lines[i].Quantity = quantity
	}
	return nil
}

// Redeem gives the cart a coupon, in place of the one it may have; "" takes it out. Errors: ErrMerged.
func (c *Cart) Redeem(code string) error {
	if c.State != Open {
		return ErrMerged
	}
	c.Coupon = code
	return nil
}

// Absorb takes over the lines of a guest's cart: units add up, up to MaxQuantity, and what does not fit into
// MaxLines is left; and its coupon, unless there is one. It returns how many lines were left.
func (c *Cart) Absorb(guest Cart) (left int) {
	if c.Coupon == "" {
		c.Coupon = guest.Coupon
	}
	for _, l := range guest.Lines {
		if i := c.find(l.ID()); i >= 0 {
			c.Lines[i].Quantity = min(c.Lines[i].Quantity+l.Quantity, MaxQuantity)
		} else if len(c.Lines) < MaxLines {
			c.Lines = append(c.Lines, l)
		} else {
			left++
		}
	}
	return left
}

// attempt is a key and what was asked for with it: 12 characters of a hash, as a cart pays for each byte it remembers.
func attempt(key string, asked ...string) string {
	return key + ":" + ids.Derive("", asked...)[:12]
}

// Made tells whether a change with that key was made already. Errors: ErrKeyReused if it asked for something else.
func (c *Cart) Made(key string, asked ...string) (bool, error) {
	i := slices.IndexFunc(c.Keys, func(k string) bool { return strings.HasPrefix(k, key+":") })
	if key == "" || i < 0 {
		return false, nil
	}
	if c.Keys[i] != attempt(key, asked...) {
		return false, ErrKeyReused
	}
	return true, nil
}

// remember notes the key of a change and what it asked for.
func (c *Cart) remember(key string, asked ...string) {
	if key == "" {
		return
	}
	c.Keys = append(c.Keys, attempt(key, asked...))
	if n := len(c.Keys) - rememberedKeys; n > 0 {
		c.Keys = slices.Delete(c.Keys, 0, n)
	}
}

func (c *Cart) find(lineID string) int {
	return slices.IndexFunc(c.Lines, func(l Line) bool { return l.ID() == lineID })
}
