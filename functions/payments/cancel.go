package payments

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"
)

// CancelInput is the saga step's.
type CancelInput struct {
	OrderID string   `json:"order_id"`
	Groups  []string `json:"groups"`
}

// ShipmentCancelled is the data of fulfillment's event of that name, as far as it is read here.
type ShipmentCancelled struct {
	OrderID string `json:"order_id"`
	Group   string `json:"group"`
}

// CancelResult counts the groups that hold nothing now.
type CancelResult struct {
	Cancelled int `json:"cancelled"`
}

// Cancel releases what is held for the groups and keeps them from ever being authorized. It may come before
// the authorization that it cancels. Errors: payment_captured; Unavailable while the gateway has not said
// that an intent is cancelled.
func (s *Service) Cancel(ctx context.Context, in CancelInput) (CancelResult, error) {
	errs := make([]error, len(in.Groups))
	var g errgroup.Group
	g.SetLimit(s.atOnce())
	for k, group := range in.Groups {
		g.Go(func() error {
			errs[k] = s.cancel(ctx, in.OrderID, group)
			return nil
		})
	}
	_ = g.Wait()
	if err := worst(errs); err != nil {
		return CancelResult{}, fmt.Errorf("cancel: %w", err)
	}
	return CancelResult{len(in.Groups)}, nil
}

func (s *Service) cancel(ctx context.Context, orderID, group string) error {
	p, found, err := s.Store.Get(ctx, orderID, group)
	if err != nil {
		return err
	}
	if !found {
		now := s.Now().UTC()
		var saved bool
		p, saved, err = s.Store.Save(ctx, Payment{OrderID: orderID, Group: group, State: Cancelled, CreatedAt: now, UpdatedAt: now})
		if err != nil || saved {
			return err
		}
	}
	if p, err = s.close(ctx, p); err != nil {
		return err
	}
	if p.State == Cancelling && p.IntentID == "" {
		p, err = s.learn(ctx, p)
	}
	if err == nil && p.State == Cancelling && p.Spent[OpCancel] > 0 {
		p, err = s.lookFirst(ctx, p)
	}
	if err == nil && p.State == Cancelling {
		p, err = s.void(ctx, p)
	}
	switch {
	case err != nil:
		return err
	case p.State == Cancelled:
		_, err = s.release(ctx, p)
		return err
	case p.State == Captured:
		return errCaptured
	}
	return errUnknown
}

// close takes the payment away from every other step, and notes the call that ends it.
func (s *Service) close(ctx context.Context, p Payment) (Payment, error) {
	return s.change(ctx, p, func(p *Payment) bool {
		switch {
		case p.State.closed():
			return false
		case (p.State == Declined || p.State == CaptureFailed) && p.IntentID == "":
			p.State = Cancelled // its creation was refused, or blocked: there is no intent
			return true
		}
		p.State, p.Action, p.Again = Cancelling, nil, false
		switch {
		case p.IntentID == "":
			p.note(OpCreate, s.Now().UTC())
		case p.Spent[OpCancel] == 0:
			p.note(OpCancel, s.Now().UTC())
		} // else what refused the last cancel is looked up first
		return true
	})
}

// lookFirst asks how the intent stands whose cancel was refused, and notes the next cancel if it is still open.
func (s *Service) lookFirst(ctx context.Context, p Payment) (Payment, error) {
	p, err := s.refresh(ctx, p)
	if err != nil || p.State != Cancelling {
		return p, err
	}
	p, _, err = s.note(ctx, p, OpCancel)
	return p, err
}

// learn repeats the creation under its key: it answers with the intent that was made, or makes it now, so that
// a creation still under way finds its key used. Either way the intent can be cancelled.
func (s *Service) learn(ctx context.Context, p Payment) (Payment, error) {
	c := p.last()
	i, answer := s.Gateway.Create(ctx, c.Key, p.charge())
	p, err := s.saveAnswer(ctx, p, c, i, answer, func(p *Payment) {
		if p.State == Cancelling && p.IntentID != "" {
			p.note(OpCancel, s.Now().UTC())
		}
	})
	if err == nil && p.State == Cancelling && p.IntentID == "" {
		err = unknown(answer)
	}
	return p, err
}

func (s *Service) void(ctx context.Context, p Payment) (Payment, error) {
	c := p.last()
	i, answer := s.Gateway.Cancel(ctx, c.Key, p.IntentID)
	p, err := s.saveAnswer(ctx, p, c, i, answer, nil)
	if err != nil || p.State != Cancelling {
		return p, err
	}
	p, err = s.refresh(ctx, p)
	if err == nil && p.State == Cancelling {
		err = unknown(answer)
	}
	var refusal *Refusal
	if errors.As(answer, &refusal) && err != nil {
		// A gateway that does not know the intent may be asked with the wrong account's secret: nobody may
		// conclude that nothing is held.
		err = errUnknown.Because(refusal)
	}
	return p, err
}
