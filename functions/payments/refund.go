package payments

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

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
	Charges  []RefundLine `json:"charges"` // for shipping that is given back with them, told on as lines are
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
	RefundDone    RefundState = "DONE"    // the gateway has given it, and may say later that the bank turned it back
	RefundFailed  RefundState = "FAILED"  // a person decides (RefundAgain)
)

// Refund is money of a captured payment that is given back. ID is whose it is: a return's, or of an operator's word.
type Refund struct {
	ID    string       `dynamodbav:"id"`
	Minor int64        `dynamodbav:"minor"`
	Lines []RefundLine `dynamodbav:"lines,omitempty"`
	State RefundState  `dynamodbav:"state"`
	// Asked counts the tries to ask the gateway for it.
	Asked int64 `dynamodbav:"asked"`
	// Attempt counts the names and keys that are spent. A later one begins only when an earlier one gave nothing for good: its key
	// keeps a failure and the gateway has no refund of its name, or the gateway refused it, or its bank turned it back.
	Attempt int `dynamodbav:"attempt,omitempty"`
	// TurnedBack is the last attempt whose money came back, counted from 1; 0 for none.
	TurnedBack int `dynamodbav:"turned_back,omitempty"`
	// GatewayID is the gateway's name for it, once it is known.
	GatewayID string    `dynamodbav:"gateway_id,omitempty"`
	Code      string    `dynamodbav:"code,omitempty"` // why it failed
	DoneAt    time.Time `dynamodbav:"done_at"`        // when the gateway said that it is given; zero before
	// Elsewhere tells that it was made at the gateway, by hand, and is no return's. ID is the gateway's.
	Elsewhere bool `dynamodbav:"elsewhere,omitempty"`
	// Goodwill tells that an operator gave it, and that it is no return's either. Its lines say how many units it was for, and not which.
	Goodwill bool `dynamodbav:"goodwill,omitempty"`
	// Before tells that refunds of no return had given the money back: nothing was left to give.
	Before bool `dynamodbav:"before,omitempty"`
}

// Name is our name for the attempt of a refund that is under way, or was the last.
func (r Refund) Name() string {
	if r.Attempt == 0 {
		return r.ID
	}
	return r.ID + "#" + strconv.Itoa(r.Attempt+1)
}

// RefundResult is a refund as the gateway sees it. Code is why it failed there, "" if it did not.
type RefundResult struct{ ID, Code string }

// RefundRef names an attempt of a refund as the gateway keeps it: with the order, its group, and our name.
type RefundRef struct {
	OrderID string `json:"order_id"`
	Group   string `json:"group"`
	Name    string `json:"refund_id"`
}

// refundKey is the idempotency key of a refund's attempt, whoever tries. Under another the gateway would pay again.
func (p *Payment) refundKey(r Refund) string {
	return p.OrderID + "#" + p.Group + "#" + string(OpRefund) + "#" + r.Name()
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
		if r.State != RefundFailed && !r.Before {
			minor += r.Minor
		}
	}
	return minor
}

// refundedElsewhere is what refunds that were no return's have given back, and that is none's yet.
func (p *Payment) refundedElsewhere() (minor int64) {
	for _, r := range p.Refunds {
		switch {
		case r.ofNoReturn() && r.State == RefundDone:
			minor += r.Minor
		case r.Before:
			minor -= r.Minor
		}
	}
	return minor
}

// openRefund makes a refund, unless it is there, and notes the call that asks for it if it is pending. One of nothing is done
// without the gateway.
func (p *Payment) openRefund(in ReturnReceived, now time.Time) (changed bool) {
	if p.refund(in.ReturnID) == nil {
		p.Refunds = append(p.Refunds, Refund{ID: in.ReturnID, Minor: in.Amount.Minor, Lines: slices.Concat(in.Lines, in.Charges),
			State: RefundPending})
		changed = true
		switch r := p.refund(in.ReturnID); {
		case in.Amount.Currency != p.Amount.Currency || in.Amount.Minor < 0:
			r.State, r.Code = RefundFailed, "refund_too_large"
		case p.Refunded() > p.Captured && in.Amount.Minor <= p.refundedElsewhere():
			r.State, r.Before, r.DoneAt = RefundDone, true, now
		case p.Refunded() > p.Captured:
			r.State, r.Code = RefundFailed, "refund_too_large"
		case in.Amount.Minor == 0:
			r.State, r.DoneAt = RefundDone, now
		}
	}
	return p.noteRefund(in.ReturnID, now) || changed
}

// noteRefund notes the call that asks for a refund, if it is pending.
func (p *Payment) noteRefund(id string, now time.Time) (noted bool) {
	r := p.refund(id)
	if r.State != RefundPending {
		return false
	}
	r.Asked++
	p.noteAs(OpRefund, p.refundKey(*r), now)
	return true
}

