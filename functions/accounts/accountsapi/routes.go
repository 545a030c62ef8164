package accountsapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/accounts"
	"rialto/functions/carts"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/rate"
)

// Service is the use cases that the routes need.
type Service interface {
	LookUp(ctx context.Context, orderID, email string) (accounts.Pass, error)
	Claim(ctx context.Context, customerID, guestToken string) ([]string, error)
	Export(ctx context.Context, customerID string) (accounts.Export, error)
	Erase(ctx context.Context, customerID string) error
	BuyAgain(ctx context.Context, o carts.Owner, key, orderID string) (carts.Cart, []accounts.Again, error)
}

type handlers struct{ service Service }

// lookups bound how often one address asks for orders.
var lookups = api.Limit{By: api.ByAddress, Limit: rate.Limit{Name: "lookups", Rate: 6, Burst: 20, Per: time.Minute}}

// Routes is the table; a nil service serves for the document.
func Routes(s Service) []api.Route {
	h := handlers{s}
	const owner = "accounts"
	return []api.Route{
		api.Handle(api.Route{ID: "lookUpOrder", Method: http.MethodPost, Path: "/api/v1/orders/lookup",
			Summary: "Get a token for one order, by its number and the e-mail address that it was placed with, until its return window ends",
			Context: owner, Access: api.Public, Limits: []api.Limit{lookups}, Errors: []fault.Kind{fault.NotFound}}, h.lookUp),
		api.Handle(api.Route{ID: "claimOrders", Method: http.MethodPost, Path: "/api/v1/me/orders/claim",
			Summary: "Take over the orders of a guest, whose token is shown", Context: owner, Access: api.Customer}, h.claim),
		api.Handle(api.Route{ID: "buyAgain", Method: http.MethodPost, Path: "/api/v1/orders/{order_id}/buy-again",
			Summary: "Put what can still be bought of an order into the cart, at today's prices; the same again changes nothing",
			Context: owner, Access: api.Guest, Errors: []fault.Kind{fault.NotFound, fault.Conflict}}, h.buyAgain),
		api.Handle(api.Route{ID: "exportMe", Method: http.MethodGet, Path: "/api/v1/me/export", Summary: "All that is held of you",
			Context: owner, Access: api.Customer}, h.export),
		api.Handle(api.Route{ID: "deleteMe", Method: http.MethodDelete, Path: "/api/v1/me",
			Summary: "Erase all that is held of you, for good; refused while orders are on their way",
			Context: owner, Access: api.Customer, Errors: []fault.Kind{fault.Conflict}}, h.erase),
	}
}

// me is whose request it is. The API has let no one in without an identity.
func me(ctx context.Context) string {
	who, _ := auth.From(ctx)
	return who.Subject
}

type lookUpInput struct {
	Body struct {
		OrderID string `json:"order_id" maxLength:"64"`
		Email   string `json:"email" minLength:"3" maxLength:"254"`
	}
}

type lookUpOutput struct {
	Body struct {
		OrderID       string    `json:"order_id"`
		Token         string    `json:"token" doc:"A bearer token for this order alone: what became of it, and returns"`
		ExpiresAt     time.Time `json:"expires_at"`
		LinkToken     string    `json:"link_token" doc:"The same for a link in a mail, which lasts until the return window ends"`
		LinkExpiresAt time.Time `json:"link_expires_at"`
	}
}

func (h handlers) lookUp(ctx context.Context, in *lookUpInput) (*lookUpOutput, error) {
	p, err := h.service.LookUp(ctx, in.Body.OrderID, in.Body.Email)
	if err != nil {
		return nil, err
	}
	out := &lookUpOutput{}
	out.Body.OrderID, out.Body.Token, out.Body.ExpiresAt, out.Body.LinkToken, out.Body.LinkExpiresAt = p.OrderID, p.Token, p.Until, p.Link, p.LinkUntil
	return out, nil
}

type claimInput struct {
	Body struct {
		GuestToken string `json:"guest_token" maxLength:"8192" doc:"The guest's token: who has it may take the orders"`
	}
}

type claimOutput struct {
	Body struct {
		OrderIDs []string `json:"order_ids" doc:"Those that moved just now"`
	}
}

func (h handlers) claim(ctx context.Context, in *claimInput) (*claimOutput, error) {
	moved, err := h.service.Claim(ctx, me(ctx), in.Body.GuestToken)
	if err != nil {
		return nil, err
	}
	out := &claimOutput{}
	out.Body.OrderIDs = moved
	return out, nil
}

func (h handlers) erase(ctx context.Context, _ *struct{}) (*struct{}, error) {
	return nil, h.service.Erase(ctx, me(ctx))
}
