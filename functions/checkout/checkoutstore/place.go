package checkoutstore

import (
	"context"
	"time"

	"rialto/functions/checkout"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
	"rialto/functions/orders"
	"rialto/functions/promotions"
)

// Pivot is how the other contexts take part in the pivot's transaction. Each builds its own writes and reads
// its own refusals; checkout's wiring joins them.
type Pivot struct {
	Order func(o orders.Order) store.Write
	Holds func(orderID string, plan inventory.Plan, now time.Time) []store.Write
	// Coupon commits the redemption of an order that has one.
	Coupon func(orderID string, coupon promotions.Ref, now time.Time) store.Write
	Cart   func(cartID string, version int64) store.Write
	// Refused says which fault a refusal of holds, redemption or cart is, nil if it is none of theirs.
	Refused func(*store.Refused) error
}

// Place makes the order: record PLACED, holds and redemption COMMITTED, order there, lines gone from the cart, or nothing.
// A repetition after a lost answer finds the record PLACED and says the same. Errors: ErrClaimLost if the record
// is another run's or epoch's; those of the other contexts (hold_expired, cart_changed, …).
func (s Store) Place(ctx context.Context, ref checkout.Ref, d checkout.Draft, now time.Time) (checkout.Record, error) {
	o := d.Order
	o.PlacedAt = now.UTC()
	writes := []store.Write{
		over(store.Update(table, key(ref.ID)), checkout.Placed, now).Set("total", o.Totals.Total).
			If(store.Eq("state", string(checkout.Open)), store.Eq("epoch", ref.Epoch), store.Eq("run", ref.Run)).Named("checkout"),
		s.Pivot.Order(o),
		s.Pivot.Cart(d.CartID, d.CartVersion),
	}
	writes = append(writes, s.Pivot.Holds(o.ID, d.Plan, now)...)
	if d.Coupon != nil {
		writes = append(writes, s.Pivot.Coupon(o.ID, d.Coupon.Ref, now))
	}
	err := s.DB.Transact(ctx, writes...)
	if err == nil {
		return checkout.Record{Ref: ref, State: checkout.Placed, ClosedTotal: &o.Totals.Total}, nil
	}
	refused, ok := store.AsRefused(err)
	if !ok {
		return checkout.Record{}, err
	}
	if reason, failed := refused.Failed("checkout"); failed && reason.Found != nil { // judged first: it may be our own success
		r, err := fromItem(reason.Found)
		if err != nil {
			return checkout.Record{}, err
		}
		if r.State == checkout.Placed && r.OrderID == o.ID {
			return r, nil
		}
		return r, checkout.ErrClaimLost
	}
	if refused.Transient() {
		return checkout.Record{}, fault.New(fault.Unavailable, "pivot_contended", "the order could not be placed just now").Because(err)
	}
	if f := s.Pivot.Refused(refused); f != nil {
		return checkout.Record{}, f
	}
	return checkout.Record{}, err
}
