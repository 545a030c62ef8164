package payments

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
)

// atOnce bounds the groups that are worked on together.
func (s *Service) atOnce() int { return cmp.Or(s.AtOnce, 8) }

// AuthorizeInput is the saga step's. Groups are in the order of the plan; an order that costs nothing has none.
type AuthorizeInput struct {
	OrderID     string  `json:"order_id"`
	Epoch       int64   `json:"epoch"`
	CustomerID  string  `json:"customer_id"`
	MethodToken string  `json:"method_token"`
	Groups      []Group `json:"groups"`
}

// Group is what one shipment costs.
type Group struct {
	Group  string       `json:"group"`
	Amount money.Amount `json:"amount"`
}

// AuthorizeResult is the saga step's: Status is "authorized", or "action_required" while one group
// or more waits for a 3-D Secure challenge; NextAction is the first of them.
type AuthorizeResult struct {
	Status     string         `json:"status"`
	Intents    []IntentResult `json:"intents"`
	NextAction *NextAction    `json:"next_action,omitempty"`
}

// IntentResult is one group's.
type IntentResult struct {
	Group         string     `json:"group"`
	IntentID      string     `json:"intent_id"`
	Status        string     `json:"status"`
	CaptureBefore *time.Time `json:"capture_before,omitempty"`
}

// Authorize holds the money of every group. Repeated, it finds what it did. Errors: payment_declined, with the reason in a field,
// payment_refused when it is the gateway that refuses, amount_too_small and amount_too_large when it does so for that, payment_cancelled,
// payment_differs, amount_invalid; Unavailable while an outcome is not known.
func (s *Service) Authorize(ctx context.Context, in AuthorizeInput) (AuthorizeResult, error) {
	if err := in.check(); err != nil {
		return AuthorizeResult{}, err
	}
	payments, errs := make([]Payment, len(in.Groups)), make([]error, len(in.Groups))
	var g errgroup.Group
	g.SetLimit(s.atOnce())
	for k := range in.Groups {
		g.Go(func() error {
			// No group's failure ends another's call: an outcome not read would only have to be asked for again.
			payments[k], errs[k] = s.authorize(ctx, in, in.Groups[k])
			return nil
		})
	}
	_ = g.Wait()
	if err := worst(errs); err != nil {
		return AuthorizeResult{}, fmt.Errorf("authorize: %w", err)
	}
	return result(payments), nil
}

func (in AuthorizeInput) check() error {
	if in.OrderID == "" || strings.Contains(in.OrderID, "#") {
		return fault.New(fault.Malformed, "malformed_step", "a payment needs an order")
	}
	seen := map[string]bool{}
	for _, g := range in.Groups {
		if g.Group == "" || seen[g.Group] || strings.Contains(g.Group, "#") {
			return fault.New(fault.Malformed, "malformed_step", "a group is named twice or not at all")
		}
		seen[g.Group] = true
		if g.Amount.Minor <= 0 || len(g.Amount.Currency) != 3 {
			return fault.New(fault.Invalid, "amount_invalid", "a payment is of a positive amount")
		}
	}
	return nil
}

// worst picks the error that decides the step: a refusal ends it, an unknown outcome only repeats it.
func worst(errs []error) error {
	var first error
	for _, err := range errs {
		switch {
		case errors.Is(err, errDeclined), errors.Is(err, errRefused), errors.Is(err, errTooSmall), errors.Is(err, errTooLarge):
			return err
		case err != nil && (first == nil || fault.Of(first).Kind.Transient()):
			first = err
		}
	}
	return first
}

func result(payments []Payment) AuthorizeResult {
	out := AuthorizeResult{Status: "authorized"}
	for _, p := range payments {
		i := IntentResult{Group: p.Group, IntentID: p.IntentID, Status: "authorized"}
		if !p.CaptureBefore.IsZero() {
			i.CaptureBefore = &p.CaptureBefore
		}
		if p.State == ActionRequired {
			i.Status, out.Status = "action_required", "action_required"
			if out.NextAction == nil {
				out.NextAction = p.Action
			}
		}
		out.Intents = append(out.Intents, i)
	}
	return out
}

