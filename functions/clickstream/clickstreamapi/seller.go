package clickstreamapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/clickstream"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
	"rialto/functions/marketplaces"
	"rialto/functions/offers"
)

// Audience is the use case of sellers.
type Audience interface {
	Traffic(ctx context.Context, k offers.Key, from, to time.Time) ([]clickstream.TrafficDay, error)
}

// SellerRoutes lists the routes of the seller API; a may be nil where only their description is wanted.
func SellerRoutes(a Audience) []api.Route {
	return []api.Route{
		api.Handle(api.Route{ID: "getProductTraffic", Method: http.MethodGet, Path: "/seller/v1/products/{product_id}/traffic",
			Summary: "How many visits looked at a product that one offers, how often, and how many of them bought it of oneself, by day",
			Context: "clickstream", Access: api.Seller, Errors: []fault.Kind{fault.NotFound}}, seller{a}.traffic),
	}
}

type seller struct{ audience Audience }

type trafficInput struct {
	api.Marketplace
	ProductID string `path:"product_id" pattern:"^prd_[a-z2-7]{26}$" patternDescription:"a product id"`
	From      string `query:"from" format:"date" doc:"The first day, UTC; 29 days before the last if it says nothing"`
	To        string `query:"to" format:"date" doc:"The last day, UTC; today if it says nothing"`
}

type trafficOutput struct{ Body Traffic }

// Traffic is what came to a product.
type Traffic struct {
	ProductID   string `json:"product_id"`
	Marketplace string `json:"marketplace"`
	Days        []Day  `json:"days" doc:"The first first; what came within the last half hour may be missing"`
}

// Day is one day, UTC.
type Day struct {
	Day    string `json:"day" format:"date"`
	Visits *int64 `json:"visits,omitempty" doc:"Sessions that looked at its page, of whoever sells it; one that goes on past the hour counts in both. Absent where there were fewer than 10, with views and conversion"`
	Views  *int64 `json:"views,omitempty" doc:"How often they did"`
	Orders int64  `json:"orders" doc:"One's own"`
	Units  int64  `json:"units" doc:"One's own"`
	// Conversion may be more than all: who buys need not have looked, or agreed that looks be kept.
	Conversion *int64 `json:"conversion_bp,omitempty" doc:"Orders of visits, in basis points"`
}

func (h seller) traffic(ctx context.Context, in *trafficInput) (*trafficOutput, error) {
	who, _ := auth.From(ctx)
	market, err := marketplaces.Lookup(in.Market)
	if err != nil {
		return nil, err
	}
	from, err := day(in.From)
	if err != nil {
		return nil, err
	}
	to, err := day(in.To)
	if err != nil {
		return nil, err
	}
	list, err := h.audience.Traffic(ctx, offers.Key{ProductID: in.ProductID, Marketplace: market.Code, SellerID: who.SellerID}, from, to)
	if err != nil {
		return nil, err
	}
	out := &trafficOutput{Traffic{in.ProductID, market.Code, make([]Day, 0, len(list))}}
	for _, d := range list {
		shown := Day{Day: d.Day.Format(time.DateOnly), Orders: d.Orders, Units: d.Units}
		if !d.Few {
			conversion := d.Orders * 10_000 / d.Visits
			shown.Visits, shown.Views, shown.Conversion = &d.Visits, &d.Views, &conversion
		}
		out.Body.Days = append(out.Body.Days, shown)
	}
	return out, nil
}

// day reads a parameter of the form that the route asks for, "" as the zero time.
func day(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.DateOnly, s)
}
