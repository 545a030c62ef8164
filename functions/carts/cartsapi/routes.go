// Package cartsapi is the carts' part of the shopper API.
package cartsapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/carts"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/rate"
	"rialto/functions/marketplaces"
)

// Carts are the use cases.
type Carts interface {
	Show(ctx context.Context, o carts.Owner, m marketplaces.Marketplace) (carts.View, error)
	Add(ctx context.Context, o carts.Owner, m marketplaces.Marketplace, g carts.Guard, productID, sellerID string, quantity int64) (carts.View, error)
	Set(ctx context.Context, o carts.Owner, m marketplaces.Marketplace, g carts.Guard, productID, sellerID string, quantity int64) (carts.View, error)
	Redeem(ctx context.Context, o carts.Owner, m marketplaces.Marketplace, g carts.Guard, code string) (carts.View, error)
	Unredeem(ctx context.Context, o carts.Owner, m marketplaces.Marketplace, g carts.Guard, code string) (carts.View, error)
	Merge(ctx context.Context, o carts.Owner, m marketplaces.Marketplace, guestToken, cartID string) (carts.View, error)
}

// Routes lists the routes; c may be nil where only their description is wanted.
func Routes(c Carts) []api.Route {
	h := handler{c}
	failures := []fault.Kind{fault.NotFound, fault.Conflict, fault.Invalid, fault.Stale}
	const line = "/api/v1/cart/items/{product_id}/{seller_id}"
	return []api.Route{
		api.Handle(api.Route{ID: "getCart", Method: http.MethodGet, Path: "/api/v1/cart", Summary: "The cart at today's prices",
			Context: "carts", Access: api.Guest}, h.show),
		api.Handle(api.Route{ID: "addCartItem", Method: http.MethodPost, Path: "/api/v1/cart/items",
			Summary: "Put an offer into the cart", Context: "carts", Access: api.Guest, Errors: failures}, h.add),
		api.Handle(api.Route{ID: "setCartItem", Method: http.MethodPut, Path: line, Summary: "Change how many", Context: "carts",
			Access: api.Guest, Errors: failures}, h.set),
		api.Handle(api.Route{ID: "removeCartItem", Method: http.MethodDelete, Path: line, Summary: "Take a line out", Context: "carts",
			Access: api.Guest, Success: http.StatusOK, Errors: failures}, h.remove),
		api.Handle(api.Route{ID: "addCartCoupon", Method: http.MethodPost, Path: "/api/v1/cart/coupons",
			Summary: "Put a coupon into the cart, in place of the one it may have", Context: "carts", Access: api.Guest, Limits: guesses,
			Errors: failures}, h.redeem),
		api.Handle(api.Route{ID: "removeCartCoupon", Method: http.MethodDelete, Path: "/api/v1/cart/coupons/{code}",
			Summary: "Take a coupon out", Context: "carts", Access: api.Guest, Success: http.StatusOK, Errors: failures}, h.unredeem),
		api.Handle(api.Route{ID: "mergeCart", Method: http.MethodPost, Path: "/api/v1/cart/merge",
			Summary: "Take over a guest's cart after sign-in", Context: "carts", Access: api.Customer, Errors: failures}, h.merge),
	}
}

// guesses bound who looks for codes, as one shopper and as many from one address.
var guesses = []api.Limit{
	{By: api.ByCaller, Limit: rate.Limit{Name: "coupons", Rate: 2, Burst: 10, Per: time.Minute}},
	{By: api.ByAddress, Limit: rate.Limit{Name: "coupons", Rate: 1, Burst: 60}},
}

type handler struct{ carts Carts }

type cartOutput struct {
	api.ETag
	Body Cart
}

type showInput struct{ api.Marketplace }

func (h handler) show(ctx context.Context, in *showInput) (*cartOutput, error) {
	o, m, err := whose(ctx, in.Marketplace)
	if err != nil {
		return nil, err
	}
	return shown(h.carts.Show(ctx, o, m))
}

func guard(key api.OptionalIdempotencyKey, match api.IfMatch) (carts.Guard, error) {
	version, given, err := match.Version()
	return carts.Guard{Version: version, HasVersion: given, Key: key.Key}, err
}

// guarded is whose and guard.
func guarded(ctx context.Context, in api.Marketplace, key api.OptionalIdempotencyKey, match api.IfMatch) (
	o carts.Owner, m marketplaces.Marketplace, g carts.Guard, err error) {
	if o, m, err = whose(ctx, in); err != nil {
		return o, m, g, err
	}
	g, err = guard(key, match)
	return o, m, g, err
}

