package payouts

import (
	"context"
	"time"

	"rialto/functions/internal/eventdata"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/orders"
)

// ShipmentWrittenOff is the data of fulfillment's event of that name, as far as it is read here.
type ShipmentWrittenOff struct {
	OrderID   string `json:"order_id"`
	Group     string `json:"group"`
	Cancelled []Cut  `json:"cancelled"`
}

// PaymentCaptured is the data of payments' event of that name, as far as it is read here.
type PaymentCaptured struct {
	OrderID   string       `json:"order_id"`
	Group     string       `json:"group"`
	Amount    money.Amount `json:"amount"`
	Cancelled []Cut        `json:"cancelled"`
}

// PaymentRefunded is the data of payments' event of that name, as far as it is read here.
type PaymentRefunded struct {
	OrderID  string       `json:"order_id"`
	Group    string       `json:"group"`
	RefundID string       `json:"refund_id"`
	Amount   money.Amount `json:"amount"`
	Lines    []Units      `json:"lines"`
	Attempt  int          `json:"attempt"`
	After    int          `json:"after"`
	Before   bool         `json:"before"`
}

// PaymentRefundFailed is the data of payments' event of that name, as far as it is read here. TurnedBack is nil where nothing had
// been given back before.
type PaymentRefundFailed struct {
	OrderID    string        `json:"order_id"`
	Group      string        `json:"group"`
	RefundID   string        `json:"refund_id"`
	Attempt    int           `json:"attempt"`
	TurnedBack *money.Amount `json:"turned_back"`
	Lines      []Units       `json:"lines"`
}

// PaymentRefundedElsewhere is the data of payments' event of that name, as far as it is read here.
type PaymentRefundedElsewhere struct {
	OrderID    string       `json:"order_id"`
	Group      string       `json:"group"`
	RefundID   string       `json:"refund_id"`
	Amount     money.Amount `json:"amount"`
	TurnedBack bool         `json:"turned_back"`
}

// PaymentDisputed is the data of payments' event of that name, as far as it is read here.
type PaymentDisputed struct {
	OrderID   string       `json:"order_id"`
	Group     string       `json:"group"`
	DisputeID string       `json:"dispute_id"`
	Amount    money.Amount `json:"amount"`
	State     string       `json:"state"`
}

// HandleEvent does what an event that happened at a time means to the ledger. Errors: unknown_event, malformed_event,
// those of Placed, Captured, WrittenOff, Refunded and RefundTurnedBack.
func (s *Service) HandleEvent(ctx context.Context, event string, data []byte, at time.Time) error {
	switch event {
	case "OrderPlaced":
		return handle(event, data, func(o orders.Placed) error { return s.Placed(ctx, o) })
	case "ShipmentWrittenOff":
		return handle(event, data, func(x ShipmentWrittenOff) error { return s.WrittenOff(ctx, x, at) })
	case "PaymentCaptured":
		return handle(event, data, func(p PaymentCaptured) error { return s.Captured(ctx, p, at) })
	case "PaymentRefunded":
		return handle(event, data, func(p PaymentRefunded) error {
			return s.Refunded(ctx, Refund{p.OrderID, p.Group, p.RefundID, p.Attempt, p.After, p.Amount, p.Lines, p.Before}, at)
		})
	case "PaymentRefundFailed":
		return handle(event, data, func(p PaymentRefundFailed) error {
			if p.TurnedBack == nil {
				return nil
			}
			return s.RefundTurnedBack(ctx, Refund{p.OrderID, p.Group, p.RefundID, p.Attempt, 0, *p.TurnedBack, p.Lines, false}, at)
		})
	case "PaymentRefundedElsewhere":
		return handle(event, data, func(p PaymentRefundedElsewhere) error { return s.book(ctx, p.journals(at)) })
	case "PaymentDisputed":
		return handle(event, data, func(p PaymentDisputed) error { return s.book(ctx, p.journals(at)) })
	}
	return fault.New(fault.Malformed, "unknown_event", "payouts does not take %s", event)
}

func handle[T any](event string, data []byte, do func(T) error) error {
	var v T
	if err := eventdata.Decode(event, data, &v); err != nil {
		return err
	}
	return do(v)
}
