package payments

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"
)

const (
	// renewBefore is how long before its authorization ends a payment is authorized anew.
	renewBefore = 24 * time.Hour
	// renewAgain is how long after a refusal the bank is asked again, and renewTries how often it may refuse: card networks
	// fine those who ask without end.
	renewAgain, renewTries = 8 * time.Hour, 3
)

// Renewal is an intent that is to take the place of the one whose authorization ends. Spent counts keys of its confirmation
// that can only repeat a failure.
type Renewal struct {
	N        int    `dynamodbav:"n"` // 1 for a payment's first
	IntentID string `dynamodbav:"intent_id,omitempty"`
	Spent    int    `dynamodbav:"spent,omitempty"`
}

// Loose is an intent that is in force no more, until the gateway has said that it is cancelled. Spent counts keys of its cancel
// that can only repeat a refusal.
type Loose struct {
	IntentID string `dynamodbav:"intent_id"`
	Spent    int    `dynamodbav:"spent,omitempty"`
}

// Lost says that renewals were refused since the last that was not: how often, why at last, and when the bank may be asked again.
type Lost struct {
	Refusals int       `dynamodbav:"refusals"`
	Code     string    `dynamodbav:"code"`
	After    time.Time `dynamodbav:"after"`
}

// renewable tells whether another intent may take the place of the one in force: never when that may have been captured.
func (p *Payment) renewable() bool {
	return p.State == Authorized && !p.CaptureAsked || p.State == CaptureFailed && p.Again
}

// due tells whether a payment must be authorized anew now.
func (p *Payment) due(now time.Time) bool {
	at := p.renewAt()
	return !at.IsZero() && !now.Before(at)
}

// renewAt is when a payment must be authorized anew; zero for one that is not.
func (p *Payment) renewAt() time.Time {
	if p.State != Authorized || p.CaptureAsked || p.CaptureBefore.IsZero() {
		return time.Time{}
	}
	at := p.CaptureBefore.Add(-renewBefore)
	switch {
	case p.Lost == nil:
	case p.Lost.Refusals >= renewTries:
		return time.Time{}
	case p.Lost.After.After(at):
		return p.Lost.After
	}
	return at
}

// renewalKey is the idempotency key of an operation on a payment's renewal: the same for every try.
func (p *Payment) renewalKey(op Operation) string {
	key := p.OrderID + "#" + p.Group + "#" + string(op) + "#r" + strconv.Itoa(p.Renewal.N)
	if n := p.Renewal.Spent; n > 0 && op == OpConfirm {
		key += "#" + strconv.Itoa(n+1)
	}
	return key
}

func (p *Payment) looseKey(l Loose) string {
	key := p.OrderID + "#" + p.Group + "#" + string(OpCancel) + "#" + l.IntentID
	if l.Spent > 0 {
		key += "#" + strconv.Itoa(l.Spent+1)
	}
	return key
}

// noteAs writes a call down that has a key of its own.
func (p *Payment) noteAs(op Operation, key string, now time.Time) {
	p.note(op, now)
	p.Calls[len(p.Calls)-1].Key = key
}

// noteRenewal writes down the call that takes the renewal on: its creation, or its confirmation.
func (p *Payment) noteRenewal(now time.Time) {
	op := OpConfirm
	if p.Renewal.IntentID == "" {
		op = OpCreate
	}
	p.noteAs(op, p.renewalKey(op), now)
}

// loosen gives an intent up, for release to cancel.
func (p *Payment) loosen(id string) {
	if id != "" && id != p.IntentID && !slices.ContainsFunc(p.Loose, func(l Loose) bool { return l.IntentID == id }) {
		p.Loose = append(p.Loose, Loose{IntentID: id})
	}
}

// lose ends a renewal that the bank or the gateway refused.
func (p *Payment) lose(code string, now time.Time) {
	p.loosen(p.Renewal.IntentID)
	p.Renewal = nil
	if p.Lost == nil {
		p.Lost = &Lost{}
	}
	*p.Lost = Lost{p.Lost.Refusals + 1, code, now.Add(renewAgain)}
	if p.State == CaptureFailed {
		p.Again, p.Code = false, code
	}
}

