package payouts

import (
	"context"
	"errors"
	"time"

	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
)

// journals are what a refund by hand is booked as: Rialto gives it of its own goodwill until units come back for it. One that the bank
// turned back is booked both ways, in whatever order its news come.
func (p PaymentRefundedElsewhere) journals(at time.Time) []Journal {
	given := p.journal("given", at, debit(Goodwill, p.Amount.Minor), credit(Refunds, p.Amount.Minor))
	if !p.TurnedBack {
		return []Journal{given}
	}
	return []Journal{given, p.journal("turned back", at, debit(Refunds, p.Amount.Minor), credit(Goodwill, p.Amount.Minor))}
}

func (p PaymentRefundedElsewhere) journal(what string, at time.Time, of ...Entry) Journal {
	return house(GoodwillKind, p.OrderID, p.Group, p.Amount, at, []string{p.RefundID, what}, of)
}

// journals are what a dispute is booked as: the gateway takes the money as it begins, and gives it back to Rialto or keeps it for good as
// it ends. Its sellers keep what they are owed. An inquiry moves nothing.
func (p PaymentDisputed) journals(at time.Time) []Journal {
	held := p.journal("held", at, debit(Disputed, p.Amount.Minor), credit(Gateway, p.Amount.Minor))
	switch p.State {
	case "HELD":
		return []Journal{held}
	case "WON":
		return []Journal{held, p.journal("won", at, debit(Gateway, p.Amount.Minor), credit(Disputed, p.Amount.Minor))}
	case "LOST":
		return []Journal{held, p.journal("lost", at, debit(DisputeLosses, p.Amount.Minor), credit(Disputed, p.Amount.Minor))}
	}
	return nil
}

func (p PaymentDisputed) journal(what string, at time.Time, of ...Entry) Journal {
	return house(DisputeKind, p.OrderID, p.Group, p.Amount, at, []string{p.DisputeID, what}, of)
}

// house is a journal of Rialto's own; its id follows from what it is of.
func house(kind Kind, orderID, group string, amount money.Amount, at time.Time, what []string, of []Entry) Journal {
	id := ids.Derive(ids.Journal, append([]string{string(kind), orderID, group}, what...)...)
	return Journal{ID: id, Kind: kind, SellerID: House, Currency: amount.Currency, OrderID: orderID, Group: group, At: at.UTC(),
		Entries: entries(amount.Currency, of...)}
}

// book writes journals, each unless it is there.
func (s *Service) book(ctx context.Context, list []Journal) error {
	var problems []error
	for _, j := range list {
		if err := j.Check(); err != nil {
			return err
		}
		problems = append(problems, s.Ledger.Book(ctx, j))
	}
	return errors.Join(problems...)
}

// takeFromGoodwill has a refund's money come from what was given back by hand before: nothing was given now.
func (j *Journal) takeFromGoodwill() {
	for n := range j.Entries {
		if j.Entries[n].Account == Refunds {
			j.Entries[n].Account = Goodwill
		}
	}
}
