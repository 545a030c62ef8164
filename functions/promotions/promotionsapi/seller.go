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
	Minimum     *money.Amount   `json:"minimum,omitempty" doc:"Total of one's own items that it needs"`
	From        time.Time       `json:"valid_from"`
	Until       time.Time       `json:"valid_until" doc:"It is not valid at that instant any more"`
	Budget      int64           `json:"budget" minimum:"0" doc:"Uses by all customers"`
	PerCustomer int64           `json:"per_customer,omitempty" minimum:"1" doc:"Uses by one, 1 unless it is given"`
}

// Coupon is one of a seller's.
type Coupon struct {
	Marketplace string `json:"marketplace"`
	Code        string `json:"code"`
	Terms
}

func couponOf(c promotions.Coupon) Coupon {
	given := func(a money.Amount) *money.Amount {
		if a == (money.Amount{}) {
			return nil
		}
		return &a
	}
	return Coupon{c.Marketplace, c.Code, Terms{c.Kind, c.BasisPoints, given(c.Most), given(c.Amount), given(c.Minimum), c.From, c.Until, c.Budget,
		c.PerCustomer}}
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
	}, couponOf)
	return out, err
}

// Path names a coupon.
type Path struct {
	Marketplace string `path:"marketplace" pattern:"^[A-Z]{2}$" patternDescription:"two capital letters"`
	Code        string `path:"code" maxLength:"32"`
}

func (p Path) ref() promotions.Ref {
	return promotions.Ref{Marketplace: p.Marketplace, Code: promotions.Normal(p.Code)}
}

type putInput struct {
	Path
	Body Terms
}

type couponOutput struct{ Body Coupon }

func (h handler) put(ctx context.Context, in *putInput) (*couponOutput, error) {
	given := func(a *money.Amount) money.Amount {
		if a == nil {
			return money.Amount{}
		}
		return *a
	}
	b := in.Body
	c, err := h.coupons.Put(ctx, promotions.Coupon{Ref: in.ref(), Kind: b.Kind, BasisPoints: b.BasisPoints, Most: given(b.Most), Amount: given(b.Amount),
		Minimum: given(b.Minimum), From: b.From, Until: b.Until, Budget: b.Budget, PerCustomer: b.PerCustomer, SellerID: me(ctx)})
	if err != nil {
		return nil, err
	}
	return &couponOutput{couponOf(c)}, nil
}

type stopInput struct{ Path }

func (h handler) stop(ctx context.Context, in *stopInput) (*couponOutput, error) {
	c, err := h.coupons.StopOwn(ctx, me(ctx), in.ref())
	if err != nil {
		return nil, err
	}
	return &couponOutput{couponOf(c)}, nil
}

// me is the caller's seller.
func me(ctx context.Context) string {
	who, _ := auth.From(ctx)
	return who.SellerID
}
