package customersaws

import (
	"context"
	"errors"

	"rialto/functions/customers"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/invoke"
)

// Wallet is customers.Wallet by way of a function of payments: the network of the database has no way out to the gateway.
type Wallet struct {
	Lambda   invoke.Client
	Function string // its name
}

// change and changed are what the function takes and answers: payments.MethodChange and MethodResult.
type change struct {
	CustomerID string `json:"customer_id"`
	Attach     string `json:"attach,omitempty"`
	Detach     string `json:"detach,omitempty"`
}

type changed struct {
	Token         string `json:"token"`
	Brand         string `json:"brand"`
	Last4         string `json:"last4"`
	ExpMonth      int    `json:"exp_month"`
	ExpYear       int    `json:"exp_year"`
	DeclineReason string `json:"decline_reason"`
	Refused       string `json:"refused"`
}

// Attach implements customers.Wallet.
func (w Wallet) Attach(ctx context.Context, customerID, method string) (customers.PaymentMethod, error) {
	c, err := w.change(ctx, change{CustomerID: customerID, Attach: method})
	if err != nil {
		return customers.PaymentMethod{}, err
	}
	if c.Refused != "" {
		return customers.PaymentMethod{}, customers.ErrMethodRefused.Because(errors.New(c.Refused))
	}
	return customers.PaymentMethod{Brand: c.Brand, Last4: c.Last4, ExpMonth: c.ExpMonth, ExpYear: c.ExpYear, DeclineReason: c.DeclineReason,
		Token: c.Token}, nil
}

// Detach implements customers.Wallet.
func (w Wallet) Detach(ctx context.Context, customerID, token string) error {
	_, err := w.change(ctx, change{CustomerID: customerID, Detach: token})
	return err
}

// Forget implements customers.Wallet.
func (w Wallet) Forget(ctx context.Context, customerID string) error {
	_, err := w.change(ctx, change{CustomerID: customerID})
	return err
}

var errWallet = fault.New(fault.Unavailable, "payment_methods_unavailable", "payment methods cannot be changed now; send the same request again")

// change calls the function. What it fails with names no more than a code.
func (w Wallet) change(ctx context.Context, in change) (out changed, err error) {
	if err := invoke.Function(ctx, w.Lambda, w.Function, in, &out); err != nil {
		return changed{}, errWallet.Because(err)
	}
	return out, nil
}
