package carts

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
	"rialto/functions/marketplaces"
	"rialto/functions/offers"
	"rialto/functions/promotions"
)

// Store is the carts' table.
type Store interface {
	Get(ctx context.Context, cartID string) (Cart, bool, error)
	// Save writes a cart whose stored version is still c.Version, and returns it with the next one. Errors:
	// ErrStale.
	Save(ctx context.Context, c Cart) (Cart, error)
	// Merge saves the owner's cart and closes the guest's, both or neither. Errors: ErrStale.
	Merge(ctx context.Context, into, guest Cart) (Cart, error)
}

// Cache is the copy for display. It may fail, forget and lag; it never goes back to an older version.
type Cache interface {
	Get(ctx context.Context, cartID string) (Cart, bool, error)
	Put(ctx context.Context, c Cart) error
}

// NoCache is a cache that has nothing, where there is none.
type NoCache struct{}

// Get implements Cache.
func (NoCache) Get(context.Context, string) (Cart, bool, error) { return Cart{}, false, nil }

// Put implements Cache.
func (NoCache) Put(context.Context, Cart) error { return nil }

// Guests tells whose token a guest's token is. Errors: ErrGuestToken.
type Guests interface {
	Guest(ctx context.Context, token string) (customerID string, err error)
}

// Variants lists a parent's variants, after a place.
type Variants interface {
	Variants(ctx context.Context, parent, after string, limit int) (list []catalog.Variant, next string, err error)
}

// Service is what a shopper does with a cart.
type Service struct {
	Store  Store
	Cache  Cache
	Guests Guests
	// Variants are what is offered of a product that comes in some.
	Variants Variants
	Sources
	Now func() time.Time
}

// Owner is whose cart it is.
type Owner struct {
	ID    string
	Guest bool
}

// Guard protects a change: the version it is meant for, or a key that names it.
type Guard struct {
	Version    int64
	HasVersion bool
	Key        string

	asked []string
}

// asking is the guard of a change that asks for this.
func (g Guard) asking(what ...string) Guard {
	g.asked = what
	return g
}

// tries bounds how often a change with a key is made again on a cart that changed meanwhile.
const tries = 5

// Show returns the cart with today's prices. The copy in Redis will do.
func (s *Service) Show(ctx context.Context, o Owner, m marketplaces.Marketplace) (View, error) {
	c, ok, err := s.Cache.Get(ctx, IDOf(o.ID, m.Code))
	if err != nil {
		slog.WarnContext(ctx, "cart cache is away", "error", err)
	}
	if !ok {
		if c, err = s.load(ctx, o, m); err != nil {
			return View{}, err
		}
		s.refreshCopy(ctx, c)
	}
	return s.priced(ctx, c, m)
}

// priced shows a cart at today's prices. A price that is another than the one shown last is kept with the cart: what a
// checkout may charge unasked is what its shopper was shown.
func (s *Service) priced(ctx context.Context, c Cart, m marketplaces.Marketplace) (View, error) {
	for try := 1; ; try++ {
		cur, err := s.read(ctx, c)
		if err != nil {
			return View{}, err
		}
		v, err := s.view(c, m, cur)
		if err != nil {
			return View{}, err
		}
		now, changed := c.shown(cur.offers)
		if !changed || c.State != Open {
			return v, nil
		}
		now.UpdatedAt = s.Now().UTC()
		saved, err := s.Store.Save(ctx, now)
		if errors.Is(err, ErrStale) && try < tries { // what was read is old: a copy, or changed meanwhile
			var ok bool
			if c, ok, err = s.Store.Get(ctx, c.ID); err != nil {
				return View{}, err
			} else if !ok {
				c = New(v.Cart.OwnerID, v.Cart.Guest, m.Code)
			}
			continue
		}
		if err != nil {
			return View{}, err
		}
		s.refreshCopy(ctx, saved)
		v.Cart.Version = saved.Version
		return v, nil
	}
}

