package payments

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"rialto/functions/internal/fault"
)

// MethodGateway keeps shoppers' payment methods at the gateway. Errors are those of Gateway; of the bank's no a *Refusal says so.
type MethodGateway interface {
	CreateCustomer(ctx context.Context, customerID string) (gatewayID string, err error)
	// DeleteCustomer takes a customer's methods off, too; one that is not there is deleted.
	DeleteCustomer(ctx context.Context, gatewayID string) error
	// Attach makes a method a customer's. Attaching again is the same.
	Attach(ctx context.Context, gatewayID, method string) (Card, error)
	// Card reads a method.
	Card(ctx context.Context, method string) (Card, error)
	// Detach takes a method off its customer, for good; one that is not attached is detached.
	Detach(ctx context.Context, method string) error
}

// Card is a payment method as the gateway shows it.
type Card struct {
	Method   string `json:"method"` // the gateway's id
	Brand    string `json:"brand"`
	Last4    string `json:"last4"`
	ExpMonth int    `json:"exp_month"`
	ExpYear  int    `json:"exp_year"`
}

// GatewayCustomers keeps which of the gateway's customers is whose.
type GatewayCustomers interface {
	// GatewayCustomer returns a customer's, "" if there is none.
	GatewayCustomer(ctx context.Context, customerID string) (gatewayID string, err error)
	// KeepGatewayCustomer keeps a customer's unless there is one, and returns the one that is there.
	KeepGatewayCustomer(ctx context.Context, customerID, gatewayID string) (string, error)
	ForgetGatewayCustomer(ctx context.Context, customerID string) error
}

// Methods is the use cases of shoppers' payment methods. A method that is of a customer at the gateway pays as often as wanted,
// for several shipments at once, and again when its shopper is not there; without a customer it pays once.
type Methods struct {
	Customers GatewayCustomers
	Gateway   MethodGateway
}

// MethodChange is what is to happen to a customer's methods: Attach names one as the gateway does, Detach by its token; with neither,
// the customer is forgotten at the gateway, and all methods with them.
type MethodChange struct {
	CustomerID string `json:"customer_id"`
	Attach     string `json:"attach,omitempty"`
	Detach     string `json:"detach,omitempty"`
}

// MethodResult is what an attached method is. Token is what pays with it. DeclineReason is why the bank would not have it, "" if it did:
// such a method is not the customer's yet, and each payment asks the bank again. Refused is the gateway's code for a method that
// it cannot take, "" if it can.
type MethodResult struct {
	Card
	Token         string `json:"token"`
	DeclineReason string `json:"decline_reason,omitempty"`
	Refused       string `json:"refused,omitempty"`
}

// Change does what is to happen to a customer's methods. It is safe to repeat. Errors: Unavailable while the outcome is not known.
func (m Methods) Change(ctx context.Context, in MethodChange) (MethodResult, error) {
	switch {
	case in.CustomerID == "":
		return MethodResult{}, fault.New(fault.Malformed, "malformed_step", "a payment method needs a customer")
	case in.Attach != "":
		return m.attach(ctx, in.CustomerID, in.Attach)
	case in.Detach != "":
		return MethodResult{}, tried("detach payment method", m.Gateway.Detach(ctx, gatewayMethod(in.Detach)))
	}
	return MethodResult{}, m.forget(ctx, in.CustomerID)
}

func (m Methods) attach(ctx context.Context, customerID, method string) (MethodResult, error) {
	owner, err := m.owner(ctx, customerID)
	if err != nil {
		return MethodResult{}, err
	}
	card, err := m.Gateway.Attach(ctx, owner, method)
	var refusal *Refusal
	var out MethodResult
	if errors.As(err, &refusal) && refusal.Bank {
		out.DeclineReason = DeclineReason(refusal.Code)
		card, err = m.Gateway.Card(ctx, method)
		card.Method = method // a ready method of the gateway's for tests is another one each time it is read
	}
	if errors.As(err, &refusal) {
		return MethodResult{Refused: refusal.Code}, nil
	}
	out.Card, out.Token = card, owner+"/"+card.Method
	return out, tried("attach payment method", err)
}

// gatewayMethod is the gateway's id in a method's token.
func gatewayMethod(token string) string {
	if _, method, both := strings.Cut(token, "/"); both {
		return method
	}
	return token
}

// owner returns the gateway's customer, and makes it if there is none. Of two that are made side by side one is kept: the other
// has no methods, and nobody knows of it.
func (m Methods) owner(ctx context.Context, customerID string) (string, error) {
	id, err := m.Customers.GatewayCustomer(ctx, customerID)
	if err != nil || id != "" {
		return id, err
	}
	if id, err = m.Gateway.CreateCustomer(ctx, customerID); err != nil {
		return "", tried("create the gateway's customer", err)
	}
	return m.Customers.KeepGatewayCustomer(ctx, customerID, id)
}

func (m Methods) forget(ctx context.Context, customerID string) error {
	id, err := m.Customers.GatewayCustomer(ctx, customerID)
	if err != nil || id == "" {
		return err
	}
	if err := m.Gateway.DeleteCustomer(ctx, id); err != nil {
		return tried("delete the gateway's customer", err)
	}
	return m.Customers.ForgetGatewayCustomer(ctx, customerID)
}

// tried is the fault of a call about a method that did not do what was asked.
func tried(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, unknown(err))
}
