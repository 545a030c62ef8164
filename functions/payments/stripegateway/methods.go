package stripegateway

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/stripe/stripe-go/v82"

	"rialto/functions/payments"
)

var _ payments.MethodGateway = (*Gateway)(nil)

// CreateCustomer makes a customer that knows ours by id alone: what names a person stays here.
func (g *Gateway) CreateCustomer(ctx context.Context, customerID string) (string, error) {
	p := &stripe.CustomerCreateParams{Metadata: map[string]string{"customer_id": customerID}}
	c, err := g.client.V1Customers.Create(ctx, p)
	if err != nil {
		_, err = failure(err)
		return "", err
	}
	return c.ID, nil
}

// DeleteCustomer deletes a customer, and so takes its methods off.
func (g *Gateway) DeleteCustomer(ctx context.Context, id string) error {
	_, err := g.client.V1Customers.Delete(ctx, id, &stripe.CustomerDeleteParams{})
	return unless(err, http.StatusNotFound)
}

// Attach makes a method a customer's. It is not set up by a setup intent: the first payment, which its shopper is there for, does
// that (setup_future_usage), so that the bank's question is asked once.
func (g *Gateway) Attach(ctx context.Context, customer, method string) (payments.Card, error) {
	return cardOf(g.client.V1PaymentMethods.Attach(ctx, method, &stripe.PaymentMethodAttachParams{Customer: &customer}))
}

// Card reads a method.
func (g *Gateway) Card(ctx context.Context, method string) (payments.Card, error) {
	return cardOf(g.client.V1PaymentMethods.Retrieve(ctx, method, &stripe.PaymentMethodRetrieveParams{}))
}

// Detach takes a method off its customer. The gateway refuses to detach what is not attached, and what it does not know.
func (g *Gateway) Detach(ctx context.Context, method string) error {
	_, err := g.client.V1PaymentMethods.Detach(ctx, method, &stripe.PaymentMethodDetachParams{})
	return unless(err, http.StatusNotFound, http.StatusBadRequest)
}

// unless is the failure of a call, nil for one that was answered with a status that means that it is done already.
func unless(err error, done ...int) error {
	var e *stripe.Error
	if err == nil || errors.As(err, &e) && slices.Contains(done, e.HTTPStatusCode) {
		return nil
	}
	_, err = failure(err)
	return err
}

func cardOf(m *stripe.PaymentMethod, err error) (payments.Card, error) {
	if err != nil {
		_, err = failure(err)
		return payments.Card{}, err
	}
	out := payments.Card{Method: m.ID}
	if c := m.Card; c != nil {
		out.Brand, out.Last4, out.ExpMonth, out.ExpYear = string(c.Brand), c.Last4, int(c.ExpMonth), int(c.ExpYear)
	}
	return out, nil
}
