package fulfillment

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
)

// Due names a shipment whose seller must have confirmed it by a day (RFC 3339 full-date, UTC).
type Due struct {
	OrderID    string `dynamodbav:"order_id"`
	ShipmentID string `dynamodbav:"shipment_id"`
	Day        string `dynamodbav:"day"`
}

// OverdueInput says how many days to look back; 0 stands for 2, which outlasts a day without a sweep. An operator may
// name one shipment instead, which is cancelled at once unless its seller confirmed it.
type OverdueInput struct {
	Days       int    `json:"days"`
	OrderID    string `json:"order_id"`
	ShipmentID string `json:"shipment_id"`
}

// OverdueOutput counts what was due, and what of it was cancelled.
type OverdueOutput struct {
	Due       int `json:"due"`
	Cancelled int `json:"cancelled"`
}

// Sweeper cancels what waited for its seller too long.
type Sweeper struct {
	Shipments Shipments
	Sellers   SellerOrders
	Now       func() time.Time
}

// Overdue cancels what sellers have not confirmed by the end of its grace. The event of that frees the units and the
// authorization. A day's list is read by a sweep and not told by timers: waiting for nine days, a quarter of an hour at
// a time, a shipment would cost hundreds of messages.
func (s *Sweeper) Overdue(ctx context.Context, in OverdueInput) (out OverdueOutput, err error) {
	if in.OrderID != "" {
		x, found, err := s.Shipments.Get(ctx, in.OrderID, in.ShipmentID)
		if err != nil || !found || !x.BySeller() {
			return out, cmp.Or(err, error(ErrNoShipment))
		}
		did, err := s.cancel(ctx, Due{x.OrderID, x.ID, x.CancelBy().UTC().Format(time.DateOnly)})
		return OverdueOutput{1, map[bool]int{true: 1}[did]}, err
	}
	days := in.Days
	if days <= 0 {
		days = 2
	}
	today := s.Now().UTC()
	for back := days; back >= 0; back-- {
		list, err := s.Sellers.Due(ctx, today.AddDate(0, 0, -back).Format(time.DateOnly))
		if err != nil {
			return out, err
		}
		cancelled := make([]bool, len(list))
		g, gctx := errgroup.WithContext(ctx)
		g.SetLimit(atOnce)
		for i, d := range list {
			g.Go(func() (err error) { cancelled[i], err = s.cancel(gctx, d); return err })
		}
		err = g.Wait()
		out.Due += len(list)
		for _, c := range cancelled {
			if c {
				out.Cancelled++
			}
		}
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

func (s *Sweeper) cancel(ctx context.Context, d Due) (cancelled bool, err error) {
	x, found, err := s.Shipments.Get(ctx, d.OrderID, d.ShipmentID)
	if err != nil {
		return false, fmt.Errorf("overdue shipment: %w", err)
	}
	if found && x.State == Pending {
		if next, event, ok := Advance(x, Overdue, s.Now().UTC(), untimed); ok {
			if cancelled, err = s.Shipments.Move(ctx, Pending, next, event); err != nil {
				return false, err
			}
		}
	}
	return cancelled, s.Sellers.RemoveDue(ctx, d)
}
