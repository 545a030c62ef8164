package stripegateway

import (
	"context"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v82"

	"rialto/functions/internal/money"
	"rialto/functions/payments"
)

var _ payments.Moved = (*Gateway)(nil)

// pageSize is the most that a page of Stripe's holds.
const pageSize = 100

// Movements reads a page of the account's balance transactions, with what each is of.
func (g *Gateway) Movements(ctx context.Context, from, to time.Time, after string) (page []payments.Movement, next string, err error) {
	p := &stripe.BalanceTransactionListParams{CreatedRange: &stripe.RangeQueryParams{GreaterThanOrEqual: from.Unix(), LesserThan: to.Unix()}}
	p.Limit = stripe.Int64(pageSize)
	if after != "" {
		p.StartingAfter = &after
	}
	p.AddExpand("data.source")
	for t, err := range g.client.V1BalanceTransactions.List(ctx, p) {
		if err != nil {
			_, err = failure(err)
			return nil, "", err
		}
		page = append(page, movement(t))
		if len(page) == pageSize { // another call lists the rest
			return page, t.ID, nil
		}
	}
	return page, "", nil
}

// movement reads a transaction by what it is of. Its own amount is what was converted, after fees; the object's is the customer's.
func movement(t *stripe.BalanceTransaction) payments.Movement {
	m := payments.Movement{ID: t.ID, Kind: payments.MovedOther}
	if t.Source == nil {
		return m
	}
	m.SourceID = t.Source.ID
	switch c, r, d := t.Source.Charge, t.Source.Refund, t.Source.Dispute; {
	case c != nil:
		m.Kind, m.IntentID, m.Amount = payments.MovedCharge, intentID(c.PaymentIntent), amount(c.AmountCaptured, c.Currency)
		m.OrderID, m.Group = c.Metadata[orderID], c.Metadata[group]
	case r != nil:
		m.Kind, m.IntentID, m.Amount = payments.MovedRefund, intentID(r.PaymentIntent), amount(r.Amount, r.Currency)
		m.OrderID, m.Group, m.Name, m.Code = r.Metadata[orderID], r.Metadata[group], r.Metadata[refundID], refundResult(r).Code
	case d != nil:
		m.Kind, m.IntentID, m.Amount = payments.MovedDispute, intentID(d.PaymentIntent), amount(d.Amount, d.Currency)
	case t.Source.Payout != nil:
		p := t.Source.Payout
		m.Kind, m.Amount, m.Code = payments.MovedPayout, amount(p.Amount, p.Currency), payoutFailure(p)
	}
	return m
}

func amount(minor int64, c stripe.Currency) money.Amount {
	return money.Of(minor, strings.ToUpper(string(c)))
}