// takeOver puts the renewal in force. What came before it is cancelled.
func (p *Payment) takeOver(i Intent) {
	before := p.IntentID
	p.IntentID, p.CaptureBefore, p.Current = i.ID, i.CaptureBefore, p.Renewal.N
	p.Renewal, p.Lost = nil, nil
	p.Spent = map[Operation]int{}
	p.State, p.Again, p.CaptureAsked, p.Code = Authorized, false, false, ""
	p.loosen(before)
}

// applyRenewal takes the answer of a call about renewal n.
func (p *Payment) applyRenewal(c Call, n int, i Intent, answer error, now time.Time) {
	p.answered(c, i, answer, now)
	if p.Renewal == nil || p.Renewal.N != n {
		p.loosen(i.ID) // it is over: what it made, if that is not in force, is cancelled
		return
	}
	var refusal *Refusal
	var lost *UnknownOutcome
	switch {
	case errors.As(answer, &refusal) && c.Operation != OpRetrieve:
		p.lose(refusal.Code, now)
	case errors.As(answer, &lost) && lost.Spent && c.Operation == OpCreate:
		p.lose("creation_unresolved", now) // what it may have made is unconfirmed, and nobody can confirm it
	case errors.As(answer, &lost) && lost.Spent && c.Key == p.renewalKey(OpConfirm):
		p.Renewal.Spent++
	case answer != nil:
	case p.Renewal.IntentID == "":
		p.Renewal.IntentID = i.ID
	case !p.renewable():
	case i.Status == IntentAuthorized:
		p.takeOver(i)
	case i.Status == IntentDeclined:
		p.lose(i.Code, now)
	case i.Status == IntentAction, i.Status == IntentCanceled:
		p.lose("authentication_required", now)
	}
}

// Renew authorizes a payment anew whose authorization ends soon: a second intent with the same method, which takes the place of
// the first in one write, upon which the first is cancelled. It is safe to repeat, and side by side with every other step. It
// returns when to look again, zero for never. Errors: Unavailable while an outcome is not known.
func (s *Service) Renew(ctx context.Context, orderID, group string) (next time.Time, err error) {
	p, found, err := s.Store.Get(ctx, orderID, group)
	if err != nil || !found {
		return time.Time{}, err
	}
	if p, err = s.renew(ctx, p, false); err == nil {
		p, err = s.release(ctx, p)
	}
	if err != nil {
		return time.Time{}, err
	}
	return p.renewAt(), nil
}

// renew takes a renewal as far as it gets, and begins one if it is due or asked for.
func (s *Service) renew(ctx context.Context, p Payment, asked bool) (Payment, error) {
	p, err := s.change(ctx, p, func(p *Payment) bool {
		if p.Renewal == nil && p.renewable() && (asked || p.due(s.Now())) {
			p.Renewals++
			p.Renewal = &Renewal{N: p.Renewals}
		}
		if p.Renewal == nil || !p.renewable() {
			return false
		}
		p.noteRenewal(s.Now().UTC())
		return true
	})
	if err != nil || p.Renewal == nil || !p.renewable() {
		return p, err
	}
	if n := p.Renewal.N; p.Renewal.IntentID == "" {
		c := p.last()
		i, answer := s.Gateway.Create(ctx, c.Key, p.charge())
		p, err = s.change(ctx, p, func(p *Payment) bool {
			if p.applyRenewal(c, n, i, answer, s.Now().UTC()); p.Renewal != nil && p.Renewal.IntentID != "" && p.renewable() {
				p.noteRenewal(s.Now().UTC())
			}
			return true
		})
		if err != nil || p.Renewal == nil || !p.renewable() {
			return p, err
		}
		if p.Renewal.IntentID == "" {
			return p, unknown(answer)
		}
	}
	return s.confirmRenewal(ctx, p)
}

// confirmRenewal makes the call that was noted last. An unknown outcome is looked up at once; if it stays unknown the next try
// repeats the call.
func (s *Service) confirmRenewal(ctx context.Context, p Payment) (Payment, error) {
	c, n, id := p.last(), p.Renewal.N, p.Renewal.IntentID
	i, answer := s.Gateway.Confirm(ctx, c.Key, id, true)
	p, err := s.saveRenewal(ctx, p, c, n, i, answer)
	if err != nil || p.Renewal == nil || p.Renewal.N != n {
		return p, err
	}
	p, err = s.change(ctx, p, func(p *Payment) bool { p.note(OpRetrieve, s.Now().UTC()); return true })
	if err != nil {
		return p, err
	}
	c = p.last()
	i, looked := s.Gateway.Retrieve(ctx, id)
	if p, err = s.saveRenewal(ctx, p, c, n, i, looked); err == nil && p.Renewal != nil && p.Renewal.N == n && p.renewable() {
		err = unknown(answer)
	}
	return p, err
}