// authorize takes one group as far as it gets: to AUTHORIZED or ACTION_REQUIRED, or to an error.
func (s *Service) authorize(ctx context.Context, in AuthorizeInput, g Group) (Payment, error) {
	p, opened, err := s.open(ctx, in, g)
	if err != nil {
		return p, err
	}
	switch p.State {
	case Creating:
		p, err = s.create(ctx, p, opened)
		if err == nil && p.State == Created {
			p, err = s.confirm(ctx, p)
		}
	case Created: // an earlier try may have confirmed it; the gateway then answers with that
		var noted bool
		if p, noted, err = s.note(ctx, p, OpConfirm); noted && err == nil {
			p, err = s.confirm(ctx, p)
		}
	case ActionRequired:
		p, err = s.refresh(ctx, p)
	}
	if p.State == Authorized || p.State == ActionRequired && err == nil {
		return p, nil
	}
	return p, p.verdict(err)
}

// open writes the group's payment, with the call that is to create its intent, or finds the one that is there: the
// refused write returns it, so the first try reads nothing.
func (s *Service) open(ctx context.Context, in AuthorizeInput, g Group) (p Payment, opened bool, err error) {
	now := s.Now().UTC()
	p = Payment{OrderID: in.OrderID, Group: g.Group, State: Creating, Amount: g.Amount, Epoch: in.Epoch, Method: in.MethodToken,
		CreatedAt: now, UpdatedAt: now}
	p.note(OpCreate, now)
	if p, opened, err = s.Store.Save(ctx, p); err != nil {
		return p, false, err
	}
	if p.Amount != g.Amount && !p.State.closed() && p.State != Cancelling {
		return p, false, errDiffers
	}
	return p, opened, nil
}

// create makes the intent, or finds the one that an earlier try has made, and notes its confirmation.
func (s *Service) create(ctx context.Context, p Payment, noted bool) (Payment, error) {
	if !noted {
		var err error
		if p, noted, err = s.note(ctx, p, OpCreate); err != nil || !noted {
			return p, err
		}
	}
	c, charge := p.last(), p.charge()
	i, answer := s.Gateway.Create(ctx, c.Key, charge)
	p, err := s.saveAnswer(ctx, p, c, i, answer, func(p *Payment) {
		if p.State == Created {
			p.note(OpConfirm, s.Now().UTC())
		}
	})
	if err == nil && p.State == Creating {
		err = unknown(answer)
	}
	return p, err
}

// confirm makes the call that was noted last. An unknown outcome is looked up at once; if it stays unknown the next
// try repeats the call.
func (s *Service) confirm(ctx context.Context, p Payment) (Payment, error) {
	c := p.last()
	i, answer := s.Gateway.Confirm(ctx, c.Key, p.IntentID, false)
	p, err := s.saveAnswer(ctx, p, c, i, answer, nil)
	if err != nil || p.State != Created {
		return p, err
	}
	if p, err = s.refresh(ctx, p); err == nil && p.State == Created {
		err = unknown(answer)
	}
	return p, err
}

// verdict is the fault of a payment that is not authorized; a state that decides outweighs a call that failed.
func (p *Payment) verdict(err error) error {
	switch p.State {
	case Declined:
		why := fmt.Errorf("group %s: %s", p.Group, p.Code)
		switch {
		case p.Refused && p.Code == errTooSmall.Code:
			return errTooSmall.Because(why)
		case p.Refused && p.Code == errTooLarge.Code:
			return errTooLarge.Because(why)
		case p.Refused:
			return errRefused.Because(why)
		}
		return declined(p.Code).Because(why)
	case Cancelling, Cancelled:
		return errCancelled
	case Captured, CaptureFailed:
		return errCaptured
	}
	if err == nil {
		err = errUnknown
	}
	return err
}
