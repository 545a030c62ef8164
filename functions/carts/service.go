package carts

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
	"rialto/functions/inventory"
	"rialto/functions/marketplaces"
	"rialto/functions/offers"
	"rialto/functions/promotions"
)

var errOfferUnavailable = fault.New(fault.Conflict, "offer_unavailable", "an offer in the cart is no longer for sale")

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

// Offers, Products and Stock tell what is known of the lines now.
type Offers interface {
	GetMany(ctx context.Context, keys ...offers.Key) (map[offers.Key]offers.Offer, error)
}
type Products interface {
	GetMany(ctx context.Context, ids ...string) (map[string]catalog.Product, error)
}
type Stock interface {
	Stock(ctx context.Context, skus ...inventory.SKU) ([]inventory.Stock, error)
}

// Coupons tells what a coupon is good for. Errors: promotions.ErrInvalid if there is none.
type Coupons interface {
	Coupon(ctx context.Context, r promotions.Ref) (promotions.Coupon, error)
}

// Service is what can be done with carts.
type Service struct {
	Store    Store
	Cache    Cache
	Offers   Offers
	Products Products
	Stock    Stock
	Coupons  Coupons
	Now      func() time.Time
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
		s.copy(ctx, c)
	}
	return s.priced(ctx, c, m)
}

// priced shows a cart with what is known of it now.
func (s *Service) priced(ctx context.Context, c Cart, m marketplaces.Marketplace) (View, error) {
	k, err := s.known(ctx, c)
	if err != nil {
		return View{}, err
	}
	return s.view(c, m, k)
}

// view shows a cart. A coupon that takes nothing off is refused in what is shown.
func (s *Service) view(c Cart, m marketplaces.Marketplace, k known) (View, error) {
	v, err := Price(c, m.Currency, k.fresh)
	if err != nil || c.Coupon == "" {
		return v, err
	}
	err = v.redeem(k.coupon, s.Now())
	if errors.Is(err, promotions.ErrInvalid) || errors.Is(err, promotions.ErrNotApplicable) {
		v.Refused, err = err, nil
	}
	return v, err
}

// Add puts an offer into the cart. Errors: offer_not_found, those of Cart.Add, ErrStale, ErrGuarded.
func (s *Service) Add(ctx context.Context, o Owner, m marketplaces.Marketplace, g Guard, productID, sellerID string, quantity int64) (View, error) {
	line := Line{ProductID: productID, SellerID: sellerID, Quantity: quantity, AddedAt: s.Now().UTC()}
	k, err := s.known(ctx, Cart{Marketplace: m.Code, Lines: []Line{line}})
	if err != nil {
		return View{}, err
	}
	f := k.fresh[line.ID()]
	if !f.ForSale {
		return View{}, offers.ErrOfferNotFound
	}
	c, err := s.change(ctx, o, m, g, func(c *Cart) error { return c.Add(line.seenAs(f)) })
	if err != nil {
		return View{}, err
	}
	if k.coupon, err = s.coupon(ctx, c); err != nil {
		return View{}, err
	}
	return s.view(c, m, k)
}

// Set gives a line another quantity, 0 to take it out. Errors: those of Cart.Set, ErrStale, ErrGuarded.
func (s *Service) Set(ctx context.Context, o Owner, m marketplaces.Marketplace, g Guard, productID, sellerID string, quantity int64) (View, error) {
	c, err := s.change(ctx, o, m, g, func(c *Cart) error { return c.Set(LineID(productID, sellerID), quantity) })
	if err != nil {
		return View{}, err
	}
	var k known
	if k.coupon, err = s.coupon(ctx, c); err != nil {
		return View{}, err
	}
	return s.view(c, m, k)
}

// Redeem gives the cart a coupon, in place of the one it may have. Whether its budget lasts is known at checkout only.
// Errors: coupon_invalid, coupon_not_applicable, those of Cart.Redeem, ErrStale, ErrGuarded.
func (s *Service) Redeem(ctx context.Context, o Owner, m marketplaces.Marketplace, g Guard, code string) (View, error) {
	code = promotions.Normal(code)
	c, err := s.load(ctx, o, m)
	if err != nil {
		return View{}, err
	}
	c.Coupon = code
	k, err := s.known(ctx, c)
	if err != nil {
		return View{}, err
	}
	if v, err := s.view(c, m, k); err != nil || v.Refused != nil {
		return View{}, errors.Join(err, v.Refused)
	}
	if c, err = s.change(ctx, o, m, g, func(c *Cart) error { return c.Redeem(code) }); err != nil {
		return View{}, err
	}
	return s.priced(ctx, c, m)
}

