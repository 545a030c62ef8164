package payments

import (
	"context"
	"fmt"
	"time"

	"rialto/functions/internal/money"
)

// Gateway is a payment gateway. A call with a key takes effect at most once, and a repetition gets the first
// answer. Errors: *Refusal when nothing happened and never will under this key, *UnknownOutcome for everything else. An
// answer that tells the intent's state is no error, even where the gateway refuses what was asked of it.
type Gateway interface {
	// Create makes an unconfirmed intent with manual capture.
	Create(ctx context.Context, key string, c Charge) (Intent, error)
	Retrieve(ctx context.Context, id string) (Intent, error)
	// Confirm asks the bank; offSession says that the shopper is not there to answer it.
	Confirm(ctx context.Context, key, id string, offSession bool) (Intent, error)
	Cancel(ctx context.Context, key, id string) (Intent, error)
	// Capture takes minor units of the intent's currency, at most what is authorized, and releases the rest.
	Capture(ctx context.Context, key, id string, minor int64) (Intent, error)
	// Refund gives money of a captured intent back. One that the gateway took and that failed is no error, and has a Code.
	Refund(ctx context.Context, key string, r RefundCall) (RefundResult, error)
	// FindRefund looks among an intent's refunds for one by our name, and tells how it stands now.
	FindRefund(ctx context.Context, id, name string) (r RefundResult, there bool, err error)
	// RefundsOf lists an intent's refunds, those that were made there by hand among them.
	RefundsOf(ctx context.Context, id string) ([]GatewayRefund, error)
}

// Charge is what an intent is created for.
type Charge struct {
	OrderID string
	Group   string
	Amount  money.Amount
	Method  string // the gateway's token
	Again   bool   // the method has paid for this before, and its shopper is not there
}

// RefundCall is what the gateway is asked to give back. Name is ours for it, which the gateway keeps with order and group.
type RefundCall struct {
	IntentID string
	OrderID  string
	Group    string
	Name     string
	Minor    int64 // minor units of the intent's currency
}

// Intent is a payment as the gateway sees it.
type Intent struct {
	ID            string
	Status        Outcome
	Captured      int64     // minor units
	CaptureBefore time.Time // zero if nothing is held
	Code          string    // why it was declined
	Action        *NextAction
	OrderID       string // and Group: whose it is, "" of one that was not made here
	Group         string
}

// NextAction is what the shopper must do: a 3-D Secure challenge, at the page of the bank.
type NextAction struct {
	Type string `json:"type" dynamodbav:"type"`
	URL  string `json:"url" dynamodbav:"url"`
}

// Refusal is a final no: the bank's, or else the gateway's own, which nobody's money can change.
type Refusal struct {
	Code string
	Bank bool
}

// Error implements error.
func (r *Refusal) Error() string { return "gateway refused: " + r.Code }

// UnknownOutcome reports that the outcome of a call is not known. Spent tells that the gateway has stored its failure
// under the key: asking again with it only repeats the failure.
type UnknownOutcome struct {
	Spent bool
	Why   string
	Cause error
}

// Error implements error.
func (u *UnknownOutcome) Error() string {
	if u.Cause == nil {
		return "gateway outcome unknown: " + u.Why
	}
	return fmt.Sprintf("gateway outcome unknown: %s: %v", u.Why, u.Cause)
}

// Unwrap returns the cause, nil for none.
func (u *UnknownOutcome) Unwrap() error { return u.Cause }
