// Package reviewsapi is the reviews' part of the shopper API.
package reviewsapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
	"rialto/functions/reviews"
)

// Reviews are the use cases.
type Reviews interface {
	Rate(ctx context.Context, want reviews.Rating, replaces *int64) (reviews.Rating, bool, error)
	Rating(ctx context.Context, customerID, orderID, sellerID string) (reviews.Rating, error)
}

// Routes lists the routes; r may be nil where only their description is wanted.
func Routes(r Reviews) []api.Route {
	h := handler{r}
	const path = "/api/v1/orders/{order_id}/ratings/{seller_id}"
	return []api.Route{
		api.Handle(api.Route{ID: "rateSeller", Method: http.MethodPut, Path: path,
			Summary: "Rate a seller of an order, or change one's rating; the same again changes nothing", Context: "reviews", Access: api.Guest,
			Also: []int{http.StatusCreated}, Errors: []fault.Kind{fault.NotFound, fault.Conflict, fault.Stale}}, h.rate),
		api.Handle(api.Route{ID: "getSellerRating", Method: http.MethodGet, Path: path, Summary: "One's rating of a seller of an order",
			Context: "reviews", Access: api.Guest,
			Errors: []fault.Kind{fault.NotFound}}, h.get),
	}
}

type handler struct{ reviews Reviews }

// RatedSeller names a seller of an order.
type RatedSeller struct {
	OrderID  string `path:"order_id" maxLength:"64"`
	SellerID string `path:"seller_id" pattern:"^sel_[a-z2-7]{26}$" patternDescription:"a seller id"`
}

type rateInput struct {
	RatedSeller
	api.IfMatch
	Body struct {
		Stars int64  `json:"stars" minimum:"1" maximum:"5"`
		Text  string `json:"text,omitempty" maxLength:"1000"`
	}
}

// SellerRating is what a customer thinks of a seller by an order.
type SellerRating struct {
	OrderID   string    `json:"order_id"`
	SellerID  string    `json:"seller_id"`
	Stars     int64     `json:"stars" minimum:"1" maximum:"5"`
	Text      string    `json:"text,omitempty"`
	Version   int64     `json:"version"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

type ratingOutput struct {
	Status int
	api.ETag
	Body SellerRating
}

func shown(r reviews.Rating) *ratingOutput {
	return &ratingOutput{Status: http.StatusOK, ETag: api.ETagOf(r.Version),
		Body: SellerRating{r.OrderID, r.SellerID, r.Stars, r.Text, r.Version, r.CreatedAt, r.UpdatedAt}}
}

func (h handler) rate(ctx context.Context, in *rateInput) (*ratingOutput, error) {
	who, _ := auth.From(ctx)
	replaces, err := in.Replaces()
	if err != nil {
		return nil, err
	}
	r, created, err := h.reviews.Rate(ctx, reviews.Rating{OrderID: in.OrderID, SellerID: in.SellerID, CustomerID: who.Subject, Stars: in.Body.Stars,
		Text: in.Body.Text}, replaces)
	if err != nil {
		return nil, err
	}
	out := shown(r)
	if created {
		out.Status = http.StatusCreated
	}
	return out, nil
}

func (h handler) get(ctx context.Context, in *RatedSeller) (*ratingOutput, error) {
	who, _ := auth.From(ctx)
	r, err := h.reviews.Rating(ctx, who.Subject, in.OrderID, in.SellerID)
	if err != nil {
		return nil, err
	}
	return shown(r), nil
}
