package gateway

import (
	"testing"

	"github.com/stripe/stripe-go/v82"
)

// shopper makes a customer with a card.
func (r *rig) shopper(t tb, number string) (customer, card string) {
	t.Helper()
	c, err := r.client.V1Customers.Create(background(), &stripe.CustomerCreateParams{})
	if err != nil {
		t.Fatalf("%v", err)
	}
	m, err := r.client.V1PaymentMethods.Create(background(), &stripe.PaymentMethodCreateParams{Type: stripe.String("card"),
		Card: &stripe.PaymentMethodCreateCardParams{Number: &number, ExpMonth: stripe.Int64(12), ExpYear: stripe.Int64(2040)}})
	if err != nil {
		t.Fatalf("%v", err)
	}
	return c.ID, m.ID
}

func (r *rig) attach(customer, card string) error {
	_, err := r.client.V1PaymentMethods.Attach(background(), card, &stripe.PaymentMethodAttachParams{Customer: &customer})
	return err
}

func (r *rig) pay(customer, card string) error {
	_, err := r.client.V1PaymentIntents.Create(background(), order(card, confirmed, func(p *stripe.PaymentIntentCreateParams) {
		if customer != "" {
			p.Customer = &customer
		}
	}))
	return err
}

// A method that was taken off its customer, by itself or with the customer, neither pays nor is attached again.
func TestADetachedMethodIsOver(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	customer, card := r.shopper(t, "4242424242424242")
	_, err := r.client.V1PaymentMethods.Detach(background(), card, &stripe.PaymentMethodDetachParams{})
	fails(t, err, 400, "invalid_request_error")
	for range 2 {
		if err := r.attach(customer, card); err != nil {
			t.Fatal(err)
		}
	}
	fails(t, r.pay("", card), 400, "invalid_request_error")
	for range 2 {
		if err := r.pay(customer, card); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.client.V1PaymentMethods.Detach(background(), card, &stripe.PaymentMethodDetachParams{}); err != nil {
		t.Fatal(err)
	}
	fails(t, r.pay(customer, card), 400, "invalid_request_error")
	fails(t, r.pay("", card), 400, "invalid_request_error")
	fails(t, r.attach(customer, card), 400, "invalid_request_error")

	other, second := r.shopper(t, "4242424242424242")
	if err := r.attach(other, second); err != nil {
		t.Fatal(err)
	}
	if _, err := r.client.V1Customers.Delete(background(), other, &stripe.CustomerDeleteParams{}); err != nil {
		t.Fatal(err)
	}
	fails(t, r.pay("", second), 400, "invalid_request_error")
	fails(t, r.attach(customer, second), 400, "invalid_request_error")
	_, err = r.client.V1Customers.Retrieve(background(), other, &stripe.CustomerRetrieveParams{})
	fails(t, err, 404, "resource_missing")
}

// A payment with setup_future_usage attaches its method and, for a bank that remembers, lets it pay without its shopper.
func TestAPaymentSetsAMethodUp(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	alone := func(customer, card string) error {
		_, err := r.client.V1PaymentIntents.Create(background(), order(card, confirmed, func(p *stripe.PaymentIntentCreateParams) {
			p.Customer, p.OffSession = &customer, stripe.Bool(true)
		}))
		return err
	}
	customer, card := r.shopper(t, "4000002500003155")
	if err := r.attach(customer, card); err != nil {
		t.Fatal(err)
	}
	fails(t, alone(customer, card), 402, "authentication_required")
	i := r.create(t, order(card, confirmed, func(p *stripe.PaymentIntentCreateParams) {
		p.Customer, p.SetupFutureUsage = &customer, stripe.String("off_session")
	}))
	if r.control(t, "POST", "intents/"+i.ID+"/authenticate?outcome=succeed", nil, nil) != 200 {
		t.Fatal("not authenticated")
	}
	if err := alone(customer, card); err != nil {
		t.Fatal(err)
	}
	other, unattached := r.shopper(t, "4242424242424242")
	r.create(t, order(unattached, confirmed, func(p *stripe.PaymentIntentCreateParams) {
		p.Customer, p.SetupFutureUsage = &other, stripe.String("off_session")
	}))
	if err := r.pay(other, unattached); err != nil {
		t.Fatal(err)
	}
}