func (s *Service) saveRenewal(ctx context.Context, p Payment, c Call, n int, i Intent, answer error) (Payment, error) {
	return s.change(ctx, p, func(p *Payment) bool { p.applyRenewal(c, n, i, answer, s.Now().UTC()); return true })
}

// release cancels what is in force no more: a renewal that came too late, the intent that a renewal replaced.
func (s *Service) release(ctx context.Context, p Payment) (Payment, error) {
	if p.Renewal != nil && !p.renewable() {
		var err error
		if p, err = s.dropRenewal(ctx, p); err != nil {
			return p, err
		}
	}
	for _, l := range slices.Clone(p.Loose) {
		var err error
		if p, err = s.cancelLoose(ctx, p, l); err != nil {
			return p, err
		}
	}
	return p, nil
}

// dropRenewal gives up a renewal. One whose id is not known is created under its key, so that a creation under way finds it used.
func (s *Service) dropRenewal(ctx context.Context, p Payment) (Payment, error) {
	n := p.Renewal.N
	if p.Renewal.IntentID == "" {
		p, err := s.change(ctx, p, func(p *Payment) bool {
			if p.Renewal == nil || p.Renewal.N != n || p.Renewal.IntentID != "" {
				return false
			}
			p.noteRenewal(s.Now().UTC())
			return true
		})
		if err != nil || p.Renewal == nil || p.Renewal.N != n {
			return p, err
		}
		if p.Renewal.IntentID == "" {
			c := p.last()
			i, answer := s.Gateway.Create(ctx, c.Key, p.charge())
			if p, err = s.saveRenewal(ctx, p, c, n, i, answer); err != nil {
				return p, err
			}
			if p.Renewal != nil && p.Renewal.N == n && p.Renewal.IntentID == "" {
				return p, unknown(answer)
			}
		}
	}
	return s.change(ctx, p, func(p *Payment) bool {
		if p.Renewal == nil || p.Renewal.N != n {
			return false
		}
		id := p.Renewal.IntentID
		p.Renewal = nil
		p.loosen(id)
		p.forget()
		return true
	})
}

// cancelLoose ends an intent. What refused its cancel is looked up, and the next try has a fresh key.
func (s *Service) cancelLoose(ctx context.Context, p Payment, l Loose) (Payment, error) {
	noted := func(op Operation, key string) func(*Payment) bool {
		return func(p *Payment) bool { p.noteAs(op, key, s.Now().UTC()); return true }
	}
	p, err := s.change(ctx, p, noted(OpCancel, p.looseKey(l)))
	if err != nil {
		return p, err
	}
	c := p.last()
	i, answer := s.Gateway.Cancel(ctx, c.Key, l.IntentID)
	if p, err = s.saveLoose(ctx, p, c, l, i, answer); err != nil || i.Status == IntentCanceled {
		return p, err
	}
	if p, err = s.change(ctx, p, noted(OpRetrieve, "")); err != nil {
		return p, err
	}
	c = p.last()
	i, looked := s.Gateway.Retrieve(ctx, l.IntentID)
	if p, err = s.saveLoose(ctx, p, c, l, i, looked); err == nil && i.Status != IntentCanceled {
		err = unknown(answer)
	}
	return p, err
}

func (s *Service) saveLoose(ctx context.Context, p Payment, c Call, l Loose, i Intent, answer error) (Payment, error) {
	return s.change(ctx, p, func(p *Payment) bool {
		p.answered(c, i, answer, s.Now().UTC())
		n := slices.IndexFunc(p.Loose, func(x Loose) bool { return x.IntentID == l.IntentID })
		if n < 0 {
			return true
		}
		var lost *UnknownOutcome
		switch {
		case answer == nil && i.Status == IntentCanceled:
			p.Loose = slices.Delete(p.Loose, n, n+1)
		case c.Operation == OpCancel && c.Key == p.looseKey(p.Loose[n]) && (!errors.As(answer, &lost) || lost.Spent):
			p.Loose[n].Spent++
		}
		return true
	})
}
