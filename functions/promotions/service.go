package promotions

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"time"

	"rialto/functions/internal/cas"
	"rialto/functions/internal/eventdata"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/rows"
)

// Store is what the use cases need of the store.
type Store interface {
	// Redeem takes one use for an order. Errors: ErrExhausted, ErrUsed, ErrReleased, ErrCommitted.
	Redeem(ctx context.Context, r Redemption, perCustomer int64) error
	// Return gives it back, or bars it from being taken, and tells whether it gave one back. Errors: ErrCommitted.
	Return(ctx context.Context, r Redemption, now time.Time) (bool, error)
	// Restore gives back the use of an order that is cancelled whole, and tells whether it did. Errors: ErrMissing.
	Restore(ctx context.Context, r Redemption, now time.Time) (bool, error)
	// Coupon returns a coupon, or ErrInvalid.
	Coupon(ctx context.Context, r Ref) (Coupon, error)
	// Save makes a coupon that stands as current stand as c, with its budget. Errors: ErrChanged.
	Save(ctx context.Context, c, current Coupon) error
	// Own lists a seller's coupons, after one ("" for the first); next is "" on the last page.
	Own(ctx context.Context, sellerID, after string, limit int) (list []Coupon, next string, err error)
}

// OrderCancelled is what promotions reads of fulfillment's event of that name.
type OrderCancelled struct {
	OrderID     string `json:"order_id"`
	Marketplace string `json:"marketplace"`
	Coupon      string `json:"coupon"`
}

// Service is the context's use cases.
type Service struct {
	Store Store
	Now   func() time.Time
}

// RedeemInput is the input of the saga's task redeem. ExpiresAt is the instant at which the redemption can no longer be
// committed.
type RedeemInput struct {
	OrderID    string    `json:"order_id"`
	CustomerID string    `json:"customer_id"`
	Coupon     Terms     `json:"coupon"`
	ExpiresAt  time.Time `json:"expires_at"`
}

// RedeemOutput is the output of the saga's task redeem.
type RedeemOutput struct {
	Redeemed bool `json:"redeemed"`
}

// Redeem takes one use of a coupon for an order; a repetition takes none. Errors: coupon_exhausted, coupon_used,
// redemption_released, redemption_committed, redemption_expired if it is too late to redeem anything.
func (s *Service) Redeem(ctx context.Context, in RedeemInput) (RedeemOutput, error) {
	if !in.ExpiresAt.After(s.Now()) {
		return RedeemOutput{}, ErrExpired
	}
	r := Redemption{Ref: in.Coupon.Ref, OrderID: in.OrderID, CustomerID: in.CustomerID, ExpiresAt: in.ExpiresAt.UnixMilli()}
	if err := s.Store.Redeem(ctx, r, in.Coupon.PerCustomer); err != nil {
		return RedeemOutput{}, err
	}
	return RedeemOutput{Redeemed: true}, nil
}

// ReturnInput is the input of the saga's task return.
type ReturnInput struct {
	OrderID    string `json:"order_id"`
	CustomerID string `json:"customer_id"`
	Coupon     Ref    `json:"coupon"`
}

// ReturnOutput is the output of return: whether it gave a use back; not so in a repetition.
type ReturnOutput struct {
	Returned bool `json:"returned"`
}

// Return gives an order's use of a coupon back, or bars it from being taken. Errors: redemption_committed.
func (s *Service) Return(ctx context.Context, in ReturnInput) (ReturnOutput, error) {
	did, err := s.Store.Return(ctx, Redemption{Ref: in.Coupon, OrderID: in.OrderID, CustomerID: in.CustomerID}, s.Now())
	return ReturnOutput{Returned: did}, err
}

// HandleEvent does what an event of fulfillment asks for: the use of a coupon that belongs to an order which is cancelled whole is
// free again, for its customer too, as long as the coupon is valid. Errors: unknown_event, malformed_event, redemption_missing.
func (s *Service) HandleEvent(ctx context.Context, event string, data []byte) error {
	if event != "OrderCancelled" {
		return fault.New(fault.Malformed, "unknown_event", "promotions do not take %s", event)
	}
	return eventdata.Handle(ctx, event, data, func(ctx context.Context, o OrderCancelled) error {
		if o.Coupon == "" {
			return nil
		}
		_, err := s.Store.Restore(ctx, Redemption{Ref: Ref{o.Marketplace, o.Coupon}, OrderID: o.OrderID}, s.Now())
		return err
	})
}

