package payments

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"rialto/functions/internal/fault"
)

// Notice is what the gateway tells of something that happened there. It is taken as a hint alone: what is true is asked of the
// gateway, so that notices may come late, twice, and in any order.
type Notice struct {
	ID       string `json:"id"`   // the gateway's
	Type     string `json:"type"` // the gateway's name for what happened
	Object   string `json:"object"`
	ObjectID string `json:"object_id"`
}

// GatewayRefund is a refund as the gateway lists it. Name is ours, "" for one that was made there by hand. Code is why it failed.
type GatewayRefund struct {
	ID, Name, Code string
	Minor          int64
}

// GatewayDispute is a dispute and the intent that it is of.
type GatewayDispute struct {
	Dispute
	IntentID string
}

// Objects reads the gateway's objects. Errors: *Refusal for one that is not there, *UnknownOutcome.
type Objects interface {
	Retrieve(ctx context.Context, intentID string) (Intent, error)
	// IntentOfCharge and IntentOfRefund return the id of an intent, "" for what is of none.
	IntentOfCharge(ctx context.Context, chargeID string) (intentID string, err error)
	IntentOfRefund(ctx context.Context, refundID string) (intentID string, err error)
	DisputeOf(ctx context.Context, disputeID string) (GatewayDispute, error)
	// PayoutFailure is why the gateway could not pay our bank, "" if it could, or may.
	PayoutFailure(ctx context.Context, payoutID string) (code string, err error)
}

// Notices keeps which notices were dealt with.
type Notices interface {
	Heard(ctx context.Context, id string) (bool, error)
	KeepHeard(ctx context.Context, id string, now time.Time) error
}

// Listener deals with notices.
type Listener struct {
	*Service
	Objects Objects
	Notices Notices
}

// Hear looks at what a notice is about, and takes over what differs. One that was dealt with is over. Errors: Unavailable while the
// gateway does not answer.
func (l *Listener) Hear(ctx context.Context, n Notice) error {
	if heard, err := l.Notices.Heard(ctx, n.ID); err != nil || heard {
		return err
	}
	if err := l.look(ctx, n); err != nil {
		return fmt.Errorf("notice %s of %s %s: %w", n.Type, n.Object, n.ObjectID, err)
	}
	return l.Notices.KeepHeard(ctx, n.ID, l.Now().UTC())
}

func (l *Listener) look(ctx context.Context, n Notice) error {
	var intent string
	var err error
	switch n.Object {
	case "payment_intent":
		intent = n.ObjectID
	case "charge":
		intent, err = l.Objects.IntentOfCharge(ctx, n.ObjectID)
	case "refund":
		intent, err = l.Objects.IntentOfRefund(ctx, n.ObjectID)
	case "dispute":
		return l.lookAtDispute(ctx, n.ObjectID)
	case "payout":
		return l.lookAtPayout(ctx, n.ObjectID)
	default:
		slog.InfoContext(ctx, "a notice of the gateway's that nobody follows", "type", n.Type)
		return nil
	}
	if err != nil {
		return unknown(err)
	}
	return l.Refresh(ctx, intent)
}

// Refresh takes over what the gateway says of an intent: that it was cancelled, that its shopper has answered the bank, what was given
// back. One that was not made here is left alone.
func (l *Listener) Refresh(ctx context.Context, intentID string) error {
	p, i, found, err := l.paymentOf(ctx, intentID)
	if err != nil || !found {
		return err
	}
	switch {
	case p.IntentID != intentID: // it was renewed: what it was before is over
		return nil
	case p.State == Created, p.State == ActionRequired:
		_, err = l.refresh(ctx, p)
		return err
	case p.State == Authorized && i.Status == IntentCanceled && !p.CaptureAsked:
		return l.restore(ctx, p)
	case p.State != Captured:
		return nil
	}
	list, err := l.Gateway.RefundsOf(ctx, intentID)
	if err != nil {
		return unknown(err)
	}
	return l.takeRefunds(ctx, p, list)
}

// restore authorizes a payment anew whose intent was cancelled at the gateway.
func (l *Listener) restore(ctx context.Context, p Payment) error {
	p, err := l.renew(ctx, p, true)
	if err == nil {
		_, err = l.release(ctx, p)
	}
	return err
}

// paymentOf finds the payment of an intent, by what the gateway keeps with it.
func (l *Listener) paymentOf(ctx context.Context, intentID string) (p Payment, i Intent, found bool, err error) {
	if intentID == "" {
		return p, i, false, nil
	}
	if i, err = l.Objects.Retrieve(ctx, intentID); err != nil {
		return p, i, false, unknown(err)
	}
	if i.OrderID == "" || i.Group == "" {
		return p, i, false, nil
	}
	p, found, err = l.Store.Get(ctx, i.OrderID, i.Group)
	return p, i, found, err
}

