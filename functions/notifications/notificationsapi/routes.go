// Package notificationsapi is the notifications' part of the shopper API.
package notificationsapi

import (
	"context"
	"net/http"

	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/notifications"
)

// Service is the use cases that the routes need.
type Service interface {
	Standing(ctx context.Context, customerID string) (notifications.Standing, error)
	Choose(ctx context.Context, customerID string, reviewRequests bool) (notifications.Standing, error)
	Unsubscribe(ctx context.Context, token string) error
}

type handlers struct{ service Service }

// Routes is the table; a nil service serves for the document.
func Routes(s Service) []api.Route {
	h := handlers{s}
	const owner, mine = "notifications", "/api/v1/me/notifications"
	return []api.Route{
		api.Handle(api.Route{ID: "getNotificationPreferences", Method: http.MethodGet, Path: mine,
			Summary: "Which mails you get, and whether they reach you", Context: owner, Access: api.Customer}, h.get),
		api.Handle(api.Route{ID: "putNotificationPreferences", Method: http.MethodPut, Path: mine,
			Summary: "Say which mails you want; those about an order and its money always come", Context: owner, Access: api.Customer}, h.put),
		api.Handle(api.Route{ID: "unsubscribe", Method: http.MethodPost, Path: "/api/v1/unsubscribe",
			Summary: "For mail programs: end review requests by the link of a mail, in one click (RFC 8058)",
			Context: owner, Access: api.Public}, h.unsubscribe),
	}
}

// me is whose request it is. The API has let no one in without an identity.
func me(ctx context.Context) string {
	who, _ := auth.From(ctx)
	return who.Subject
}

type standingOutput struct {
	Body struct {
		Orders         bool   `json:"orders" doc:"Mails about your orders and their money: always true"`
		ReviewRequests bool   `json:"review_requests"`
		Address        string `json:"address" enum:"ok,bounced,complained" doc:"Whether mails go to your address: not once it bounced, or a mail was called spam"`
	}
}

func standing(s notifications.Standing, err error) (*standingOutput, error) {
	if err != nil {
		return nil, err
	}
	out := &standingOutput{}
	out.Body.Orders, out.Body.ReviewRequests, out.Body.Address = true, s.ReviewRequests, "ok"
	switch s.Suppressed {
	case notifications.Bounced:
		out.Body.Address = "bounced"
	case notifications.Complained:
		out.Body.Address = "complained"
	}
	return out, nil
}

func (h handlers) get(ctx context.Context, _ *struct{}) (*standingOutput, error) {
	return standing(h.service.Standing(ctx, me(ctx)))
}

type putInput struct {
	Body struct {
		ReviewRequests bool `json:"review_requests" doc:"Whether you want to be asked for reviews of what you bought"`
	}
}

func (h handlers) put(ctx context.Context, in *putInput) (*standingOutput, error) {
	return standing(h.service.Choose(ctx, me(ctx), in.Body.ReviewRequests))
}

// unsubscribeInput does not look at the body of a one-click request, a form that is the same for all.
type unsubscribeInput struct {
	Token string `query:"token" required:"true" maxLength:"2048" doc:"Of the link"`
}

func (h handlers) unsubscribe(ctx context.Context, in *unsubscribeInput) (*struct{}, error) {
	return nil, h.service.Unsubscribe(ctx, in.Token)
}
