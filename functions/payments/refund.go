package payments

import (
	"context"
	"errors"
	"slices"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
)

// ReturnReceived is the data of fulfillment's event of that name, as far as it is read here.
type ReturnReceived struct {
	ReturnID string       `json:"return_id"`
	OrderID  string       `json:"order_id"`
	Group    string       `json:"group"`
	Amount   money.Amount `json:"amount"`
	Lines    []RefundLine `json:"lines"`
}

// RefundLine says which units of a shipment's line a refund is for. It is told on with the refund, and means nothing here.
type RefundLine struct {
	Line     string `json:"line" dynamodbav:"line"`
	From     int64  `json:"from" dynamodbav:"from"`
	Quantity int64  `json:"quantity" dynamodbav:"quantity"`
}

// RefundState is where a refund stands.
type RefundState string

// The states of a refund.
const (
	RefundPending RefundState = "PENDING" // the gateway is being asked
	RefundDone    RefundState = "DONE"
	RefundFailed  RefundState = "FAILED" // a person decides
)

// Refund is money of a captured payment that is given back. ID is whose it is: a return's.
type Refund struct {
	ID    string       `dynamodbav:"id"`
	Minor int64        `dynamodbav:"minor"`
	Lines []RefundLine `dynamodbav:"lines,omitempty"`
	State RefundState  `dynamodbav:"state"`
	// Asked counts the tries to ask the gateway for it.
	Asked int64 `dynamodbav:"asked"`
	// GatewayID is the gateway's name for it, once it is known.
	GatewayID string `dynamodbav:"gateway_id,omitempty"`
	Code      string `dynamodbav:"code,omitempty"` // why it failed
}

// RefundResult is a refund as the gateway sees it. Code is why it failed there, "" if it did not.
type RefundResult struct{ ID, Code string }

// refundKey is the idempotency key of a refund. It never gets a second one: under that the gateway would pay again.
func (p *Payment) refundKey(id string) string {
	return p.OrderID + "#" + p.Group + "#" + string(OpRefund) + "#" + id
}

func (p *Payment) refund(id string) *Refund {
	n := slices.IndexFunc(p.Refunds, func(r Refund) bool { return r.ID == id })
	if n < 0 {
		return nil
	}
	return &p.Refunds[n]
}

// Refunded is how much of a payment was given back, or is about to be.
func (p *Payment) Refunded() (minor int64) {
	for _, r := range p.Refunds {
		if r.State != RefundFailed {
			minor += r.Minor
		}
	}
	return minor
}

// openRefund makes a refund, unless it is there, and notes the call that asks for it if it is pending. One of nothing is done
// without the gateway.
func (p *Payment) openRefund(in ReturnReceived, s *Service) (changed bool) {
	r := p.refund(in.ReturnID)
	if r == nil {
		p.Refunds = append(p.Refunds, Refund{ID: in.ReturnID, Minor: in.Amount.Minor, Lines: in.Lines, State: RefundPending})
		r, changed = &p.Refunds[len(p.Refunds)-1], true
		switch {
		case in.Amount.Currency != p.Amount.Currency || in.Amount.Minor < 0 || p.Refunded() > p.Captured:
			r.State, r.Code = RefundFailed, "refund_too_large"
		case in.Amount.Minor == 0:
			r.State = RefundDone
		}
	}
	if r.State != RefundPending {
		return changed
	}
	r.Asked++
	p.note(OpRefund, s.Now().UTC())
	p.Calls[len(p.Calls)-1].Key = p.refundKey(r.ID)
	return true
}

// Refund gives money of a captured payment back. What the gateway refuses ends as FAILED, which is an event and not an
// error. Errors: payment_unknown_group, payment_not_captured; Unavailable while the outcome is not known.
func (s *Service) Refund(ctx context.Context, in ReturnReceived) error {
	p, found, err := s.Store.Get(ctx, in.OrderID, in.Group)
	if err != nil {
		return err
	}
	if !found {
		return fault.New(fault.NotFound, "payment_unknown_group", "there is no payment for the return")
	}
	if p.State != Captured {
		return fault.New(fault.Conflict, "payment_not_captured", "the payment was not captured")
	}
	p, err = s.change(ctx, p, func(p *Payment) bool { return p.openRefund(in, s) })
	if err != nil || p.refund(in.ReturnID).State != RefundPending {
		return err
	}
	c := p.last()
	result, answer := s.requestRefund(ctx, c.Key, p.IntentID, *p.refund(in.ReturnID))
	p, err = s.change(ctx, p, func(p *Payment) bool { p.applyRefundAnswer(c, in.ReturnID, result, answer, s); return true })
	if err != nil || p.refund(in.ReturnID).State != RefundPending {
		return err
	}
	return unknown(answer)
}

// requestRefund asks the gateway for a refund. One that was asked for before is looked for first: the try before this may be
// longer ago than the gateway keeps keys (24 hours), when what caused it was a dead letter.
func (s *Service) requestRefund(ctx context.Context, key, intent string, r Refund) (RefundResult, error) {
	if r.Asked > 1 {
		if found, there, err := s.Gateway.FindRefund(ctx, intent, r.ID); err != nil || there {
			return found, err
		}
	}
	result, err := s.Gateway.Refund(ctx, key, intent, r.ID, r.Minor)
	var lost *UnknownOutcome
	if !errors.As(err, &lost) || !lost.Spent {
		return result, err
	}
	// The key can only repeat its failure. Whether that failure gave money back, the gateway's list of refunds says.
	result, there, err := s.Gateway.FindRefund(ctx, intent, r.ID)
	if err == nil && !there {
		err = &Refusal{Code: "gateway_failed"}
	}
	return result, err
}

// applyRefundAnswer takes the answer of a refund's call and completes its note.
func (p *Payment) applyRefundAnswer(c Call, id string, result RefundResult, answer error, s *Service) {
	r := p.refund(id)
	outcome := "refunded"
	var refusal *Refusal
	switch {
	case errors.As(answer, &refusal):
		outcome = "refused: " + refusal.Code
		result.Code = refusal.Code
	case answer != nil:
		outcome = "unknown"
	}
	if r.State == RefundPending && (answer == nil || refusal != nil) {
		if r.State, r.GatewayID, r.Code = RefundDone, result.ID, result.Code; result.Code != "" {
			r.State = RefundFailed
		}
	}
	for k := range p.Calls {
		if p.Calls[k].N == c.N && p.Calls[k].Outcome == "" {
			p.Calls[k].Outcome, p.Calls[k].AnsweredAt = outcome, s.Now().UTC()
		}
	}
}

// refundsHappened returns the events that a change's refunds mean.
func refundsHappened(before, p Payment) (names []string, data []any) {
	for _, r := range p.Refunds {
		if old := before.refund(r.ID); old != nil && old.State == r.State {
			continue
		}
		switch r.State {
		case RefundDone:
			amount := money.Of(r.Minor, p.Amount.Currency)
			names = append(names, EventRefunded)
			data = append(data, PaymentRefunded{p.OrderID, p.Group, r.ID, amount, p.IntentID, r.Lines})
		case RefundFailed:
			names = append(names, EventRefundFailed)
			data = append(data, PaymentRefundFailed{p.OrderID, p.Group, r.ID, r.Code})
		}
	}
	return names, data
}
