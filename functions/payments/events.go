package payments

import "rialto/functions/internal/money"

// The names of the events.
const (
	EventCaptured      = "PaymentCaptured"
	EventCaptureFailed = "PaymentCaptureFailed"
	EventRefunded      = "PaymentRefunded"
	EventRefundFailed  = "PaymentRefundFailed"
)

// PaymentCaptured is the data of the event, version 1.
type PaymentCaptured struct {
	OrderID  string       `json:"order_id"`
	Group    string       `json:"group"`
	Amount   money.Amount `json:"amount"`
	IntentID string       `json:"intent_id"`
}

// PaymentCaptureFailed is the data of the event, version 1. Code is the gateway's or ours:
// authorization_expired, amount_not_authorized, payment_cancelled.
type PaymentCaptureFailed struct {
	OrderID string `json:"order_id"`
	Group   string `json:"group"`
	Code    string `json:"code"`
}

// PaymentRefunded is the data of the event, version 1. RefundID is the return's id.
type PaymentRefunded struct {
	OrderID  string       `json:"order_id"`
	Group    string       `json:"group"`
	RefundID string       `json:"refund_id"`
	Amount   money.Amount `json:"amount"`
	IntentID string       `json:"intent_id"`
}

// PaymentRefundFailed is the data of the event, version 1. Code is the gateway's or ours: refund_too_large,
// gateway_failed.
type PaymentRefundFailed struct {
	OrderID  string `json:"order_id"`
	Group    string `json:"group"`
	RefundID string `json:"refund_id"`
	Code     string `json:"code"`
}

// Happened returns the event that the change from a state to the payment as it is now means; name is "" for
// none.
func Happened(before State, p Payment) (name string, data any) {
	switch {
	case before == p.State:
	case p.State == Captured:
		return EventCaptured, PaymentCaptured{p.OrderID, p.Group, money.Of(p.Captured, p.Amount.Currency), p.IntentID}
	case p.State == CaptureFailed:
		return EventCaptureFailed, PaymentCaptureFailed{p.OrderID, p.Group, p.Code}
	}
	return "", nil
}
