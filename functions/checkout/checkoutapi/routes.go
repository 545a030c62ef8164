// Package checkoutapi is the checkout's part of the shopper API.
package checkoutapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/checkout"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/marketplaces"
)

// Checkout are the use cases.
type Checkout interface {
	Checkout(ctx context.Context, customerID, key string, req checkout.Request) (checkout.Reply, error)
	Resume(ctx context.Context, customerID, checkoutID string) (checkout.Reply, error)
	Status(ctx context.Context, customerID, checkoutID string) (checkout.Answer, error)
	GiveUp(ctx context.Context, customerID, checkoutID string) (checkout.Answer, error)
	Quote(ctx context.Context, customerID string, req checkout.Request) (checkout.Quote, error)
}

// Routes lists the routes; c may be nil where only their description is wanted.
func Routes(c Checkout) []api.Route {
	h := handler{c}
	failures := []fault.Kind{fault.Conflict, fault.Declined, fault.Invalid, fault.NotFound, fault.Unavailable}
	return []api.Route{
		api.Handle(
			api.Route{ID: "checkout", Method: http.MethodPost, Path: "/api/v1/orders/checkout", Summary: "Turn a cart into an order", Context: "checkout",
				Access: api.Guest, Spends: true, Success: http.StatusCreated, Also: []int{http.StatusAccepted}, Errors: failures},
			h.checkout,
		),
		api.Handle(
			api.Route{ID: "quoteCheckout", Method: http.MethodPost, Path: "/api/v1/checkout/quote",
				Summary: "What a checkout would charge, and when it would arrive", Context: "checkout", Access: api.Guest,
				Errors: []fault.Kind{fault.Conflict, fault.Invalid, fault.NotFound}},
			h.quote,
		),
		api.Handle(
			api.Route{
				ID:      "getCheckout",
				Method:  http.MethodGet,
				Path:    "/api/v1/checkouts/{checkout_id}",
				Summary: "Where a checkout stands",
				Context: "checkout",
				Access:  api.Guest,
				Errors:  []fault.Kind{fault.NotFound},
			},
			h.status,
		),
		api.Handle(
			api.Route{
				ID:      "resumeCheckout",
				Method:  http.MethodPost,
				Path:    "/api/v1/checkouts/{checkout_id}/resume",
				Summary: "Resume after a 3-D Secure challenge",
				Context: "checkout",
				Access:  api.Guest,
				Success: http.StatusCreated,
				Also:    []int{http.StatusAccepted},
				Errors:  failures,
			},
			h.resume,
		),
		api.Handle(
			api.Route{
				ID:      "giveUpCheckout",
				Method:  http.MethodDelete,
				Path:    "/api/v1/checkouts/{checkout_id}",
				Summary: "Give a checkout up that waits for its bank",
				Context: "checkout",
				Access:  api.Guest,
				Success: http.StatusOK,
				Also:    []int{http.StatusAccepted},
				Errors:  []fault.Kind{fault.Conflict, fault.NotFound},
			},
			h.giveUp,
		),
	}
}

type handler struct{ cases Checkout }

type checkoutInput struct {
	api.Marketplace
	api.IdempotencyKey
	Body struct {
		CartID           string        `json:"cart_id" minLength:"1" maxLength:"64"`
		AddressID        string        `json:"shipping_address_id" minLength:"1" maxLength:"64"`
		MethodID         string        `json:"payment_method_id" minLength:"1" maxLength:"64"`
		ShippingOptionID string        `json:"shipping_option_id,omitempty" maxLength:"32" doc:"The marketplace's first when absent"`
		ExpectedTotal    *money.Amount `json:"expected_total,omitempty" doc:"Refuse with cart_changed if the total is another"`
		QuoteID          string        `json:"quote_id,omitempty" maxLength:"128" doc:"Refuse with cart_changed if it costs something else than that quote"`
	}
}