// view shows a cart. A coupon that takes nothing off is refused in what is shown.
func (s *Service) view(c Cart, m marketplaces.Marketplace, cur current) (View, error) {
	v, err := Price(c, m.Currency, cur.offers)
	if err != nil || c.Coupon == "" {
		return v, err
	}
	err = v.redeem(cur.coupon, s.Now())
	if errors.Is(err, promotions.ErrInvalid) || errors.Is(err, promotions.ErrNotApplicable) {
		v.Refused, err = err, nil
	}
	return v, err
}

// Add puts an offer into the cart. Errors: offer_not_found, product_has_variants, quantity_limited, those of Cart.Add, ErrStale, ErrGuarded,
// ErrKeyReused.
func (s *Service) Add(ctx context.Context, o Owner, m marketplaces.Marketplace, g Guard, productID, sellerID string, quantity int64) (View, error) {
	line := Line{ProductID: productID, SellerID: sellerID, Quantity: quantity, AddedAt: s.Now().UTC()}
	cur, err := s.read(ctx, Cart{Marketplace: m.Code, Lines: []Line{line}})
	if err != nil {
		return View{}, err
	}
	f := cur.offers[line.ID()]
	if f.Product.Parent {
		return View{}, s.chooseVariant(ctx, productID)
	}
	if !f.ForSale {
		return View{}, offers.ErrOfferNotFound
	}
	c, err := s.change(ctx, o, m, g.asking("add", line.ID(), strconv.FormatInt(quantity, 10)), func(c *Cart) error {
		if err := c.Add(line.seenAs(f)); err != nil {
			return err
		}
		if fields := f.limit(c.Lines[c.find(line.ID())].Quantity, "/quantity"); fields != nil {
			return errLimited.With(fields...)
		}
		return nil
	})
	if err != nil {
		return View{}, err
	}
	if cur.coupon, err = s.coupon(ctx, c); err != nil {
		return View{}, err
	}
	return s.view(c, m, cur)
}

// choices is how many variants a refusal lists.
const choices = 100

// chooseVariant refuses a product that comes in variants, and says which there are.
func (s *Service) chooseVariant(ctx context.Context, productID string) error {
	list, _, err := s.Variants.Variants(ctx, productID, "", choices)
	if err != nil {
		return err
	}
	type choice struct {
		ProductID string           `json:"product_id"`
		Options   []catalog.Option `json:"options"`
	}
	var now struct {
		Variants []choice `json:"variants"`
	}
	for _, v := range list {
		now.Variants = append(now.Variants, choice{v.ProductID, v.Options})
	}
	return catalog.ErrHasVariants.With(fault.Field{Pointer: "/product_id", Code: "product_has_variants", Message: "must be one of its variants"}).
		Showing(now)
}

// Set gives a line another quantity, 0 to take it out. Errors: those of Cart.Set, ErrStale, ErrGuarded, ErrKeyReused.
func (s *Service) Set(ctx context.Context, o Owner, m marketplaces.Marketplace, g Guard, productID, sellerID string, quantity int64) (View, error) {
	line := LineID(productID, sellerID)
	c, err := s.change(ctx, o, m, g.asking("set", line, strconv.FormatInt(quantity, 10)), func(c *Cart) error { return c.Set(line, quantity) })
	if err != nil {
		return View{}, err
	}
	var cur current
	if cur.coupon, err = s.coupon(ctx, c); err != nil {
		return View{}, err
	}
	return s.view(c, m, cur)
}

// Redeem gives the cart a coupon, in place of the one it may have. Whether its budget lasts is known at checkout only.
// Errors: coupon_invalid, coupon_not_applicable, those of Cart.Redeem, ErrStale, ErrGuarded, ErrKeyReused.
func (s *Service) Redeem(ctx context.Context, o Owner, m marketplaces.Marketplace, g Guard, code string) (View, error) {
	code = promotions.Normal(code)
	c, err := s.load(ctx, o, m)
	if err != nil {
		return View{}, err
	}
	c.Coupon = code
	cur, err := s.read(ctx, c)
	if err != nil {
		return View{}, err
	}
	if v, err := s.view(c, m, cur); err != nil || v.Refused != nil {
		return View{}, errors.Join(err, v.Refused)
	}
	if c, err = s.change(ctx, o, m, g.asking("redeem", code), func(c *Cart) error { return c.Redeem(code) }); err != nil {
		return View{}, err
	}
	return s.priced(ctx, c, m)
}

