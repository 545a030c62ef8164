package customers

import (
	"context"
	"regexp"
	"time"

	"rialto/functions/internal/fault"
)

// PaymentMethod is a means of payment as the gateway knows it. Token is worth nothing outside it; the card's
// number is never seen here.
type PaymentMethod struct {
	ID       string `json:"id"`
	Brand    string `json:"brand,omitempty"`
	Last4    string `json:"last4,omitempty"`
	ExpMonth int    `json:"exp_month,omitempty"`
	ExpYear  int    `json:"exp_year,omitempty"`
	// DeclineReason is why the bank would not have the card when it was added, "" if it did.
	DeclineReason string `json:"decline_reason,omitempty"`
	Token         string `json:"token"`
	// Expired tells whether its last month is over. It is reckoned as the method is read.
	Expired bool `json:"-"`
}

// Wallet keeps payment methods at the gateway, where they are a customer's. Errors: payment_method_refused, Unavailable.
type Wallet interface {
	// Attach makes one of the gateway's methods the customer's, and says what it is and by what token it pays.
	Attach(ctx context.Context, customerID, method string) (PaymentMethod, error)
	// Detach takes one off, for good; one that is not attached is detached.
	Detach(ctx context.Context, customerID, token string) error
	// Forget takes all off, and the customer with them.
	Forget(ctx context.Context, customerID string) error
}

// MethodPattern is the form of the gateway's ids of payment methods.
const MethodPattern = `^pm_[A-Za-z0-9_]{1,64}$`

var (
	methodForm       = regexp.MustCompile(MethodPattern)
	errInvalidMethod = fault.New(fault.Invalid, "invalid_payment_method", "the payment method is not accepted")
	// ErrMethodRefused is the failure of a Wallet for a method that the gateway cannot take.
	ErrMethodRefused = fault.New(fault.Invalid, "payment_method_refused",
		"the payment gateway does not take this payment method; make a new one of the card")
)

// checkMethod refuses what is no method of the gateway's. A card's number in its place is refused with the rest, so none is ever
// stored; so is the gateway's customer, who is made here.
func checkMethod(method string) error {
	if !methodForm.MatchString(method) {
		return errInvalidMethod.With(fault.Field{Pointer: "/token", Code: "bad_format", Message: "must be a token of the payment gateway"})
	}
	return nil
}

// asOf tells whether a card has expired: it is good until the last day of its month.
func (m PaymentMethod) asOf(now time.Time) PaymentMethod {
	m.Expired = m.ExpYear > 0 && !now.Before(time.Date(m.ExpYear, time.Month(m.ExpMonth)+1, 1, 0, 0, 0, 0, time.UTC))
	return m
}
