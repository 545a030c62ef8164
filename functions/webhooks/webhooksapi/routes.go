// Package webhooksapi is where sellers say which of their systems listens, and see what it was told.
package webhooksapi

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
	"rialto/functions/webhooks"
)

// Service is the use cases.
type Service interface {
	Put(ctx context.Context, sellerID, address, email string) (e webhooks.Endpoint, secret string, err error)
	Get(ctx context.Context, sellerID string) (webhooks.Endpoint, error)
	Remove(ctx context.Context, sellerID string) error
	Deliveries(ctx context.Context, sellerID, after string, limit int) ([]webhooks.Message, string, error)
	Replay(ctx context.Context, r webhooks.Ref) (webhooks.Message, error)
}

type handlers struct{ service Service }

// Routes is the table; a nil service serves for the document.
func Routes(s Service) []api.Route {
	h := handlers{s}
	const path, one = "/seller/v1/webhook", "/seller/v1/webhook/deliveries"
	route := func(id, method, path, summary string, errors ...fault.Kind) api.Route {
		return api.Route{ID: id, Method: method, Path: path, Summary: summary, Context: "webhooks", Access: api.Seller, Errors: errors}
	}
	return []api.Route{
		api.Handle(route("getWebhook", http.MethodGet, path, "Where the seller's system listens, and whether it is on", fault.NotFound), h.get),
		api.Handle(route("putWebhook", http.MethodPut, path,
			"Have a system told of orders to ship, cancelled parcels and returns, or turn that on again. Messages are signed as standardwebhooks.com says"),
			h.put),
		api.Handle(route("deleteWebhook", http.MethodDelete, path, "Have it told no more; its secret goes"), h.remove),
		api.Handle(route("listWebhookDeliveries", http.MethodGet, one, "What it was told in the last 30 days, the latest first, and what became of that"),
			h.list),
		api.Handle(route("replayWebhookDelivery", http.MethodPost, one+"/{delivery_id}/replay", "Tell it once more", fault.NotFound, fault.Conflict),
			h.replay),
	}
}

type webhook struct {
	URL          string     `json:"url"`
	Email        string     `json:"email,omitempty" doc:"Who is written to when it is turned off"`
	On           bool       `json:"on"`
	Off          string     `json:"off_because,omitempty"`
	OffSince     *time.Time `json:"off_since,omitempty"`
	FailingSince *time.Time `json:"failing_since,omitempty" doc:"Nothing was taken since; after three days it is turned off"`
	Secret       string     `json:"secret,omitempty" doc:"To check signatures by; told when it is made, and never again"`
}

func given(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

func webhookOf(e webhooks.Endpoint, secret string) *webhookOutput {
	return &webhookOutput{webhook{e.URL, e.Email, !e.Off(), e.Why, given(e.OffSince), given(e.FailingSince), secret}}
}

type webhookOutput struct{ Body webhook }

func (h handlers) get(ctx context.Context, _ *struct{}) (*webhookOutput, error) {
	e, err := h.service.Get(ctx, me(ctx))
	if err != nil {
		return nil, err
	}
	return webhookOf(e, ""), nil
}

type putInput struct {
	Body struct {
		URL   string `json:"url" maxLength:"2000" doc:"A public address that begins with https://"`
		Email string `json:"email,omitempty" maxLength:"254" doc:"Who is written to when it is turned off; nobody if it says nothing"`
	}
}

func (h handlers) put(ctx context.Context, in *putInput) (*webhookOutput, error) {
	e, secret, err := h.service.Put(ctx, me(ctx), in.Body.URL, in.Body.Email)
	if err != nil {
		return nil, err
	}
	return webhookOf(e, secret), nil
}

func (h handlers) remove(ctx context.Context, _ *struct{}) (*struct{}, error) {
	return nil, h.service.Remove(ctx, me(ctx))
}

type delivery struct {
	ID       string          `json:"delivery_id" doc:"The header webhook-id"`
	Type     string          `json:"type" enum:"order.placed,order.cancelled,order.reduced,return.requested,return.received"`
	OrderID  string          `json:"order_id"`
	State    webhooks.State  `json:"state" enum:"PENDING,DELIVERED,FAILED,HELD" doc:"HELD was not sent, as the webhook is off"`
	Attempts int             `json:"attempts"`
	Status   int             `json:"status,omitempty" doc:"Of the last answer; absent if there was none"`
	Body     json.RawMessage `json:"body"`
	At       time.Time       `json:"created_at"`
	TriedAt  *time.Time      `json:"tried_at,omitempty"`
	NextAt   *time.Time      `json:"next_at,omitempty" doc:"When it is sent again"`
}

func deliveryOf(m webhooks.Message) delivery {
	d := delivery{m.ID, m.Type, m.OrderID, m.State, m.Attempts, m.Status, json.RawMessage(m.Body), m.CreatedAt, given(m.TriedAt), nil}
	if m.State == webhooks.Pending {
		d.NextAt = given(m.NextAt)
	}
	return d
}

type listOutput struct {
	Body struct {
		Deliveries []delivery `json:"deliveries"`
		NextCursor string     `json:"next_cursor,omitempty" doc:"Absent on the last page"`
	}
}

func (h handlers) list(ctx context.Context, in *api.Page) (*listOutput, error) {
	out := &listOutput{}
	var err error
	out.Body.Deliveries, out.Body.NextCursor, err = api.ReadPage(in.Cursor, func(after string) ([]webhooks.Message, string, error) {
		return h.service.Deliveries(ctx, me(ctx), after, in.Limit)
	}, deliveryOf)
	return out, err
}

type replayInput struct {
	ID string `path:"delivery_id" maxLength:"64"`
}

type deliveryOutput struct{ Body delivery }

func (h handlers) replay(ctx context.Context, in *replayInput) (*deliveryOutput, error) {
	m, err := h.service.Replay(ctx, webhooks.Ref{SellerID: me(ctx), ID: in.ID})
	if err != nil {
		return nil, err
	}
	return &deliveryOutput{deliveryOf(m)}, nil
}

// me is the caller's seller.
func me(ctx context.Context) string {
	who, _ := auth.From(ctx)
	return who.SellerID
}
