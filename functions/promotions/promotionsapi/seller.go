// Package promotionsapi is the promotions' part of the seller API.
package promotionsapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/promotions"
)

// Coupons are the use cases of sellers.
type Coupons interface {
	Own(ctx context.Context, sellerID, after string, limit int) ([]promotions.Coupon, string, error)
	Put(ctx context.Context, c promotions.Coupon) (promotions.Coupon, error)
	StopOwn(ctx context.Context, sellerID string, r promotions.Ref) (promotions.Coupon, error)
}

type handler struct{ coupons Coupons }

// SellerRoutes lists the routes; c may be nil where only their description is wanted.
func SellerRoutes(c Coupons) []api.Route {
	h := handler{c}
	const all = "/seller/v1/coupons"
	const one = all + "/{marketplace}/{code}"
	return []api.Route{
		api.Handle(api.Route{ID: "listOwnCoupons", Method: http.MethodGet, Path: all,
			Summary: "One's own coupons, by marketplace and code", Context: "promotions", Access: api.Seller}, h.list),
		api.Handle(api.Route{ID: "putOwnCoupon", Method: http.MethodPut, Path: one,
			Summary: "Make or change a coupon for one's own offers. One bears what it takes off: commission is of what the customer pays",
			Context: "promotions", Access: api.Seller, Errors: []fault.Kind{fault.Conflict}}, h.put),
		api.Handle(api.Route{ID: "stopOwnCoupon", Method: http.MethodPost, Path: one + "/stop",
			Summary: "End a coupon now; whoever is checking out with it keeps it", Context: "promotions", Access: api.Seller}, h.stop),
	}
}

// Terms are what a coupon is good for.
type Terms struct {
	Kind        promotions.Kind `json:"kind" enum:"percent,fixed"`
	BasisPoints int64           `json:"basis_points,omitempty" doc:"Of a percent coupon, 1 to 9000"`
	Most        *money.Amount   `json:"most,omitempty" doc:"That a percent coupon takes off"`
	Amount      *money.Amount   `json:"amount,omitempty" doc:"Of a fixed coupon"`
	Minimum     *money.Amount   `json:"minimum,omitempty" doc:"Total of the items it is for that it needs"`
	From        time.Time       `json:"valid_from"`
	Until       time.Time       `json:"valid_until" doc:"It is not valid at that instant any more"`
	Budget      int64           `json:"budget" minimum:"0" doc:"Uses by all customers"`
	PerCustomer int64           `json:"per_customer,omitempty" minimum:"1" doc:"Uses by one, 1 unless it is given"`
}

// Coupon is a coupon with its name.
type Coupon struct {
	Marketplace string `json:"marketplace"`
	Code        string `json:"code"`
	Terms
}

// CouponOf is a coupon as the APIs show it.
func CouponOf(c promotions.Coupon) Coupon {
	given := func(a money.Amount) *money.Amount {
		if a == (money.Amount{}) {
			return nil
		}
		return &a
	}
	return Coupon{c.Marketplace, c.Code, Terms{c.Kind, c.BasisPoints, given(c.Most), given(c.Amount), given(c.Minimum), c.From, c.Until, c.Budget,
		c.PerCustomer}}
}

// Of makes the coupon that is named so of its terms.
func (t Terms) Of(r promotions.Ref) promotions.Coupon {
	given := func(a *money.Amount) money.Amount {
		if a == nil {
			return money.Amount{}
		}
		return *a
	}
	return promotions.Coupon{Ref: r, Kind: t.Kind, BasisPoints: t.BasisPoints, Most: given(t.Most), Amount: given(t.Amount),
		Minimum: given(t.Minimum), From: t.From, Until: t.Until, Budget: t.Budget, PerCustomer: t.PerCustomer}
}

type listOutput struct {
	Body struct {
		Coupons    []Coupon `json:"coupons"`
		NextCursor string   `json:"next_cursor,omitempty" doc:"Absent on the last page"`
	}
}

func (h handler) list(ctx context.Context, in *api.Page) (*listOutput, error) {
	out := &listOutput{}
	var err error
	out.Body.Coupons, out.Body.NextCursor, err = api.ReadPage(in.Cursor, func(after string) ([]promotions.Coupon, string, error) {
		return h.coupons.Own(ctx, me(ctx), after, in.Limit)
	}, CouponOf)
	return out, err
}

// Path names a coupon.
type Path struct {
	Marketplace string `path:"marketplace" pattern:"^[A-Z]{2}$" patternDescription:"two capital letters"`
	Code        string `path:"code" maxLength:"32"`
}

// Ref is its name in the context.
func (p Path) Ref() promotions.Ref {
	return promotions.Ref{Marketplace: p.Marketplace, Code: promotions.Normal(p.Code)}
}

type putInput struct {
	Path
	Body Terms
}

type couponOutput struct{ Body Coupon }

func (h handler) put(ctx context.Context, in *putInput) (*couponOutput, error) {
	c := in.Body.Of(in.Ref())
	c.SellerID = me(ctx)
	c, err := h.coupons.Put(ctx, c)
	if err != nil {
		return nil, err
	}
	return &couponOutput{CouponOf(c)}, nil
}

type stopInput struct{ Path }

func (h handler) stop(ctx context.Context, in *stopInput) (*couponOutput, error) {
	c, err := h.coupons.StopOwn(ctx, me(ctx), in.Ref())
	if err != nil {
		return nil, err
	}
	return &couponOutput{CouponOf(c)}, nil
}

// me is the caller's seller.
func me(ctx context.Context) string {
	who, _ := auth.From(ctx)
	return who.SellerID
}