// Unredeem takes a coupon out of the cart. Errors: ErrNoCoupon, those of Cart.Redeem, ErrStale, ErrGuarded.
func (s *Service) Unredeem(ctx context.Context, o Owner, m marketplaces.Marketplace, g Guard, code string) (View, error) {
	c, err := s.change(ctx, o, m, g, func(c *Cart) error {
		if c.Coupon == "" || c.Coupon != promotions.Normal(code) {
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
		if c.Made(g.Key) {
			return c, nil
		}
		if g.HasVersion && g.Version != c.Version {
			return Cart{}, ErrStale
		}
		if err := do(&c); err != nil {
			return Cart{}, err
		}
		c.remember(g.Key)
		c.UpdatedAt = s.Now().UTC()
		saved, err := s.Store.Save(ctx, c)
		if errors.Is(err, ErrStale) && !g.HasVersion && try < tries {
			continue
		}
		if err != nil {
			return Cart{}, err
		}
		s.copy(ctx, saved)
		return saved, nil
	}
}

// Merge takes a guest's cart over into the owner's. A repetition returns the owner's cart as it is. Errors:
// ErrNotFound (also for a cart that is no guest's), ErrMerged if it went into another cart.
func (s *Service) Merge(ctx context.Context, o Owner, m marketplaces.Marketplace, guestCartID string) (View, error) {
	for try := 1; ; try++ {
		guest, ok, err := s.Store.Get(ctx, guestCartID)
		if err != nil {
			return View{}, err
		}
		if !ok || !guest.Guest || guest.Marketplace != m.Code {
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
		s.copy(ctx, saved)
		return s.priced(ctx, saved, m)
	}
}

// Refresh renews the copy of a cart after it changed behind the service's back.
func (s *Service) Refresh(ctx context.Context, cartID string) error {
	c, ok, err := s.Store.Get(ctx, cartID)
	if err != nil || !ok {
		return err
	}
	return s.Cache.Put(ctx, c)
}

// QuoteInput is the input of the saga's state Quote.
type QuoteInput struct {
	CartID      string `json:"cart_id"`
	CustomerID  string `json:"customer_id"`
	Marketplace string `json:"marketplace"`
}

// Quote prices a cart for checkout, from the tables alone. Errors: ErrNotFound, those of quoteOf.
func (s *Service) Quote(ctx context.Context, in QuoteInput) (Quote, error) {
	m, err := marketplaces.Lookup(in.Marketplace)
	if err != nil {
		return Quote{}, err
	}
	c, ok, err := s.Store.Get(ctx, in.CartID)
	if err != nil {
		return Quote{}, err
	}
	if !ok || c.OwnerID != in.CustomerID || c.Marketplace != in.Marketplace || c.State != Open {
		return Quote{}, ErrNotFound
	}
	k, err := s.known(ctx, c)
	if err != nil {
		return Quote{}, err
	}
	return quoteOf(c, m.Currency, k, s.Now())
}

func (s *Service) load(ctx context.Context, o Owner, m marketplaces.Marketplace) (Cart, error) {
	c, ok, err := s.Store.Get(ctx, IDOf(o.ID, m.Code))
	if err == nil && !ok {
		c = New(o.ID, o.Guest, m.Code)
	}
	return c, err
}

// copy renews the cache; that it fails costs freshness, and no change.
func (s *Service) copy(ctx context.Context, c Cart) {
	if err := s.Cache.Put(ctx, c); err != nil {
		slog.WarnContext(ctx, "cart cache is away", "error", err)
	}
}

// known is what is known of a cart's lines and of its coupon now.
type known struct {
	fresh  map[string]Fresh
	stock  []inventory.Stock
	coupon *promotions.Coupon // nil if the cart has none, or if there is none of its code
}

// coupon reads a cart's coupon, if it has one.
func (s *Service) coupon(ctx context.Context, c Cart) (*promotions.Coupon, error) {
	if c.Coupon == "" {
		return nil, nil
	}
	found, err := s.Coupons.Coupon(ctx, promotions.Ref{Marketplace: c.Marketplace, Code: c.Coupon})
	if errors.Is(err, promotions.ErrInvalid) {
		return nil, nil
	}
	return &found, err
}

// known reads that in one round of parallel reads.
func (s *Service) known(ctx context.Context, c Cart) (known, error) {
	if len(c.Lines) == 0 {
		coupon, err := s.coupon(ctx, c)
		return known{coupon: coupon}, err
	}
	var keys []offers.Key
	var productIDs []string
	var skus []inventory.SKU
	for _, l := range c.Lines {
		keys = append(keys, offers.Key{ProductID: l.ProductID, Marketplace: c.Marketplace, SellerID: l.SellerID})
		productIDs = append(productIDs, l.ProductID)
		skus = append(skus, inventory.SKU{ProductID: l.ProductID, SellerID: l.SellerID})
	}
	var found map[offers.Key]offers.Offer
	var products map[string]catalog.Product
	k := known{fresh: map[string]Fresh{}}
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { found, err = s.Offers.GetMany(gctx, keys...); return err })
	g.Go(func() (err error) { products, err = s.Products.GetMany(gctx, productIDs...); return err })
	g.Go(func() (err error) { k.stock, err = s.Stock.Stock(gctx, skus...); return err })
	g.Go(func() (err error) { k.coupon, err = s.coupon(gctx, c); return err })
	if err := g.Wait(); err != nil {
		return known{}, err
	}
	available := map[inventory.SKU]int64{}
	for _, st := range k.stock {
		available[st.SKU] += st.Available
	}
	for i, l := range c.Lines {
		o, ok := found[keys[i]]
		p, known := products[l.ProductID]
		k.fresh[l.ID()] = Fresh{Offer: o, Product: p, ForSale: ok && known && !o.Paused, Available: available[skus[i]]}
	}
	return k, nil
}
