package customersapi

import (
	"context"
	"time"

	"rialto/functions/customers"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
)

type guestOutput struct {
	Body struct {
		Token      string    `json:"token" doc:"To be sent as a bearer token"`
		CustomerID string    `json:"customer_id"`
		ExpiresAt  time.Time `json:"expires_at"`
	}
}

func (h handlers) createGuest(ctx context.Context, _ *struct{}) (*guestOutput, error) {
	return guestOf(h.service.NewGuest(ctx))
}

var errNoGuest = fault.New(fault.Forbidden, "guests_only", "this operation is for guests; a customer signs in anew")

func (h handlers) renewGuest(ctx context.Context, _ *struct{}) (*guestOutput, error) {
	if who, _ := auth.From(ctx); who.Role != auth.Guest {
		return nil, errNoGuest
	}
	return guestOf(h.service.Renew(ctx, me(ctx)))
}

func guestOf(g customers.Guest, err error) (*guestOutput, error) {
	if err != nil {
		return nil, err
	}
	out := &guestOutput{}
	out.Body.Token, out.Body.CustomerID, out.Body.ExpiresAt = g.Token, g.CustomerID, g.ExpiresAt
	return out, nil
}

type meBody struct {
	CustomerID string     `json:"customer_id"`
	Name       string     `json:"name" doc:"Empty until given"`
	Email      string     `json:"email" doc:"Empty until given"`
	CreatedAt  *time.Time `json:"created_at,omitempty" doc:"Absent while nothing is held"`
}

type meOutput struct {
	api.ETag
	Body meBody
}

func meOf(m customers.Me) meBody {
	b := meBody{CustomerID: m.CustomerID, Name: m.Profile.Name, Email: m.Profile.Email}
	if !m.CreatedAt.IsZero() {
		b.CreatedAt = &m.CreatedAt
	}
	return b
}

func (h handlers) getMe(ctx context.Context, _ *struct{}) (*meOutput, error) {
	m, err := h.service.Me(ctx, me(ctx))
	if err != nil {
		return nil, err
	}
	return &meOutput{ETag: api.ETagOf(m.Version), Body: meOf(m)}, nil
}

type putMeInput struct {
	api.IfMatch
	Body struct {
		Name  string `json:"name" minLength:"1" maxLength:"100"`
		Email string `json:"email" minLength:"3" maxLength:"254"`
	}
}

func (h handlers) putMe(ctx context.Context, in *putMeInput) (*meOutput, error) {
	replaces, err := in.Replaces()
	if err != nil {
		return nil, err
	}
	m, err := h.service.PutProfile(ctx, me(ctx), customers.Profile{Name: in.Body.Name, Email: in.Body.Email}, replaces)
	if err != nil {
		return nil, err
	}
	return &meOutput{ETag: api.ETagOf(m.Version), Body: meOf(m)}, nil
}
