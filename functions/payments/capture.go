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
}

// Capture takes what a packed shipment costs; one that costs nothing has no payment, and is captured without any. What cannot
// be taken ends in CAPTURE_FAILED, which is an event and not an error. Errors: payment_unknown_group if there is no such
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
	p, err = s.change(ctx, p, func(p *Payment) bool {
		switch {
		case p.State == Cancelled:
			p.State, p.Code = CaptureFailed, "payment_cancelled"
		case p.State != Authorized:
			return false
		case in.Amount.Currency != p.Amount.Currency || in.Amount.Minor > p.Amount.Minor || in.Amount.Minor <= 0:
			p.State, p.Code = CaptureFailed, "amount_not_authorized"
		default:
			p.note(OpCapture, s.Now().UTC())
		}
		return true
	})
	if err != nil || p.State == Captured || p.State == CaptureFailed {
		return err
	}
	if p.State != Authorized {
		return fault.New(fault.Conflict, "payment_not_authorized", "the payment is not authorized")
	}
	c := p.last()
	i, answer := s.Gateway.Capture(ctx, c.Key, p.IntentID, in.Amount.Minor)
	if p, err = s.saveAnswer(ctx, p, c, i, answer, nil); err != nil || p.State != Authorized {
		return err
	}
	if p, err = s.refresh(ctx, p); err != nil || p.State != Authorized {
		return err
	}
	var lost *UnknownOutcome
	if errors.As(answer, &lost) {
		return errUnknown.Because(lost)
	}
	return errUnknown
}

// captureNothing keeps a payment of nothing, so that what follows a capture follows this one too. If another writer came
// first, it returns what that has stored.
func (s *Service) captureNothing(ctx context.Context, in ShipmentPacked) (Payment, bool, error) {
	now := s.Now().UTC()
	p, _, err := s.Store.Save(ctx, Payment{OrderID: in.OrderID, Group: in.Group, State: Captured, Amount: in.Amount, CreatedAt: now, UpdatedAt: now})
	return p, err == nil, err
}
