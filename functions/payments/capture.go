package payments

import (
	"context"
	"errors"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
)

// ShipmentPacked is the data of fulfillment's event of that name, as far as it is read here.
type ShipmentPacked struct {
	OrderID    string       `json:"order_id"`
	ShipmentID string       `json:"shipment_id"`
	Group      string       `json:"group"`
	Amount     money.Amount `json:"amount"`
	Attempt    int          `json:"attempt"` // 0 for the first try to have its money taken
	Cancelled  []CutLine    `json:"cancelled"`
}

// CutLine is units of a shipment's line that were cancelled before it was packed; of its charge for shipping, minor units. They were
// authorized, and are not captured.
type CutLine struct {
	Line     string `json:"line" dynamodbav:"line"`
	Quantity int64  `json:"quantity" dynamodbav:"quantity"`
}

// Capture takes what a packed shipment costs; one that costs nothing has no payment, and is captured without any. What cannot
// be taken ends in CAPTURE_FAILED, which is an event and not an error. A later attempt first asks how the intent stands: one
// that is held is captured, and one that is gone is authorized anew. Errors: payment_unknown_group if there is no such
// payment, payment_not_authorized; Unavailable while the outcome is not known.
func (s *Service) Capture(ctx context.Context, in ShipmentPacked) error {
	p, found, err := s.Store.Get(ctx, in.OrderID, in.Group)
	if err != nil {
		return err
	}
	if !found && in.Amount.Minor == 0 && in.Amount.Currency != "" {
		p, found, err = s.captureNothing(ctx, in)
	}
	if err != nil {
		return err
	}
	if !found {
		return fault.New(fault.NotFound, "payment_unknown_group", "there is no payment for the shipment")
	}
	if p.State == CaptureFailed && (in.Attempt > p.Attempt || p.Again) {
		if p, err = s.reopen(ctx, p, in.Attempt); err != nil {
			return err
		}
	}
	p, err = s.change(ctx, p, func(p *Payment) bool {
		switch {
		case p.State == Cancelled:
			p.State, p.Code, p.Attempt = CaptureFailed, "payment_cancelled", in.Attempt
		case p.State != Authorized:
			return false
		case in.Amount.Currency != p.Amount.Currency || in.Amount.Minor > p.Amount.Minor || in.Amount.Minor <= 0:
			p.State, p.Code, p.Attempt = CaptureFailed, "amount_not_authorized", in.Attempt
		default:
			p.CaptureAsked, p.Attempt, p.Cut = true, max(p.Attempt, in.Attempt), in.Cancelled
			p.note(OpCapture, s.Now().UTC())
		}
		return true
	})
	if err == nil && p.State == Authorized {
		p, err = s.capture(ctx, p, in.Amount.Minor)
	}
	switch {
	case err != nil:
		return err
	case p.State == Captured, p.State == CaptureFailed:
		_, err = s.release(ctx, p)
		return err
	}
	return fault.New(fault.Conflict, "payment_not_authorized", "the payment is not authorized")
}

// capture makes the call that was noted last. An unknown outcome is looked up at once; if it stays unknown the next try repeats
// the call.
func (s *Service) capture(ctx context.Context, p Payment, minor int64) (Payment, error) {
	c := p.last()
	i, answer := s.Gateway.Capture(ctx, c.Key, p.IntentID, minor)
	p, err := s.saveAnswer(ctx, p, c, i, answer, nil)
	if err != nil || p.State != Authorized {
		return p, err
	}
	if p, err = s.refresh(ctx, p); err != nil || p.State != Authorized {
		return p, err
	}
	var lost *UnknownOutcome
	if errors.As(answer, &lost) {
		return p, errUnknown.Because(lost)
	}
	return p, errUnknown
}

// final are codes of what no later attempt can change.
var final = map[string]bool{"payment_cancelled": true, "amount_not_authorized": true}

// reopen begins a later attempt on a payment that could not be captured. It ends AUTHORIZED or CAPTURED, or fails anew.
func (s *Service) reopen(ctx context.Context, p Payment, attempt int) (Payment, error) {
	p, err := s.change(ctx, p, func(p *Payment) bool {
		if p.State != CaptureFailed || attempt <= p.Attempt {
			return false
		}
		p.Attempt, p.Again = attempt, !final[p.Code] && p.IntentID != ""
		return true
	})
	if err != nil || !p.Again {
		return p, err
	}
	if p.Renewal == nil {
		if p, err = s.lookAgain(ctx, p); err != nil || !p.Again {
			return p, err
		}
	}
	return s.renew(ctx, p, true)
}

// lookAgain asks how the intent of a failed capture stands.
func (s *Service) lookAgain(ctx context.Context, p Payment) (Payment, error) {
	p, noted, err := s.note(ctx, p, OpRetrieve)
	if err != nil || !noted {
		return p, err
	}
	c := p.last()
	i, answer := s.Gateway.Retrieve(ctx, p.IntentID)
	p, err = s.change(ctx, p, func(p *Payment) bool {
		if p.answered(c, i, answer, s.Now().UTC()); answer != nil || i.ID != p.IntentID || !p.Again {
			return true
		}
		switch i.Status {
		case IntentAuthorized:
			p.State, p.Again, p.Code = Authorized, false, ""
			p.spend(OpCapture)
		case IntentCaptured:
			p.State, p.Again, p.Code, p.Captured = Captured, false, "", i.Captured
		}
		return true
	})
	if err == nil && answer != nil {
		err = unknown(answer)
	}
	return p, err
}

// captureNothing keeps a payment of nothing, so that what follows a capture follows this one too. If another writer came
// first, it returns what that has stored.
func (s *Service) captureNothing(ctx context.Context, in ShipmentPacked) (Payment, bool, error) {
	now := s.Now().UTC()
	p, _, err := s.Store.Save(ctx, Payment{OrderID: in.OrderID, Group: in.Group, State: Captured, Amount: in.Amount, Cut: in.Cancelled,
		CreatedAt: now, UpdatedAt: now})
	return p, err == nil, err
}
