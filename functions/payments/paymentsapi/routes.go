// Package paymentsapi is the door for the payment gateway's webhooks.
package paymentsapi

import (
	"context"
	"net/http"

	"rialto/functions/internal/api"
)

// Service takes notices in.
type Service interface {
	Receive(ctx context.Context, payload []byte, signature string) error
}

type handlers struct{ service Service }

// Routes is the table; a nil service serves for the document.
func Routes(s Service) []api.Route {
	h := handlers{s}
	return []api.Route{
		api.Handle(api.Route{ID: "receiveGatewayEvent", Method: http.MethodPost, Path: "/webhooks/v1/gateway",
			Summary: "For the payment gateway: an event, signed by it", Context: "payments", Access: api.Public}, h.receive),
	}
}

// input keeps the body as it came, since the signature is over its bytes.
type input struct {
	Signature string `header:"Stripe-Signature" required:"true" maxLength:"1024" doc:"When it was signed, and the signatures: t=…,v1=…"`
	RawBody   []byte `contentType:"application/json"`
}

func (h handlers) receive(ctx context.Context, in *input) (*struct{}, error) {
	return nil, h.service.Receive(ctx, in.RawBody, in.Signature)
}
