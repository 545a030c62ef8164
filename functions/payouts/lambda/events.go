package main

import (
	"context"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/internal/outbox"
	"rialto/functions/orders"
	"rialto/functions/payouts"
)

// book does what an event means to the ledger.
func book(s *payouts.Service) func(context.Context, outbox.Event) error {
	return func(ctx context.Context, e outbox.Event) error {
		switch e.Name {
		case "OrderPlaced":
			var o orders.Placed
			if err := e.Into(&o); err != nil {
				return err
			}
			return s.Placed(ctx, o)
		case "PaymentCaptured":
			var d struct {
				OrderID string       `json:"order_id"`
				Group   string       `json:"group"`
				Amount  money.Amount `json:"amount"`
			}
			if err := e.Into(&d); err != nil {
				return err
			}
			return s.Captured(ctx, d.OrderID, d.Group, d.Amount, e.OccurredAt)
		case "PaymentRefunded":
			var d struct {
				OrderID  string       `json:"order_id"`
				Group    string       `json:"group"`
				RefundID string       `json:"refund_id"`
				Amount   money.Amount `json:"amount"`
			}
			if err := e.Into(&d); err != nil {
				return err
			}
			return s.Refunded(ctx, d.RefundID, d.OrderID, d.Group, d.Amount, e.OccurredAt)
		}
		return fault.New(fault.Malformed, "unknown_event", "this function does not take %s", e.Name)
	}
}
