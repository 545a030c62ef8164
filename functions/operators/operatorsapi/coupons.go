package operatorsapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/marketplaces"
	"rialto/functions/promotions"
)

// Coupons is what operators see and do of coupons.
type Coupons interface {
	Coupon(ctx context.Context, r promotions.Ref) (promotions.Coupon, error)
	Put(ctx context.Context, c promotions.Coupon) (promotions.Coupon, error)
	Stop(ctx context.Context, r promotions.Ref) (promotions.Coupon, error)
}

func couponRoutes(s Services) []api.Route {
	h := couponHandlers{s.Coupons}
	const one = "/ops/v1/marketplaces/{marketplace}/coupons/{code}"
	return []api.Route{
		handle(s.Audit, api.Route{ID: "listMarketplaces", Method: http.MethodGet, Path: "/ops/v1/marketplaces",
			Summary: "The marketplaces and their terms, which are a release's to change"}, listMarketplaces),
		handle(s.Audit, api.Route{ID: "findCoupon", Method: http.MethodGet, Path: one, Summary: "A coupon, as it was up to a second ago"}, h.get),
		handle(s.Audit, api.Route{ID: "putCoupon", Method: http.MethodPut, Path: one,
			Summary: "Make or change a coupon of the marketplace's; its budget is changed by the difference", Errors: []fault.Kind{fault.Conflict}}, h.put),
		handle(s.Audit, api.Route{ID: "stopCoupon", Method: http.MethodPost, Path: one + "/stop",
			Summary: "End a coupon now; whoever is checking out with it keeps it"}, h.stop),
	}
}

type couponHandlers struct{ coupons Coupons }

// CouponPath names a coupon.
type CouponPath struct {
	Marketplace string `path:"marketplace" pattern:"^[A-Z]{2}$" patternDescription:"two capital letters"`
	Code        string `path:"code" maxLength:"32"`
}

func (p CouponPath) ref() promotions.Ref {
	return promotions.Ref{Marketplace: p.Marketplace, Code: promotions.Normal(p.Code)}
}

type couponInput struct {
	CouponPath
	Why
}

func (in *couponInput) about() (subject, reason string) { return in.ref().String(), in.Reason }

// Terms are what a coupon is good for.
type Terms struct {
	Kind        promotions.Kind `json:"kind" enum:"percent,fixed"`
	BasisPoints int64           `json:"basis_points,omitempty" doc:"Of a percent coupon, 1 to 9000"`
	Most        *money.Amount   `json:"most,omitempty" doc:"That a percent coupon takes off"`
	Amount      *money.Amount   `json:"amount,omitempty" doc:"Of a fixed coupon"`
	Minimum     *money.Amount   `json:"minimum,omitempty" doc:"Items' total that it needs"`
	From        time.Time       `json:"valid_from"`
	Until       time.Time       `json:"valid_until" doc:"It is not valid at that instant any more"`
	Budget      int64           `json:"budget" minimum:"0" doc:"Uses by all customers"`
	PerCustomer int64           `json:"per_customer,omitempty" minimum:"1" doc:"Uses by one, 1 unless it is given"`
}

type couponOutput struct {
	Body struct {
		Marketplace string `json:"marketplace"`
		Code        string `json:"code"`
		Terms
	}
}

func couponOf(c promotions.Coupon, err error) (*couponOutput, error) {
	if err != nil {
		return nil, err
	}
	given := func(a money.Amount) *money.Amount {
		if a == (money.Amount{}) {
			return nil
		}
		return &a
	}
	out := &couponOutput{}
	out.Body.Marketplace, out.Body.Code = c.Marketplace, c.Code
	out.Body.Terms = Terms{c.Kind, c.BasisPoints, given(c.Most), given(c.Amount), given(c.Minimum), c.From, c.Until, c.Budget, c.PerCustomer}
	return out, nil
}

func (h couponHandlers) get(ctx context.Context, in *couponInput) (*couponOutput, error) {
	return couponOf(h.coupons.Coupon(ctx, in.ref()))
}

type putCouponInput struct {
	CouponPath
	Body struct {
		Terms
		Reason string `json:"reason" maxLength:"500" doc:"Why, for the audit log"`
	}
}

func (in *putCouponInput) about() (subject, reason string) { return in.ref().String(), in.Body.Reason }

func (h couponHandlers) put(ctx context.Context, in *putCouponInput) (*couponOutput, error) {
	given := func(a *money.Amount) money.Amount {
		if a == nil {
			return money.Amount{}
		}
		return *a
	}
	b := in.Body
	return couponOf(h.coupons.Put(ctx, promotions.Coupon{Ref: in.ref(), Kind: b.Kind, BasisPoints: b.BasisPoints, Most: given(b.Most),
		Amount: given(b.Amount), Minimum: given(b.Minimum), From: b.From, Until: b.Until, Budget: b.Budget, PerCustomer: b.PerCustomer}))
}

type stopCouponInput struct {
	CouponPath
	Body struct {
		Reason string `json:"reason" maxLength:"500" doc:"Why, for the audit log"`
	}
}

func (in *stopCouponInput) about() (subject, reason string) { return in.ref().String(), in.Body.Reason }

func (h couponHandlers) stop(ctx context.Context, in *stopCouponInput) (*couponOutput, error) {
	return couponOf(h.coupons.Stop(ctx, in.ref()))
}

type marketplacesInput struct{ Why }

func (in *marketplacesInput) about() (subject, reason string) { return "", in.Reason }

type marketplacesOutput struct {
	Body struct {
		Marketplaces []marketplace `json:"marketplaces"`
	}
}

type marketplace struct {
	Code        string   `json:"code"`
	Name        string   `json:"name"`
	Currency    string   `json:"currency"`
	Language    string   `json:"language"`
	TimeZone    string   `json:"time_zone"`
	Countries   []string `json:"countries" doc:"Where it ships to"`
	TaxIncluded bool     `json:"tax_included"`
	ReturnDays  int      `json:"return_days"`
	Withdrawal  int      `json:"withdrawal_days,omitempty" doc:"For how long the law lets a buyer withdraw without a reason"`
}

func listMarketplaces(context.Context, *marketplacesInput) (*marketplacesOutput, error) {
	out := &marketplacesOutput{}
	for _, m := range marketplaces.All() {
		out.Body.Marketplaces = append(out.Body.Marketplaces,
			marketplace{m.Code, m.Name, m.Currency, m.Language, m.TimeZone, m.Countries, m.TaxIncluded, m.Returns.Days, m.Returns.Withdrawal})
	}
	return out, nil
}
