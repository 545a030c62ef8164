package fulfillment

import (
	"context"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/orders"
)

// Appeal is what a shopper says against the rejection of a return, and what an operator makes of it. There is one a return.
type Appeal struct {
	Reason  string    `dynamodbav:"reason"`
	Against string    `dynamodbav:"against"` // why its seller rejected it
	At      time.Time `dynamodbav:"at"`
	// Decision is empty until an operator has decided; Note is why, for the shopper and the seller to read.
	Decision  AppealDecision `dynamodbav:"decision,omitempty"`
	Note      string         `dynamodbav:"note,omitempty"`
	DecidedAt time.Time      `dynamodbav:"decided_at"`
}

// AppealDecision is how an appeal ends.
type AppealDecision string

// The decisions.
const (
	Granted AppealDecision = "granted" // the return counts as received: its money is given back
	Denied  AppealDecision = "denied"  // it stays rejected, for good
)

// AppealWindow is how long after its rejection a return can be appealed.
const AppealWindow = 30 * 24 * time.Hour

var (
	// ErrNotAppealable refuses an appeal against what was not rejected, or was appealed before.
	ErrNotAppealable = fault.New(fault.Conflict, "return_not_appealable", "the return is not rejected, or was appealed before")
	// ErrAppealOver refuses an appeal that comes too late.
	ErrAppealOver = fault.New(fault.Conflict, "appeal_window_over", "the return was rejected more than 30 days ago")
	// ErrAppealDecided refuses to decide what is not appealed, or was decided otherwise.
	ErrAppealDecided = fault.New(fault.Conflict, "appeal_decided", "the return is not appealed, or its appeal was decided otherwise")
)

func checkAppeal(pointer, text string) error {
	code, message := reasonFlaw(text)
	if code == "" {
		return nil
	}
	return fault.New(fault.Invalid, "invalid_appeal", "the appeal has fields that are not accepted").
		With(fault.Field{Pointer: pointer, Code: code, Message: message})
}

// Appeal takes a shopper's word against the rejection of a return, for an operator to decide. The same again is a success. Errors:
// order_not_found, return_not_found, return_not_appealable, appeal_window_over, invalid_appeal.
func (s *ReturnService) Appeal(ctx context.Context, customerID, orderID, returnID, reason string) (Return, error) {
	if err := checkAppeal("/reason", reason); err != nil {
		return Return{}, err
	}
	o, there, err := s.Orders.Get(ctx, orderID)
	if err != nil {
		return Return{}, err
	}
	if !there || o.CustomerID != customerID {
		return Return{}, orders.ErrNotFound
	}
	for {
		r, err := s.Returns.Return(ctx, orderID, returnID)
		now := s.Now().UTC()
		switch {
		case err != nil:
			return Return{}, err
		case r.Appeal != nil && r.Appeal.Reason == reason:
			return r, nil
		case r.State != Rejected || r.Appeal != nil:
			return Return{}, ErrNotAppealable
		case now.Sub(r.UpdatedAt) > AppealWindow:
			return Return{}, ErrAppealOver
		}
		was := r
		r.State, r.UpdatedAt, r.Appeal = Appealed, now, &Appeal{Reason: reason, Against: r.Note, At: now}
		if saved, err := s.Returns.Resolve(ctx, was, r); err != nil || saved {
			return r, err
		} // it was appealed meanwhile
	}
}

// Appeals lists the returns whose appeals are not decided, the oldest appeal first, and where the next page begins, "" on the last.
func (s *ReceivingService) Appeals(ctx context.Context, after string, limit int) ([]Return, string, error) {
	return s.Returns.Appeals(ctx, after, limit)
}

// DecideAppeal takes an operator's word on an appeal, with why. One that is granted makes the return received, with all that
// follows: its money is given back, and its units are in their seller's stock, who has them. The same again is a success. Errors:
// return_not_found, appeal_decided, invalid_appeal.
func (s *ReceivingService) DecideAppeal(ctx context.Context, orderID, returnID string, d AppealDecision, note string) (Return, error) {
	if err := checkAppeal("/reason", note); err != nil {
		return Return{}, err
	}
	to, ok := map[AppealDecision]ReturnState{Granted: Received, Denied: Rejected}[d]
	if !ok {
		return Return{}, fault.New(fault.Invalid, "invalid_appeal", "the appeal has fields that are not accepted").
			With(fault.Field{Pointer: "/decision", Code: "not_one_of", Message: "must be granted or denied"})
	}
	for {
		r, err := s.Returns.Return(ctx, orderID, returnID)
		switch {
		case err != nil:
			return Return{}, err
		case r.Appeal != nil && r.Appeal.Decision == d:
			return r, nil
		case r.State != Appealed:
			return Return{}, ErrAppealDecided
		}
		was, decided := r, *r.Appeal
		decided.Decision, decided.Note, decided.DecidedAt = d, note, s.Now().UTC()
		r.State, r.UpdatedAt, r.Appeal = to, decided.DecidedAt, &decided
		if r.Note = decided.Against; d == Granted {
			r.Note = ""
		}
		if saved, err := s.Returns.Resolve(ctx, was, r); err != nil || saved {
			return r, err
		} // it was decided meanwhile
	}
}
