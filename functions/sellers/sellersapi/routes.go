// Package sellersapi is the sellers' part of the seller API.
package sellersapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
	"rialto/functions/sellers"
)

// Sellers are the use cases.
type Sellers interface {
	Profile(ctx context.Context, sellerID string) (sellers.Profile, error)
	PutProfile(ctx context.Context, sellerID, name, country string, legal sellers.Legal, replaces *int64) (sellers.Profile, bool, error)
}

// Routes lists the routes; s may be nil where only their description is wanted.
func Routes(s Sellers) []api.Route {
	h := handler{s}
	const path = "/seller/v1/profile"
	return []api.Route{
		api.Handle(api.Route{
			ID: "getProfile", Method: http.MethodGet, Path: path, Summary: "Who the seller is, and what its plan allows", Context: "sellers",
			Access: api.Seller, Errors: []fault.Kind{fault.NotFound},
		}, h.getProfile),
		api.Handle(api.Route{
			ID: "putProfile", Method: http.MethodPut, Path: path, Summary: "Say who the seller is", Context: "sellers", Access: api.Seller,
			Also: []int{http.StatusCreated}, Errors: []fault.Kind{fault.Stale, fault.Conflict},
		}, h.putProfile),
	}
}

type handler struct{ sellers Sellers }

// Profile is what a seller sees of itself.
type Profile struct {
	SellerID  string        `json:"seller_id"`
	Name      string        `json:"display_name"`
	Country   string        `json:"country" doc:"ISO 3166-1"`
	Tier      string        `json:"tier" doc:"The plan; Rialto's to change"`
	Legal     sellers.Legal `json:"legal" doc:"What its invoices say"`
	Limits    Limits        `json:"limits"`
	Version   int64         `json:"version"`
	CreatedAt time.Time     `json:"created_at"`
	UpdatedAt time.Time     `json:"updated_at"`
}

// Limits are what a plan allows.
type Limits struct {
	WritesPerSecond int64 `json:"writes_per_second"`
	WritesAtOnce    int64 `json:"writes_at_once"`
}

type profileOutput struct {
	Status int
	api.ETag
	Body Profile
}

func shownProfile(p sellers.Profile, status int) *profileOutput {
	t := sellers.TierNamed(p.Tier)
	return &profileOutput{Status: status, ETag: api.ETagOf(p.Version),
		Body: Profile{p.SellerID, p.Name, p.Country, t.Name, p.Legal, Limits{t.Rate, t.Burst}, p.Version, p.CreatedAt, p.UpdatedAt}}
}

func (h handler) getProfile(ctx context.Context, _ *struct{}) (*profileOutput, error) {
	p, err := h.sellers.Profile(ctx, me(ctx))
	if err != nil {
		return nil, err
	}
	return shownProfile(p, 0), nil
}

type putProfileInput struct {
	api.IfMatch
	Body struct {
		Name    string        `json:"display_name" minLength:"1" maxLength:"100"`
		Country string        `json:"country" pattern:"^[A-Z]{2}$" patternDescription:"two capital letters" doc:"Where the seller is at home, ISO 3166-1"`
		Legal   sellers.Legal `json:"legal,omitzero" doc:"What invoices say; absent for nothing"`
	}
}

func (h handler) putProfile(ctx context.Context, in *putProfileInput) (*profileOutput, error) {
	replaces, err := in.Replaces()
	if err != nil {
		return nil, err
	}
	p, created, err := h.sellers.PutProfile(ctx, me(ctx), in.Body.Name, in.Body.Country, in.Body.Legal, replaces)
	if err != nil {
		return nil, err
	}
	if created {
		return shownProfile(p, http.StatusCreated), nil
	}
	return shownProfile(p, http.StatusOK), nil
}

// me is the caller's seller. It comes from the token, which the route's access has checked.
func me(ctx context.Context) string {
	who, _ := auth.From(ctx)
	return who.SellerID
}