// takeRefunds takes over an intent's refunds: those that were made by hand, and ours that have failed since.
func (l *Listener) takeRefunds(ctx context.Context, p Payment, list []GatewayRefund) error {
	p, err := l.change(ctx, p, func(p *Payment) bool { return p.takeElsewhere(list, l.Now().UTC()) })
	for _, g := range list {
		if err == nil && g.Name != "" && g.Code != "" {
			err = l.RefundChanged(ctx, RefundRef{p.OrderID, p.Group, g.Name})
		}
	}
	if errors.Is(err, errNoRefund) {
		return nil // made under our names, and not by us
	}
	return err
}

// takeElsewhere takes over how the refunds stand that were made at the gateway by hand. A refund of ours that failed as nothing was
// left to give is then done: the money was given back before. It counts as an attempt of its own, as the failure may be told already.
func (p *Payment) takeElsewhere(list []GatewayRefund, now time.Time) (changed bool) {
	for _, g := range list {
		changed = g.Name == "" && p.takeRefund(g, now) || changed
	}
	for k := range p.Refunds {
		r := &p.Refunds[k]
		if r.State == RefundFailed && !r.Elsewhere && r.Minor > 0 && p.Refunded()+r.Minor > p.Captured && r.Minor <= p.refundedElsewhere() {
			r.State, r.Before, r.DoneAt, r.Code, r.Attempt = RefundDone, true, now, "", r.Attempt+1
			changed = true
		}
	}
	return changed
}

// takeRefund takes over how a refund stands that was made at the gateway by hand.
func (p *Payment) takeRefund(g GatewayRefund, now time.Time) (changed bool) {
	state := RefundDone
	if g.Code != "" {
		state = RefundFailed
	}
	r := p.refund(g.ID)
	switch {
	case r == nil:
		p.Refunds = append(p.Refunds, Refund{ID: g.ID, GatewayID: g.ID, Minor: g.Minor, State: state, Code: g.Code, DoneAt: now, Elsewhere: true})
	case r.State == RefundFailed || r.State == state:
		return false
	default:
		r.State, r.Code = state, g.Code
	}
	return true
}

// lookAtDispute takes over how a dispute stands.
func (l *Listener) lookAtDispute(ctx context.Context, id string) error {
	d, err := l.Objects.DisputeOf(ctx, id)
	if err != nil {
		return unknown(err)
	}
	p, _, found, err := l.paymentOf(ctx, d.IntentID)
	if err != nil || !found {
		return err
	}
	taken := false
	_, err = l.change(ctx, p, func(p *Payment) bool {
		taken = p.takeDispute(d.Dispute, l.Now().UTC())
		return taken
	})
	if taken && err == nil && !d.State.over() {
		slog.WarnContext(ctx, "a payment is disputed", "code", "payment_disputed", "order_id", p.OrderID, "group", p.Group, "dispute", d.ID,
			"due_by", d.DueBy)
	}
	return err
}

// lookAtPayout raises an alarm over money of ours that did not come to our bank.
func (l *Listener) lookAtPayout(ctx context.Context, id string) error {
	code, err := l.Objects.PayoutFailure(ctx, id)
	if err == nil && code != "" {
		slog.ErrorContext(ctx, "the gateway could not pay us", "payout", id, "code", "gateway_payout_failed", "reason", code)
	}
	if err != nil {
		return unknown(err)
	}
	return nil
}

// Inbox is where notices wait to be dealt with.
type Inbox interface {
	Put(ctx context.Context, n Notice) error
}

// Signatures tells who wrote a notice.
type Signatures interface {
	// Notice reads what the gateway has signed. It fails with ErrSignature.
	Notice(ctx context.Context, payload []byte, signature string, now time.Time) (Notice, error)
}

// ErrSignature refuses a notice that the gateway has not signed, or too long ago.
var ErrSignature = fault.New(fault.Malformed, "bad_signature", "the signature does not fit the body, or is too old")

// Receiver takes notices in. It reads and keeps them, and does no more: the gateway wants its answer soon.
type Receiver struct {
	Signatures Signatures
	Inbox      Inbox
	Now        func() time.Time
}

// Receive takes a notice in. Errors: bad_signature; Unavailable if it could not be kept, so that the gateway sends it again.
func (r Receiver) Receive(ctx context.Context, payload []byte, signature string) error {
	n, err := r.Signatures.Notice(ctx, payload, signature, r.Now())
	if err != nil {
		return err
	}
	return r.Inbox.Put(ctx, n)
}
