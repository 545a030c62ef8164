package payouts

import (
	"slices"
	"strings"
	"time"

	"rialto/functions/internal/ids"
)

// MaxPaid is the most journals that one payout covers: they and the payout are written in one transaction.
const MaxPaid = 99

// Pay returns the payout of journals of one seller and currency, MaxPaid at most, none of which is paid; ok is false
// if they owe the seller nothing together. Then they wait for more. The same journals make the same payout.
func Pay(of []Journal, at time.Time) (payout Journal, ok bool, err error) {
	var owed int64
	var parts []string
	for _, j := range of {
		owed += j.Owed()
		parts = append(parts, j.ID)
	}
	if owed <= 0 || len(of) > MaxPaid {
		return Journal{}, false, nil
	}
	slices.SortFunc(parts, strings.Compare)
	payout = Journal{ID: ids.Derive(ids.Journal, append([]string{"payout"}, parts...)...), Kind: PayoutKind, SellerID: of[0].SellerID,
		Currency: of[0].Currency,
		At:       at.UTC(), Entries: entries(of[0].Currency, debit(Payable, owed), credit(PayoutClearing, owed))}
	return payout, true, payout.Check()
}
