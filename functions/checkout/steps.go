package checkout

import (
	"context"
	"slices"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/metrics"
	"rialto/functions/inventory"
	"rialto/functions/promotions"
)

// SagaStore is what the saga's steps need of the record's store.
type SagaStore interface {
	// Claim gives the record to ref's run unless another has it, and stores what the draft will take. Without a
	// draft the run goes on with the one that AwaitAction stored. The returned record has the draft. Errors: ErrClaimLost,
	// also if the record was claimed with another draft.
	Claim(ctx context.Context, ref Ref, d *Draft, expiresAt time.Time) (Record, error)
	// AwaitAction makes it wait for the 3-D Secure challenge until its holds expire, and stores the draft for the run that goes on.
	AwaitAction(ctx context.Context, ref Ref, next NextAction, claimed Claimed) (Record, error)
	// Fence raises the epoch: in recovery of any open record, otherwise only of one that ref's run has or
	// nobody. It returns the record as it is afterwards, and whether it is fenced for ref's run.
	Fence(ctx context.Context, ref Ref, recovery bool) (Record, bool, error)
	// Fail closes a record of ref's epoch; a terminal one is returned as it is.
	Fail(ctx context.Context, ref Ref, f Failure, now time.Time) (Record, error)
	// Place makes the order in one transaction.
	Place(ctx context.Context, ref Ref, d Draft, now time.Time) (Record, error)
}

// Steps are the saga's tasks that are checkout's own.
type Steps struct {
	Store SagaStore
	Now   func() time.Time
}

// ClaimInput is the input of the state Claim.
type ClaimInput struct {
	Mode     string    `json:"mode"`
	Checkout Ref       `json:"checkout"`
	Request  Request   `json:"request"`
	Prepared *Prepared `json:"prepared"`
}

// Claimed is what the steps with effects work from: always the plan that the record has, never one made anew.
type Claimed struct {
	Draft       Draft          `json:"draft"`
	Plan        inventory.Plan `json:"plan"`
	Groups      []Group        `json:"groups"`
	MethodToken string         `json:"method_token"`
	ExpiresAt   time.Time      `json:"expires_at"`
	Lane        int            `json:"lane"` // of the plan
	// Coupon is there only if the draft has one: the machine asks.
	Coupon *promotions.Terms `json:"coupon,omitempty"`
	// Unpaid names the lines that hold too much to wait for a bank with.
	Unpaid []fault.Field `json:"unpaid,omitempty"`
}

// Claim makes the record this run's. Errors: those of NewDraft, ErrQuoteExpired, ErrClaimLost.
func (s *Steps) Claim(ctx context.Context, in ClaimInput) (Claimed, error) {
	var draft *Draft
	if in.Prepared != nil {
		if err := in.Request.inTime(s.Now()); err != nil {
			return Claimed{}, err
		}
		d, err := NewDraft(in.Checkout, in.Request, *in.Prepared)
		if err != nil {
			return Claimed{}, err
		}
		draft = &d
	}
	r, err := s.Store.Claim(ctx, in.Checkout, draft, s.Now().Add(HoldFor))
	if err != nil {
		return Claimed{}, err
	}
	if r.Draft == nil {
		return Claimed{}, ErrClaimLost
	}
	claimed := Claimed{*r.Draft, r.Draft.Plan, r.Draft.Groups(), r.Draft.MethodToken, r.ExpiresAt, r.Draft.Plan.Lane(), r.Draft.Coupon, nil}
	if in.Prepared != nil {
		claimed.Unpaid = unpaid(in.Prepared.Quote)
	}
	return claimed, nil
}

// FenceInput is the input of the state Fence.
type FenceInput struct {
	Mode     string `json:"mode"`
	Checkout Ref    `json:"checkout"`
}

// Fenced says what is to be done: "undo" effects, "close" a record without any, nothing because it is
// "finished", or nothing because another run has it ("superseded").
type Fenced struct {
	Status string         `json:"status"`
	Epoch  int64          `json:"epoch"`
	Plan   inventory.Plan `json:"plan"`
	Groups []string       `json:"groups"`
	Closed *Answer        `json:"closed"`
	// Coupon is there only if one was redeemed, or might have been: the machine asks.
	Coupon *promotions.Ref `json:"coupon,omitempty"`
}

// Fence stops earlier runs from placing the order.
func (s *Steps) Fence(ctx context.Context, in FenceInput) (Fenced, error) {
	r, mine, err := s.Store.Fence(ctx, in.Checkout, in.Mode == "recover")
	if err != nil {
		return Fenced{}, err
	}
	out := Fenced{Epoch: r.Epoch}
	switch {
	case r.State.Terminal():
		a := r.Answer()
		out.Status, out.Closed = "finished", &a
	case !mine:
		out.Status = "superseded"
	case r.Effects == nil:
		out.Status = "close"
	default:
		out.Status, out.Plan, out.Groups = "undo", r.Effects.Plan, r.Effects.Groups
		if r.Effects.Coupon != "" {
			out.Coupon = &promotions.Ref{Marketplace: r.Request.Marketplace, Code: r.Effects.Coupon}
		}
	}
	return out, nil
}

// CloseInput is the input of the states Close and AwaitAction.
type CloseInput struct {
	Outcome       string        `json:"outcome"` // failed or waiting
	Checkout      Ref           `json:"checkout"`
	Fenced        Fenced        `json:"fenced"`
	Failure       StepError     `json:"failure"`
	Authorization Authorization `json:"authorization"`
	Claimed       Claimed       `json:"claimed"` // of AwaitAction
}

// Authorization is what checkout reads of the payments' answer.
type Authorization struct {
	Status     string       `json:"status"`
	NextAction NextAction   `json:"next_action"`
	Intents    []Authorized `json:"intents"`
}

// Authorized is one group's.
type Authorized struct {
	Group         string    `json:"group"`
	CaptureBefore time.Time `json:"capture_before"` // zero if the gateway did not say
}

// Close stores how a run ended. Errors: unpaid_limit, of one that is to wait with more than it may.
func (s *Steps) Close(ctx context.Context, in CloseInput) (Answer, error) {
	var r Record
	var err error
	if in.Outcome == "waiting" {
		if in.Claimed.Unpaid != nil {
			return Answer{}, errUnpaid.With(in.Claimed.Unpaid...)
		}
		r, err = s.Store.AwaitAction(ctx, in.Checkout, in.Authorization.NextAction, in.Claimed)
	} else {
		fenced := in.Checkout
		fenced.Epoch = in.Fenced.Epoch
		why, now := in.Failure.failure(), s.Now()
		if r, err = s.Store.Fail(ctx, fenced, why, now); err == nil {
			metrics.Count(ctx, metrics.CheckoutsFailed, why.Code, 1, now)
		}
	}
	return r.Answer(), err
}

// PlaceInput is the input of the state Place.
type PlaceInput struct {
	Checkout      Ref           `json:"checkout"`
	Claimed       Claimed       `json:"claimed"`
	Authorization Authorization `json:"authorization"`
}

// Place is the pivot. The order says until when each shipment's money is held.
func (s *Steps) Place(ctx context.Context, in PlaceInput) (Answer, error) {
	d := in.Claimed.Draft
	d.Order.Shipments = slices.Clone(d.Order.Shipments)
	for _, a := range in.Authorization.Intents {
		for n := range d.Order.Shipments {
			if s := &d.Order.Shipments[n]; s.Group == a.Group {
				s.CaptureBefore = a.CaptureBefore
			}
		}
	}
	r, err := s.Store.Place(ctx, in.Checkout, d, s.Now())
	return r.Answer(), err
}