// Refund gives money of a captured payment back. What the gateway refuses ends as FAILED, which is an event and not an
// error. Errors: payment_unknown_group, payment_not_captured; Unavailable while the outcome is not known, or the gateway failed
// without an effect.
func (s *Service) Refund(ctx context.Context, in ReturnReceived) error {
	p, found, err := s.Store.Get(ctx, in.OrderID, in.Group)
	if err != nil {
		return err
	}
	if !found {
		return errNoPayment
	}
	if p.State != Captured {
		return errNotCaptured
	}
	p, err = s.change(ctx, p, func(p *Payment) bool { return p.openRefund(in, s.Now().UTC()) })
	if err != nil {
		return err
	}
	_, err = s.askRefund(ctx, p, in.ReturnID)
	return err
}

var (
	errNoPayment = fault.New(fault.NotFound, "payment_unknown_group", "there is no payment for the return")
	errNoRefund  = fault.New(fault.NotFound, "refund_unknown", "the payment has no refund of this name")
	// ErrRefundNotFailed refuses to ask again for a refund that was given.
	ErrRefundNotFailed = fault.New(fault.Conflict, "refund_not_failed", "the refund has not failed")
	errRefundTooLarge  = fault.New(fault.Conflict, "refund_too_large", "more would be given back than was taken")
)

// RefundAgain is an operator's word to ask once more for a refund that failed: under a name and a key of its own, which are
// stored before the gateway is asked, so that what repeats the word goes on with the same attempt. In is named by its return's
// id. Errors: payment_unknown_group, refund_unknown, refund_not_failed, refund_too_large; Unavailable while the outcome is not known.
func (s *Service) RefundAgain(ctx context.Context, in RefundRef) (Refund, error) {
	p, found, err := s.Store.Get(ctx, in.OrderID, in.Group)
	if err != nil || !found {
		return Refund{}, cmp.Or(err, error(errNoPayment))
	}
	var refused error
	p, err = s.change(ctx, p, func(p *Payment) bool {
		r := p.refund(in.Name)
		switch refused = nil; {
		case r == nil, r.Elsewhere:
			refused = errNoRefund
		case r.State == RefundDone:
			refused = ErrRefundNotFailed
		case r.State == RefundFailed && (r.Minor <= 0 || p.Refunded()+r.Minor > p.Captured):
			refused = errRefundTooLarge
		case r.State == RefundFailed:
			r.State, r.Attempt, r.GatewayID, r.Code, r.DoneAt = RefundPending, r.Attempt+1, "", "", time.Time{}
		}
		return refused == nil && p.noteRefund(in.Name, s.Now().UTC())
	})
	if err = cmp.Or(err, refused); err != nil {
		return Refund{}, err
	}
	if p, err = s.askRefund(ctx, p, in.Name); err != nil {
		return Refund{}, err
	}
	return *p.refund(in.Name), nil
}

// RefundChanged looks at a refund whose state has changed at the gateway, as that says, or may have: one that was given, and
// that the bank turned back days later, is FAILED. It is safe to repeat, and to come late: what the gateway says of an attempt
// that another has followed changes nothing. Errors: payment_unknown_group, refund_unknown; Unavailable while the gateway does not
// answer.
func (s *Service) RefundChanged(ctx context.Context, in RefundRef) error {
	p, found, err := s.Store.Get(ctx, in.OrderID, in.Group)
	if err != nil || !found {
		return cmp.Or(err, error(errNoPayment))
	}
	id, _, _ := strings.Cut(in.Name, "#")
	r := p.refund(id)
	if r == nil {
		return errNoRefund
	}
	if r.State == RefundFailed || r.Name() != in.Name {
		return nil
	}
	result, there, err := s.Gateway.FindRefund(ctx, p.IntentID, in.Name)
	if err != nil {
		return unknown(err)
	}
	if !there || result.Code == "" {
		return nil
	}
	_, err = s.change(ctx, p, func(p *Payment) bool {
		r := p.refund(id)
		if r.State == RefundFailed || r.Name() != in.Name {
			return false
		}
		if r.State == RefundDone {
			r.TurnedBack = r.Attempt + 1
		}
		r.State, r.GatewayID, r.Code = RefundFailed, result.ID, result.Code
		return true
	})
	return err
}

