package payments

import (
	"context"
	"time"

	"rialto/functions/internal/eventdata"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
)

// HandleEvent does what an event of fulfillment asks for. Errors: unknown_event, malformed_event, those of Capture, Cancel
// and Refund.
func (s *Service) HandleEvent(ctx context.Context, event string, data []byte) error {
	switch event {
	case "ShipmentPacked":
		return eventdata.Handle(ctx, event, data, s.Capture)
	case "ShipmentCancelled", "ShipmentWrittenOff":
		return eventdata.Handle(ctx, event, data, func(ctx context.Context, in ShipmentCancelled) error {
			_, err := s.Cancel(ctx, CancelInput{OrderID: in.OrderID, Groups: []string{in.Group}})
			return err
		})
	case "ReturnReceived":
		return eventdata.Handle(ctx, event, data, s.Refund)
	}
	return fault.New(fault.Malformed, "unknown_event", "payments does not take %s", event)
}

// The names of the events.
const (
	EventCaptured      = "PaymentCaptured"
	EventCaptureFailed = "PaymentCaptureFailed"
	EventRenewed       = "PaymentRenewed"
	EventLost          = "PaymentAuthorizationLost"
	EventRefunded      = "PaymentRefunded"
	EventRefundFailed  = "PaymentRefundFailed"

	EventRefundedElsewhere = "PaymentRefundedElsewhere"
	EventDisputed          = "PaymentDisputed"
)

// PaymentCaptured is the data of the event, version 1. A shipment that costs nothing has no intent: its amount is 0.
type PaymentCaptured struct {
	OrderID  string       `json:"order_id"`
	Group    string       `json:"group"`
	Amount   money.Amount `json:"amount"`
	IntentID string       `json:"intent_id"`
	// Cancelled is what of the shipment is not in the amount; it came later to version 1.
	Cancelled []CutLine `json:"cancelled,omitempty"`
}

// PaymentCaptureFailed is the data of the event, version 1. Code is the gateway's or ours:
// authorization_expired, amount_not_authorized, payment_cancelled.
type PaymentCaptureFailed struct {
	OrderID string `json:"order_id"`
	Group   string `json:"group"`
	Code    string `json:"code"`
	Attempt int    `json:"attempt,omitempty"` // the shipment's; 0 for the first; came later to version 1
}

// PaymentRenewed is the data of the event, version 1: the money is held until another time.
type PaymentRenewed struct {
	OrderID       string    `json:"order_id"`
	Group         string    `json:"group"`
	CaptureBefore time.Time `json:"capture_before"`
}

// PaymentAuthorizationLost is the data of the event, version 1: the bank refuses to hold the money for longer than CaptureBefore,
// which came later to version 1. Code is the gateway's.
type PaymentAuthorizationLost struct {
	OrderID       string    `json:"order_id"`
	Group         string    `json:"group"`
	Code          string    `json:"code"`
	CaptureBefore time.Time `json:"capture_before"`
}

// PaymentRefunded is the data of the event, version 1. RefundID is the return's id, and Lines are the units that the money was
// paid for.
type PaymentRefunded struct {
	OrderID  string       `json:"order_id"`
	Group    string       `json:"group"`
	RefundID string       `json:"refund_id"`
	Amount   money.Amount `json:"amount"`
	IntentID string       `json:"intent_id"`
	Lines    []RefundLine `json:"lines,omitempty"`
	Attempt  int          `json:"attempt,omitempty"` // that gave it; 0 for the first; came later to version 1
	After    int          `json:"after,omitempty"`   // the last attempt before whose money came back, counted from 1; came later to version 1
	// Before tells that nothing was left to give: a refund made at the gateway had given it back. It came later to version 1.
	Before bool `json:"before,omitempty"`
}

// PaymentRefundedElsewhere is the data of the event, version 1: an operator gave money back, here or by hand at the gateway; or the bank
// turned such a refund back. RefundID is the gateway's where it was made there, else our name for the attempt.
type PaymentRefundedElsewhere struct {
	OrderID    string       `json:"order_id"`
	Group      string       `json:"group"`
	RefundID   string       `json:"refund_id"`
	Amount     money.Amount `json:"amount"`
	TurnedBack bool         `json:"turned_back,omitempty"`
}

// PaymentDisputed is the data of the event, version 1: a customer disputes a payment at their bank, or the dispute is over.
type PaymentDisputed struct {
	OrderID   string       `json:"order_id"`
	Group     string       `json:"group"`
	DisputeID string       `json:"dispute_id"`
	Amount    money.Amount `json:"amount"`
	State     DisputeState `json:"state"`
	Reason    string       `json:"reason"` // the bank's
}

// PaymentRefundFailed is the data of the event, version 1. Code is the gateway's or ours: refund_too_large. TurnedBack is what the
// same attempt had been told to have given, and the customer's bank sent back; nil where nothing had been given. It, its lines and
// the attempt came later to version 1.
type PaymentRefundFailed struct {
	OrderID    string        `json:"order_id"`
	Group      string        `json:"group"`
	RefundID   string        `json:"refund_id"`
	Code       string        `json:"code"`
	Attempt    int           `json:"attempt,omitempty"`
	TurnedBack *money.Amount `json:"turned_back,omitempty"`
	Lines      []RefundLine  `json:"lines,omitempty"`
}

// failed tells whether an attempt to take a payment has failed.
func (p *Payment) failed() bool { return p.State == CaptureFailed && !p.Again }

// Happened returns the events that a change of a payment means, its refunds' last.
func Happened(before, p Payment) (names []string, data []any) {
	add := func(name string, what any) { names, data = append(names, name), append(data, what) }
	if p.Current != before.Current {
		add(EventRenewed, PaymentRenewed{p.OrderID, p.Group, p.CaptureBefore.UTC()})
	}
	if p.Lost != nil && (before.Lost == nil || before.Lost.Refusals != p.Lost.Refusals) {
		add(EventLost, PaymentAuthorizationLost{p.OrderID, p.Group, p.Lost.Code, p.CaptureBefore.UTC()})
	}
	switch {
	case p.State == Captured && before.State != Captured:
		add(EventCaptured, PaymentCaptured{p.OrderID, p.Group, money.Of(p.Captured, p.Amount.Currency), p.IntentID, p.Cut})
	case p.failed() && !(before.failed() && before.Attempt == p.Attempt):
		add(EventCaptureFailed, PaymentCaptureFailed{p.OrderID, p.Group, p.Code, p.Attempt})
	}
	for _, d := range p.Disputes {
		if old := before.dispute(d.ID); old == nil || old.State != d.State {
			add(EventDisputed, PaymentDisputed{p.OrderID, p.Group, d.ID, money.Of(d.Minor, p.Amount.Currency), d.State, d.Reason})
		}
	}
	more, what := refundsHappened(before, p)
	return append(names, more...), append(data, what...)
}
