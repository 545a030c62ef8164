package payments

import (
	"context"
	"errors"
	"time"

	"rialto/functions/internal/fault"
)

// Store keeps payments.
type Store interface {
	Get(ctx context.Context, orderID, group string) (Payment, bool, error)
	// Save stores p as version p.Version+1 if the stored one still has p.Version (0: there is none). If
	// not, ok is false and now is what is stored.
	Save(ctx context.Context, p Payment) (now Payment, ok bool, err error)
}

// Service is the context's use cases. AtOnce bounds the payments that one of them works on together; 0 is the usual.
type Service struct {
	Store   Store
	Gateway Gateway
	Now     func() time.Time
	AtOnce  int
}

var (
	errUnknown  = fault.New(fault.Unavailable, "payment_unknown", "the payment gateway's answer is not known yet").After(2 * time.Second)
	errBusy     = fault.New(fault.Unavailable, "payment_busy", "the payment is being changed by others").After(time.Second)
	errDeclined = fault.New(fault.Declined, "payment_declined", "the payment was declined")
	errRefused  = fault.New(fault.Invalid, "payment_refused", "the payment gateway does not take the payment method")
	// errTooSmall and errTooLarge refuse amounts beyond what the gateway takes, whose bounds are not known here for every currency.
	errTooSmall  = fault.New(fault.Invalid, "amount_too_small", "a payment is less than the gateway takes")
	errTooLarge  = fault.New(fault.Invalid, "amount_too_large", "a payment is more than the gateway takes")
	errCancelled = fault.New(fault.Conflict, "payment_cancelled", "the payment was cancelled")
	errCaptured  = fault.New(fault.Conflict, "payment_captured", "the payment was captured")
	errDiffers   = fault.New(fault.Conflict, "payment_differs", "the payment was opened for another amount")
)

// saves bounds how often a change is tried again because another writer came first.
const saves = 128

// change applies edit to the payment as it is stored, starting from what the caller knows of it. edit returns
// false to leave it; it runs again on whatever another writer has stored meanwhile.
func (s *Service) change(ctx context.Context, p Payment, edit func(*Payment) bool) (Payment, error) {
	for range saves {
		next := p.clone()
		if !edit(&next) {
			return p, nil
		}
		next.UpdatedAt = s.Now().UTC()
		now, ok, err := s.Store.Save(ctx, next)
		if err != nil || ok {
			return now, err
		}
		p = now
	}
	return p, errBusy
}

// note writes down the next call unless the payment has left the state in which it makes sense.
func (s *Service) note(ctx context.Context, p Payment, op Operation) (now Payment, noted bool, err error) {
	want := p.State
	now, err = s.change(ctx, p, func(p *Payment) bool {
		if noted = p.State == want; noted {
			p.note(op, s.Now().UTC())
		}
		return noted
	})
	return now, noted, err
}

// saveAnswer stores the answer of a call. then may note the call that follows, in the same write. A
// *UnknownOutcome becomes Unavailable unless the payment's state no longer depends on it.
func (s *Service) saveAnswer(
	ctx context.Context, p Payment, c Call, i Intent, answer error, then func(*Payment),
) (Payment, error) {
	return s.change(ctx, p, func(p *Payment) bool {
		p.applyAnswer(c, i, answer, s.Now().UTC())
		if then != nil {
			then(p)
		}
		return true
	})
}

// refresh asks the gateway how the stored intent stands.
func (s *Service) refresh(ctx context.Context, p Payment) (Payment, error) {
	p, noted, err := s.note(ctx, p, OpRetrieve)
	if err != nil || !noted {
		return p, err
	}
	c := p.last()
	i, answer := s.Gateway.Retrieve(ctx, p.IntentID)
	p, err = s.saveAnswer(ctx, p, c, i, answer, nil)
	if err == nil && answer != nil {
		err = unknown(answer)
	}
	return p, err
}

// unknown is the fault of a call without a usable answer.
func unknown(answer error) error {
	var lost *UnknownOutcome
	if errors.As(answer, &lost) {
		return errUnknown.Because(lost)
	}
	return errUnknown.Because(answer)
}