// askRefund makes the call that was noted last, if the refund is pending.
func (s *Service) askRefund(ctx context.Context, p Payment, id string) (Payment, error) {
	if p.refund(id).State != RefundPending {
		return p, nil
	}
	c := p.last()
	result, answer := s.requestRefund(ctx, c.Key, p, *p.refund(id))
	var list []GatewayRefund
	if refusal := (*Refusal)(nil); errors.As(answer, &refusal) {
		// The money may have been given back by hand, and the notice of that be on its way.
		var err error
		if list, err = s.Gateway.RefundsOf(ctx, p.IntentID); err != nil {
			answer = notFinal(err)
		}
	}
	p, err := s.change(ctx, p, func(p *Payment) bool {
		p.applyRefundAnswer(c, id, result, answer, s.Now().UTC())
		p.takeElsewhere(list, s.Now().UTC())
		return true
	})
	if err != nil || p.refund(id).State != RefundPending {
		return p, err
	}
	return p, unknown(answer)
}

// errNothingGiven says that a key keeps a failure, and that the gateway gave nothing under it.
var errNothingGiven = &UnknownOutcome{Why: "a failure is kept under the key, and nothing was given"}

// requestRefund asks the gateway for a refund. One that was asked for before is looked for first: the try before this may be
// longer ago than the gateway keeps keys (24 hours), when what caused it was a dead letter.
func (s *Service) requestRefund(ctx context.Context, key string, p Payment, r Refund) (RefundResult, error) {
	if r.Asked > 1 {
		if found, there, err := s.Gateway.FindRefund(ctx, p.IntentID, r.Name()); err != nil || there {
			return found, notFinal(err)
		}
	}
	result, err := s.Gateway.Refund(ctx, key, RefundCall{p.IntentID, p.OrderID, p.Group, r.Name(), r.Minor})
	var lost *UnknownOutcome
	if !errors.As(err, &lost) || !lost.Spent {
		return result, err
	}
	// The key can only repeat its failure. Whether that failure gave money back, the gateway's list of refunds says.
	result, there, err := s.Gateway.FindRefund(ctx, p.IntentID, r.Name())
	if err == nil && !there {
		err = errNothingGiven
	}
	return result, notFinal(err)
}

// notFinal makes the refusal of a look-up an outcome that is not known: nothing follows from it for what was looked for.
func notFinal(err error) error {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return &UnknownOutcome{Why: "the look-up was refused", Cause: refusal}
	}
	return err
}

// applyRefundAnswer takes the answer of a refund's call and completes its note. One to an attempt that another has followed moves
// nothing.
func (p *Payment) applyRefundAnswer(c Call, id string, result RefundResult, answer error, now time.Time) {
	r := p.refund(id)
	outcome := "refunded"
	var refusal *Refusal
	switch current := r.State == RefundPending && c.Key == p.refundKey(*r); {
	case errors.As(answer, &refusal):
		if outcome = "refused: " + refusal.Code; current {
			r.State, r.Code = RefundFailed, refusal.Code
		}
	case errors.Is(answer, errNothingGiven):
		if outcome = "nothing given"; current {
			r.Attempt++
		}
	case answer != nil:
		outcome = "unknown"
	case current && result.Code != "":
		r.State, r.GatewayID, r.Code = RefundFailed, result.ID, result.Code
	case current:
		r.State, r.GatewayID, r.DoneAt = RefundDone, result.ID, now
	}
	for k := range p.Calls {
		if p.Calls[k].N == c.N && p.Calls[k].Outcome == "" {
			p.Calls[k].Outcome, p.Calls[k].AnsweredAt = outcome, now
		}
	}
}

// refundsHappened returns the events that a change's refunds mean.
func refundsHappened(before, p Payment) (names []string, data []any) {
	for _, r := range p.Refunds {
		old := before.refund(r.ID)
		if old != nil && old.State == r.State {
			continue
		}
		if r.ofNoReturn() {
			turnedBack := r.State == RefundFailed && old != nil && old.State == RefundDone
			if r.State == RefundDone || turnedBack {
				names = append(names, EventRefundedElsewhere)
				data = append(data, PaymentRefundedElsewhere{p.OrderID, p.Group, r.Name(), money.Of(r.Minor, p.Amount.Currency), turnedBack})
			}
			continue
		}
		switch amount := money.Of(r.Minor, p.Amount.Currency); r.State {
		case RefundDone:
			names = append(names, EventRefunded)
			data = append(data, PaymentRefunded{p.OrderID, p.Group, r.ID, amount, p.IntentID, r.Lines, r.Attempt, r.TurnedBack, r.Before})
		case RefundFailed:
			e := PaymentRefundFailed{OrderID: p.OrderID, Group: p.Group, RefundID: r.ID, Code: r.Code, Attempt: r.Attempt}
			if old != nil && old.State == RefundDone {
				e.TurnedBack, e.Lines = &amount, r.Lines
			}
			names, data = append(names, EventRefundFailed), append(data, e)
		}
	}
	return names, data
}