// Unredeem takes a coupon out of the cart. Errors: ErrNoCoupon, those of Cart.Redeem, ErrStale, ErrGuarded, ErrKeyReused.
func (s *Service) Unredeem(ctx context.Context, o Owner, m marketplaces.Marketplace, g Guard, code string) (View, error) {
	code = promotions.Normal(code)
	c, err := s.change(ctx, o, m, g.asking("unredeem", code), func(c *Cart) error {
		if c.Coupon == "" || c.Coupon != code {
			return ErrNoCoupon
		}
		return c.Redeem("")
	})
	if err != nil {
		return View{}, err
	}
	return s.priced(ctx, c, m)
}

// change makes a guarded change of the stored cart.
func (s *Service) change(ctx context.Context, o Owner, m marketplaces.Marketplace, g Guard, do func(*Cart) error) (Cart, error) {
	if !g.HasVersion && g.Key == "" {
		return Cart{}, ErrGuarded
	}
	for try := 1; ; try++ {
		c, err := s.load(ctx, o, m)
		if err != nil {
			return Cart{}, err
		}
		if made, err := c.Made(g.Key, g.asked...); err != nil || made {
			return c, err
		}
		if g.HasVersion && g.Version != c.Version {
			return Cart{}, ErrStale
		}
		if err := do(&c); err != nil {
			return Cart{}, err
		}
		c.remember(g.Key, g.asked...)
		c.UpdatedAt = s.Now().UTC()
		saved, err := s.Store.Save(ctx, c)
		if errors.Is(err, ErrStale) && !g.HasVersion && try < tries {
			continue
		}
		if err != nil {
			return Cart{}, err
		}
		s.refreshCopy(ctx, saved)
		return saved, nil
	}
}

// Merge takes over into the owner's cart that of the guest whose token is shown: a cart's id is no secret, and
// only checked, if given. A repetition returns the owner's cart as it is. Errors: ErrGuestToken, ErrNotFound if the guest has
// no such cart here, ErrMerged if it went into another.
func (s *Service) Merge(ctx context.Context, o Owner, m marketplaces.Marketplace, guestToken, cartID string) (View, error) {
	guestID, err := s.Guests.Guest(ctx, guestToken)
	if err != nil {
		return View{}, err
	}
	if cartID != "" && cartID != IDOf(guestID, m.Code) {
		return View{}, ErrNotFound
	}
	for try := 1; ; try++ {
		guest, ok, err := s.Store.Get(ctx, IDOf(guestID, m.Code))
		if err != nil {
			return View{}, err
		}
		if !ok || !guest.Guest {
			return View{}, ErrNotFound
		}
		into, err := s.load(ctx, o, m)
		if err != nil {
			return View{}, err
		}
		if guest.State == Merged {
			if guest.MergedInto != into.ID {
				return View{}, ErrMerged
			}
			return s.Show(ctx, o, m)
		}
		if left := into.Absorb(guest); left > 0 {
			return View{}, ErrTooManyLines
		}
		guest.State, guest.MergedInto, guest.UpdatedAt, into.UpdatedAt = Merged, into.ID, s.Now().UTC(), s.Now().UTC()
		saved, err := s.Store.Merge(ctx, into, guest)
		if errors.Is(err, ErrStale) && try < tries {
			continue
		}
		if err != nil {
			return View{}, err
		}
		s.refreshCopy(ctx, saved)
		return s.priced(ctx, saved, m)
	}
}

func (s *Service) load(ctx context.Context, o Owner, m marketplaces.Marketplace) (Cart, error) {
	c, ok, err := s.Store.Get(ctx, IDOf(o.ID, m.Code))
	if err == nil && !ok {
		c = New(o.ID, o.Guest, m.Code)
	}
	return c, err
}

// refreshCopy renews the cache; that it fails costs freshness, and no change.
func (s *Service) refreshCopy(ctx context.Context, c Cart) {
	if err := s.Cache.Put(ctx, c); err != nil {
		slog.WarnContext(ctx, "cart cache is away", "error", err)
	}
}
