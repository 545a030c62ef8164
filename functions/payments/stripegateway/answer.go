package stripegateway

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/stripe/stripe-go/v82"

	"rialto/functions/payments"
)

func read(i *stripe.PaymentIntent, err error) (payments.Intent, error) {
	if err != nil {
		return failure(err)
	}
	return intent(i)
}

// outcomes maps Stripe's states (https://docs.stripe.com/payments/paymentintents/lifecycle). What is
// processing is neither done nor refused.
var outcomes = map[stripe.PaymentIntentStatus]payments.Outcome{
	stripe.PaymentIntentStatusRequiresConfirmation:  payments.IntentOpen,
	stripe.PaymentIntentStatusProcessing:            payments.IntentOpen,
	stripe.PaymentIntentStatusRequiresPaymentMethod: payments.IntentDeclined,
	stripe.PaymentIntentStatusRequiresAction:        payments.IntentAction,
	stripe.PaymentIntentStatusRequiresCapture:       payments.IntentAuthorized,
	stripe.PaymentIntentStatusSucceeded:             payments.IntentCaptured,
	stripe.PaymentIntentStatusCanceled:              payments.IntentCanceled,
}

func intent(i *stripe.PaymentIntent) (payments.Intent, error) {
	out := payments.Intent{ID: i.ID, Status: outcomes[i.Status], Captured: i.AmountReceived, OrderID: i.Metadata[orderID], Group: i.Metadata[group]}
	if out.Status == "" || out.ID == "" {
		return out, &payments.UnknownOutcome{Why: "an intent in a state that is not known"}
	}
	if e := i.LastPaymentError; e != nil {
		out.Code = code(e)
	}
	if at := captureBefore(i.LatestCharge); at > 0 {
		out.CaptureBefore = time.Unix(at, 0).UTC()
	}
	if out.Status == payments.IntentAction {
		out.Action = action(i.NextAction)
	}
	return out, nil
}

// captureBefore is when a charge's authorization ends, in seconds of Unix time; 0 if it does not say.
func captureBefore(c *stripe.Charge) int64 {
	if c == nil || c.PaymentMethodDetails == nil || c.PaymentMethodDetails.Card == nil {
		return 0
	}
	return c.PaymentMethodDetails.Card.CaptureBefore
}

// action is where the shopper goes. Without a return URL the gateway leaves the challenge to its own script in
// the shopper's browser, and there is no address to hand on.
func action(a *stripe.PaymentIntentNextAction) *payments.NextAction {
	switch {
	case a == nil:
		return nil
	case a.RedirectToURL != nil:
		return &payments.NextAction{Type: "redirect_to_url", URL: a.RedirectToURL.URL}
	default:
		return &payments.NextAction{Type: string(a.Type)}
	}
}

// failure sorts an error into what is known and what is not. An error that shows the intent is an answer: a
// decline, or an operation that the intent's state forbids.
func failure(err error) (payments.Intent, error) {
	var e *stripe.Error
	if !errors.As(err, &e) {
		return payments.Intent{}, &payments.UnknownOutcome{Why: "no answer", Cause: transport(err)}
	}
	switch {
	case e.HTTPStatusCode == http.StatusPaymentRequired && e.PaymentIntent != nil,
		e.HTTPStatusCode == http.StatusBadRequest && e.Code == stripe.ErrorCodePaymentIntentUnexpectedState && e.PaymentIntent != nil:
		out, err := intent(e.PaymentIntent)
		if out.Code == "" {
			out.Code = code(e)
		}
		return out, err
	case e.Type == stripe.ErrorTypeIdempotency,
		e.HTTPStatusCode == http.StatusUnauthorized, e.HTTPStatusCode == http.StatusForbidden,
		e.HTTPStatusCode == http.StatusConflict, e.HTTPStatusCode == http.StatusTooManyRequests,
		e.HTTPStatusCode >= 500, e.HTTPStatusCode < 400:
		return payments.Intent{}, &payments.UnknownOutcome{Spent: e.HTTPStatusCode >= 500 && stored(e),
			Why: fmt.Sprintf("%d %s", e.HTTPStatusCode, code(e))}
	default:
		return payments.Intent{}, &payments.Refusal{Code: code(e), Bank: e.Type == stripe.ErrorTypeCard}
	}
}

func code(e *stripe.Error) string {
	switch {
	case e.DeclineCode != "":
		return string(e.DeclineCode)
	case e.Code != "":
		return string(e.Code)
	default:
		return string(e.Type)
	}
}

// stored tells whether the failure was kept under the key: the gateway replayed it, or says that repeating is
// of no use (https://docs.stripe.com/error-low-level#idempotency).
func stored(e *stripe.Error) bool {
	if e.LastResponse == nil {
		return false
	}
	h := e.LastResponse.Header
	return h.Get("Idempotent-Replayed") == "true" || h.Get("Stripe-Should-Retry") == "false"
}

// transport keeps of an error what names no address and quotes no answer.
func transport(err error) error {
	var n net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &n) && n.Timeout():
		return errors.New("timeout")
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.As(err, &n):
		return errors.New("connection failed")
	default:
		return errors.New("answer not readable")
	}
}
