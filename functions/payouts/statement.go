package payouts

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
)

// Statement is a page of a seller's journals of a month, the latest first, with what is owed now.
type Statement struct {
	Month    string // 2026-11
	Journals []Journal
	Totals   []Total        // of the journals of this page, by currency
	Owed     []money.Amount // by no payout covered yet, whatever the month, by currency
	Next     string
}

// Total is what journals of one currency come to.
type Total struct {
	Currency  string
	Sales     int64 // captured, tax included
	Refunds   int64
	Paid      int64 // to the seller
	Discounts int64 // coupons that Rialto bore, less what refunds took back
	// GoodsLosses is what Rialto paid for units that it lost or damaged on their way, and sent again.
	GoodsLosses int64
	// Commission, Delivery (by Rialto) and Tax are what was kept, less what refunds gave back.
	Commission, Delivery, Tax int64
	// Net is what the journals change of what the seller is owed.
	Net int64
}

// Sum folds journals by currency, in the order in which currencies come.
func Sum(list []Journal) []Total {
	var out []Total
	at := map[string]int{}
	for _, j := range list {
		i, known := at[j.Currency]
		if !known {
			i = len(out)
			at[j.Currency] = i
			out = append(out, Total{Currency: j.Currency})
		}
		t := &out[i]
		t.Sales += j.Of(Gateway)
		t.Refunds -= j.Of(Refunds) + j.Of(Goodwill)
		t.Paid -= j.Of(PayoutClearing)
		t.Discounts += j.Of(Discounts)
		t.GoodsLosses += j.Of(GoodsLosses)
		t.Commission -= j.Of(Commission)
		t.Delivery -= j.Of(Delivery)
		t.Tax -= j.Of(TaxWithheld)
		t.Net += j.Owed()
	}
	return out
}

// Statement returns a page of a seller's month, this one if month is "". Errors: invalid_month, invalid_cursor.
func (s *Service) Statement(ctx context.Context, seller, month, after string, limit int) (Statement, error) {
	if month == "" {
		month = s.Now().UTC().Format(monthForm)
	}
	if _, err := time.Parse(monthForm, month); err != nil {
		return Statement{}, fault.New(fault.Invalid, "invalid_month", "the month is none").
			With(fault.Field{Pointer: "query.month", Code: "bad_format", Message: "must be a year and a month, as 2026-11"})
	}
	out := Statement{Month: month}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		out.Journals, out.Next, err = s.Ledger.Statement(ctx, seller, month, after, limit)
		return err
	})
	g.Go(func() (err error) { out.Owed, err = s.Ledger.Owed(ctx, seller); return err })
	if err := g.Wait(); err != nil {
		return Statement{}, err
	}
	out.Totals = Sum(out.Journals)
	return out, nil
}

const monthForm = "2006-01"
