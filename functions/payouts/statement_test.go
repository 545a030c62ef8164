package payouts_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/money"
	"rialto/functions/payouts"
)

// A statement sums each account over its journals, by currency. Seen to catch: each sum with its sign turned; each one that
// shows the last journal alone.
func TestTotalsSumEachAccount(t *testing.T) {
	t.Parallel()
	accounts := []payouts.Account{payouts.Gateway, payouts.Refunds, payouts.PayoutClearing, payouts.Discounts, payouts.Commission,
		payouts.Delivery, payouts.TaxWithheld, payouts.Payable}
	journal := func(currency string, factor int64) payouts.Journal {
		j := payouts.Journal{Currency: currency}
		for n, a := range accounts {
			j.Entries = append(j.Entries, payouts.Entry{Account: a, Amount: money.Of(factor*int64(n+1), currency)})
		}
		return j
	}
	total := func(currency string, n int64) payouts.Total {
		return payouts.Total{Currency: currency, Sales: n, Refunds: -2 * n, Paid: -3 * n, Discounts: 4 * n, Commission: -5 * n, Delivery: -6 * n,
			Tax: -7 * n, Net: -8 * n}
	}
	got := payouts.Sum([]payouts.Journal{journal("USD", 1), journal("EUR", 100), journal("USD", 10)})
	if d := cmp.Diff([]payouts.Total{total("USD", 11), total("EUR", 100)}, got); d != "" {
		t.Error(d)
	}
}
