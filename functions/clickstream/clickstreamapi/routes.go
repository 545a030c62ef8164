// Package clickstreamapi is the clickstream's part of the shopper API.
package clickstreamapi

import (
	"context"
	"net/http"

	"rialto/functions/clickstream"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
	"rialto/functions/marketplaces"
)

// Agreements are the use cases.
type Agreements interface {
	Agree(ctx context.Context, customerID, marketplace, sessionID string, c clickstream.Consent) error
	Agreed(ctx context.Context, customerID string) (clickstream.Consent, error)
}

// Routes lists the routes; a may be nil where only their description is wanted.
func Routes(a Agreements) []api.Route {
	h := handler{a}
	const path = "/api/v1/me/consent"
	return []api.Route{
		api.Accept[batchInput](api.Route{ID: "sendEvents", Method: http.MethodPost, Path: "/api/v1/events",
			Summary: "Send what a shopper did, 500 KB at most, as application/json or a beacon's text/plain; a bad event costs no good one",
			Context: "clickstream", Access: api.Public}),
		api.Handle(api.Route{ID: "getConsent", Method: http.MethodGet, Path: path, Summary: "What one agreed to",
			Context: "clickstream", Access: api.Customer}, h.get),
		api.Handle(api.Route{ID: "putConsent", Method: http.MethodPut, Path: path,
			Summary: "Agree to what may be kept of what one does, or to less; with a session, to this one being one's own",
			Context: "clickstream", Access: api.Customer}, h.put),
	}
}

type batchInput struct{ Body clickstream.Batch }

type handler struct{ agreements Agreements }

type consentOutput struct{ Body clickstream.Consent }

func (h handler) get(ctx context.Context, _ *struct{}) (*consentOutput, error) {
	who, _ := auth.From(ctx)
	c, err := h.agreements.Agreed(ctx, who.Subject)
	return &consentOutput{c}, err
}

type consentInput struct {
	api.Marketplace
	Body struct {
		clickstream.Consent
		SessionID string `json:"session_id,omitempty" pattern:"^[A-Za-z0-9_-]{16,64}$" doc:"Whose events are to be this customer's"`
	}
}

func (h handler) put(ctx context.Context, in *consentInput) (*consentOutput, error) {
	who, _ := auth.From(ctx)
	market, err := marketplaces.Lookup(in.Market)
	if err != nil {
		return nil, err
	}
	if in.Body.Personalization && !in.Body.Analytics {
		return nil, errAlone
	}
	if err := h.agreements.Agree(ctx, who.Subject, market.Code, in.Body.SessionID, in.Body.Consent); err != nil {
		return nil, err
	}
	return &consentOutput{in.Body.Consent}, nil
}

// errAlone refuses a profile of what may not be kept.
var errAlone = fault.New(fault.Invalid, "personalization_needs_analytics", "a profile cannot be made of what may not be kept").
	With(fault.Field{Pointer: "/personalization", Code: "personalization_needs_analytics", Message: "needs analytics, too"})
