package operatorsapi

import (
	"context"
	"net/http"

	"rialto/functions/internal/api"
	"rialto/functions/internal/fault"
	"rialto/functions/marketplaces"
	"rialto/functions/promotions"
	"rialto/functions/promotions/promotionsapi"
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

type couponInput struct {
	promotionsapi.Path
	Why
}

func (in *couponInput) about() (subject, reason string) { return in.Ref().String(), in.Reason }

type couponOutput struct{ Body promotionsapi.Coupon }

func couponOf(c promotions.Coupon, err error) (*couponOutput, error) {
	if err != nil {
		return nil, err
	}
	return &couponOutput{promotionsapi.CouponOf(c)}, nil
}

func (h couponHandlers) get(ctx context.Context, in *couponInput) (*couponOutput, error) {
	return couponOf(h.coupons.Coupon(ctx, in.Ref()))
}

type putCouponInput struct {
	promotionsapi.Path
	Body struct {
		promotionsapi.Terms
		Reason string `json:"reason" maxLength:"500" doc:"Why, for the audit log"`
	}
}

func (in *putCouponInput) about() (subject, reason string) { return in.Ref().String(), in.Body.Reason }

func (h couponHandlers) put(ctx context.Context, in *putCouponInput) (*couponOutput, error) {
	return couponOf(h.coupons.Put(ctx, in.Body.Of(in.Ref())))
}

type stopCouponInput struct {
	promotionsapi.Path
	Body struct {
		Reason string `json:"reason" maxLength:"500" doc:"Why, for the audit log"`
	}
}

func (in *stopCouponInput) about() (subject, reason string) { return in.Ref().String(), in.Body.Reason }

func (h couponHandlers) stop(ctx context.Context, in *stopCouponInput) (*couponOutput, error) {
	return couponOf(h.coupons.Stop(ctx, in.Ref()))
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