type addInput struct {
	api.Marketplace
	api.OptionalIdempotencyKey
	api.IfMatch
	Body struct {
		ProductID string `json:"product_id" minLength:"1" maxLength:"64"`
		SellerID  string `json:"seller_id" minLength:"1" maxLength:"64"`
		Quantity  int64  `json:"quantity" minimum:"1" maximum:"999"`
	}
}

func (h handler) add(ctx context.Context, in *addInput) (*cartOutput, error) {
	o, m, g, err := guarded(ctx, in.Marketplace, in.OptionalIdempotencyKey, in.IfMatch)
	if err != nil {
		return nil, err
	}
	return shown(h.carts.Add(ctx, o, m, g, in.Body.ProductID, in.Body.SellerID, in.Body.Quantity))
}

// LinePath names a line.
type LinePath struct {
	ProductID string `path:"product_id" maxLength:"64"`
	SellerID  string `path:"seller_id" maxLength:"64"`
}

type setInput struct {
	api.Marketplace
	api.OptionalIdempotencyKey
	api.IfMatch
	LinePath
	Body struct {
		Quantity int64 `json:"quantity" minimum:"1" maximum:"999"`
	}
}

func (h handler) set(ctx context.Context, in *setInput) (*cartOutput, error) {
	g, err := guard(in.OptionalIdempotencyKey, in.IfMatch)
	if err != nil {
		return nil, err
	}
	return h.change(ctx, in.Marketplace, g, in.LinePath, in.Body.Quantity)
}

type removeInput struct {
	api.Marketplace
	api.OptionalIdempotencyKey
	api.IfMatch
	LinePath
}

func (h handler) remove(ctx context.Context, in *removeInput) (*cartOutput, error) {
	g, err := guard(in.OptionalIdempotencyKey, in.IfMatch)
	if err != nil {
		return nil, err
	}
	return h.change(ctx, in.Marketplace, g, in.LinePath, 0)
}

func (h handler) change(ctx context.Context, where api.Marketplace, g carts.Guard, line LinePath, quantity int64) (*cartOutput, error) {
	o, m, err := whose(ctx, where)
	if err != nil {
		return nil, err
	}
	return shown(h.carts.Set(ctx, o, m, g, line.ProductID, line.SellerID, quantity))
}

type redeemInput struct {
	api.Marketplace
	api.OptionalIdempotencyKey
	api.IfMatch
	Body struct {
		Code string `json:"code" minLength:"1" maxLength:"64"`
	}
}

func (h handler) redeem(ctx context.Context, in *redeemInput) (*cartOutput, error) {
	o, m, g, err := guarded(ctx, in.Marketplace, in.OptionalIdempotencyKey, in.IfMatch)
	if err != nil {
		return nil, err
	}
	return shown(h.carts.Redeem(ctx, o, m, g, in.Body.Code))
}

type unredeemInput struct {
	api.Marketplace
	api.OptionalIdempotencyKey
	api.IfMatch
	Code string `path:"code" maxLength:"64"`
}

func (h handler) unredeem(ctx context.Context, in *unredeemInput) (*cartOutput, error) {
	o, m, g, err := guarded(ctx, in.Marketplace, in.OptionalIdempotencyKey, in.IfMatch)
	if err != nil {
		return nil, err
	}
	return shown(h.carts.Unredeem(ctx, o, m, g, in.Code))
}

type mergeInput struct {
	api.Marketplace
	Body struct {
		GuestToken string `json:"guest_token" minLength:"1" maxLength:"8192" doc:"The guest's token: who has it may take the cart"`
		CartID     string `json:"cart_id,omitempty" minLength:"1" maxLength:"64" doc:"The guest's cart, for a client that wants it checked"`
	}
}

func (h handler) merge(ctx context.Context, in *mergeInput) (*cartOutput, error) {
	o, m, err := whose(ctx, in.Marketplace)
	if err != nil {
		return nil, err
	}
	return shown(h.carts.Merge(ctx, o, m, in.Body.GuestToken, in.Body.CartID))
}

func whose(ctx context.Context, in api.Marketplace) (carts.Owner, marketplaces.Marketplace, error) {
	who, _ := auth.From(ctx)
	m, err := marketplaces.Lookup(in.Market)
	return carts.Owner{ID: who.Subject, Guest: who.Role == auth.Guest}, m, err
}

func shown(v carts.View, err error) (*cartOutput, error) {
	if err != nil {
		return nil, err
	}
	return &cartOutput{api.ETagOf(v.Cart.Version), body(v)}, nil
}