type replyOutput struct {
	api.Location
	api.RetryAfter
	api.Replayed
	Status int
	Body   Status
}

// Status is where a checkout stands.
type Status struct {
	CheckoutID string               `json:"checkout_id"`
	OrderID    string               `json:"order_id" doc:"The order's, once it is placed"`
	Status     string               `json:"status" enum:"processing,action_required,placed,failed"`
	Total      *money.Amount        `json:"total,omitempty"`
	NextAction *checkout.NextAction `json:"next_action,omitempty" doc:"The 3-D Secure challenge for the shopper; then resume"`
	Failure    *checkout.Failure    `json:"failure,omitempty"`
}

var names = map[checkout.State]string{
	checkout.Open:    "processing",
	checkout.Waiting: "action_required",
	checkout.Placed:  "placed",
	checkout.Failed:  "failed",
}

func statusOf(a checkout.Answer) Status {
	return Status{a.CheckoutID, a.OrderID, names[a.State], a.Total, a.NextAction, a.Failure}
}

func (h handler) checkout(ctx context.Context, in *checkoutInput) (*replyOutput, error) {
	who, _ := auth.From(ctx)
	if _, err := marketplaces.Lookup(in.Market); err != nil {
		return nil, err
	}
	b := in.Body
	return answer(h.cases.Checkout(ctx, who.Subject, in.Key, checkout.Request{CartID: b.CartID, AddressID: b.AddressID,
		MethodID: b.MethodID, ShippingOptionID: b.ShippingOptionID, Marketplace: in.Market, ExpectedTotal: b.ExpectedTotal, QuoteID: b.QuoteID}))
}

type pathInput struct {
	CheckoutID string `path:"checkout_id" maxLength:"64"`
}

func (h handler) resume(ctx context.Context, in *pathInput) (*replyOutput, error) {
	who, _ := auth.From(ctx)
	return answer(h.cases.Resume(ctx, who.Subject, in.CheckoutID))
}

// answer is 201 for a placed order, 202 while the outcome is open, and the failure's own status otherwise.
func answer(r checkout.Reply, err error) (*replyOutput, error) {
	if err != nil {
		return nil, err
	}
	out := &replyOutput{Replayed: api.Replay(r.Replayed), Body: statusOf(r.Answer)}
	switch r.State {
	case checkout.Failed:
		return nil, failure(r)
	case checkout.Placed:
		out.Status, out.Location.Location = http.StatusCreated, "/api/v1/orders/"+r.OrderID
	default:
		out.Status, out.Location.Location, out.RetryAfter = http.StatusAccepted, "/api/v1/checkouts/"+r.CheckoutID, api.After(time.Second)
	}
	return out, nil
}

func failure(r checkout.Reply) error {
	if r.Failure == nil {
		return fault.New(fault.Internal, "internal", "something failed on our side")
	}
	f := r.Failure.Fault()
	if r.Current != nil {
		f = f.Showing(quoteOf(*r.Current))
	}
	return f
}

type givenUpOutput struct {
	Status int
	Body   Status
}

// giveUp is 200 for a checkout that is over, and 202 while something of it is still to be undone.
func (h handler) giveUp(ctx context.Context, in *pathInput) (*givenUpOutput, error) {
	who, _ := auth.From(ctx)
	a, err := h.cases.GiveUp(ctx, who.Subject, in.CheckoutID)
	if err != nil {
		return nil, err
	}
	out := &givenUpOutput{Status: http.StatusOK, Body: statusOf(a)}
	if !a.State.Terminal() {
		out.Status = http.StatusAccepted
	}
	return out, nil
}

type statusOutput struct{ Body Status }

func (h handler) status(ctx context.Context, in *pathInput) (*statusOutput, error) {
	who, _ := auth.From(ctx)
	a, err := h.cases.Status(ctx, who.Subject, in.CheckoutID)
	if err != nil {
		return nil, err
	}
	return &statusOutput{statusOf(a)}, nil
}
