package payments

import (
	"cmp"
	"context"
	"slices"

	"rialto/functions/internal/fault"
)

// Goodwill is what an operator gives back of a captured payment, whatever becomes of the goods. RefundID is its name, under which it is
// given once. With Lines it is for units of these; Minor is 0 for all that was not given back yet.
type Goodwill struct {
	OrderID  string         `json:"order_id"`
	Group    string         `json:"group"`
	RefundID string         `json:"refund_id"`
	Minor    int64          `json:"minor"` // of the payment's currency
	Lines    []GoodwillLine `json:"lines,omitempty"`
}

// GoodwillLine is units of a shipment's line, which holds Of of them.
type GoodwillLine struct {
	Line     string `json:"line"`
	Quantity int64  `json:"quantity"`
	Of       int64  `json:"of"`
}

// GoodwillResult is what became of it. Refused is the code of what keeps it from being given, "" if nothing does.
type GoodwillResult struct {
	RefundID string      `json:"refund_id"`
	Minor    int64       `json:"minor"`
	State    RefundState `json:"state,omitempty"`
	Code     string      `json:"code,omitempty"` // why the gateway did not give it
	Refused  string      `json:"refused,omitempty"`
}

var (
	errNotCaptured = fault.New(fault.Conflict, "payment_not_captured", "the payment was not captured")
	errNothingLeft = fault.New(fault.Conflict, "nothing_left", "nothing is left of the payment to give back")
	errUnitsGiven  = fault.New(fault.Conflict, "units_refunded", "units of the line were given back before, or cancelled")
	errIDReused    = fault.New(fault.Conflict, "refund_differs", "another refund has this name")
)

// GiveBack gives money back by an operator's word. It is nobody's return: Rialto bears it, until units come back that it was paid for
// (Before). What keeps it from being given leaves nothing behind, and is no error but Refused. The same again goes on with what stands.
// Errors: Unavailable while the outcome is not known.
func (s *Service) GiveBack(ctx context.Context, in Goodwill) (GoodwillResult, error) {
	p, found, err := s.Store.Get(ctx, in.OrderID, in.Group)
	if err != nil {
		return GoodwillResult{}, err
	}
	refused := errNotCaptured
	if found && p.State == Captured {
		p, err = s.change(ctx, p, func(p *Payment) bool {
			refused = p.openGoodwill(in)
			return refused == nil && p.noteRefund(in.RefundID, s.Now().UTC())
		})
		if err != nil {
			return GoodwillResult{}, err
		}
	}
	if refused != nil {
		return GoodwillResult{RefundID: in.RefundID, Refused: refused.Code}, nil
	}
	if p, err = s.askRefund(ctx, p, in.RefundID); err != nil {
		return GoodwillResult{}, err
	}
	r := p.refund(in.RefundID)
	return GoodwillResult{RefundID: r.ID, Minor: r.Minor, State: r.State, Code: r.Code}, nil
}

// openGoodwill makes a refund by an operator's word, unless it is there, or says why not.
func (p *Payment) openGoodwill(in Goodwill) *fault.Error {
	r := Refund{ID: in.RefundID, Minor: cmp.Or(in.Minor, p.Captured-p.Refunded()), State: RefundPending, Goodwill: true}
	for _, l := range in.Lines {
		r.Lines = append(r.Lines, RefundLine{Line: l.Line, Quantity: l.Quantity})
	}
	if stands := p.refund(r.ID); stands != nil {
		if !stands.Goodwill || in.Minor != 0 && stands.Minor != in.Minor || !slices.Equal(stands.Lines, r.Lines) {
			return errIDReused
		}
		return nil
	}
	switch {
	case r.Minor <= 0:
		return errNothingLeft
	case p.Refunded()+r.Minor > p.Captured:
		return errRefundTooLarge
	case slices.ContainsFunc(in.Lines, func(l GoodwillLine) bool { return p.given(l.Line)+l.Quantity > l.Of }):
		return errUnitsGiven
	}
	p.Refunds = append(p.Refunds, r)
	return nil
}

// given is how many units of a line were given back, or are about to be, or were never taken for. A return of units that an operator
// had given back before is not counted twice.
func (p *Payment) given(line string) (units int64) {
	for _, l := range p.Cut {
		if l.Line == line {
			units += l.Quantity
		}
	}
	for _, r := range p.Refunds {
		for _, l := range r.Lines {
			if l.Line == line && r.State != RefundFailed && !r.Before {
				units += l.Quantity
			}
		}
	}
	return units
}

// ofNoReturn tells whether a refund is not a return's: Rialto bears it, until units come back that it was paid for.
func (r Refund) ofNoReturn() bool { return r.Elsewhere || r.Goodwill }