// Batch is coupons to import, rows.Max at most.
type Batch struct {
	Coupons []json.RawMessage `json:"coupons"`
}

// Import writes a batch of coupons, row by row: what is wrong with a row stands in its report and hinders no other. A
// coupon that stands as its row says is not written. A budget that changes is changed by the difference, while it is
// used; of one that falls below what is used the rest is owed, and paid by the next returns. Errors: batch_too_large.
func (s *Service) Import(ctx context.Context, b Batch) (rows.Report, error) {
	list, err := rows.Read(b.Coupons, "coupon", func(c *Coupon) (string, error) {
		c.complete()
		return c.Ref.String(), c.Check()
	})
	if err != nil {
		return rows.Report{}, err
	}
	return rows.Do(ctx, list, rows.ByID, s.save), nil
}

// complete fills in what may be left out of a coupon, and writes it as it is kept.
func (c *Coupon) complete() {
	c.Code, c.PerCustomer = Normal(c.Code), cmp.Or(c.PerCustomer, 1)
	c.From, c.Until = c.From.UTC().Truncate(time.Second), c.Until.UTC().Truncate(time.Second)
}

// Put makes or changes one coupon, as Import does. A seller's is its own to change, and the
// marketplace's nobody else's. Errors: coupon_malformed, coupon_changed, coupon_taken.
func (s *Service) Put(ctx context.Context, c Coupon) (Coupon, error) {
	c.complete()
	if err := c.Check(); err != nil {
		return c, err
	}
	_, err := s.save(ctx, c)
	return c, err
}

// Own lists a seller's coupons.
func (s *Service) Own(ctx context.Context, sellerID, after string, limit int) ([]Coupon, string, error) {
	return s.Store.Own(ctx, sellerID, after, limit)
}

// StopOwn is Stop for the coupon's seller: those of others are not there.
func (s *Service) StopOwn(ctx context.Context, sellerID string, r Ref) (Coupon, error) {
	r.Code = Normal(r.Code)
	c, err := s.Store.Coupon(ctx, r)
	if err == nil && c.SellerID != sellerID {
		err = ErrInvalid
	}
	if err != nil {
		return Coupon{}, err
	}
	return s.Stop(ctx, r)
}

// Stop ends a coupon now, unless it is over: no cart takes it any more, and who is checking out with it keeps it. Errors: coupon_invalid
// if there is none, coupon_changed.
func (s *Service) Stop(ctx context.Context, r Ref) (Coupon, error) {
	r.Code = Normal(r.Code)
	c, err := s.Store.Coupon(ctx, r)
	if err != nil {
		return c, err
	}
	if now := s.Now().UTC().Truncate(time.Second); c.Until.After(now) {
		c.Until = now
		if !c.From.Before(now) { // it had not begun
			c.From = now.Add(-time.Second)
		}
		_, err = s.save(ctx, c)
	}
	return c, err
}

// Coupon returns a coupon. Errors: coupon_invalid if there is none.
func (s *Service) Coupon(ctx context.Context, r Ref) (Coupon, error) {
	r.Code = Normal(r.Code)
	return s.Store.Coupon(ctx, r)
}

func (s *Service) save(ctx context.Context, c Coupon) (written bool, err error) {
	look := func() (Coupon, error) { return found(s.Store.Coupon(ctx, c.Ref)) }
	current, err := look()
	if err != nil {
		return false, err
	}
	return cas.Update(current, ErrChanged, func(current Coupon) (bool, error) {
		if current.Version > 0 && c.SellerID != current.SellerID { // nobody changes what another bears
			return false, ErrTaken
		}
		if c.Version = current.Version; c == current {
			return false, nil
		}
		return true, s.Store.Save(ctx, c, current)
	}, look)
}

// found makes no coupon the zero Coupon.
func found(c Coupon, err error) (Coupon, error) {
	if errors.Is(err, ErrInvalid) {
		return Coupon{}, nil
	}
	return c, err
}
