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

// netted puts what takes from what is owed beside what it is taken from, each by time: a payout of the journals in this
// order, in parts, leaves no part behind that owes less than nothing as long as others make up for it.
func netted(of []Journal) []Journal {
	out := make([]Journal, 0, len(of))
	gives := slices.DeleteFunc(slices.Clone(of), func(j Journal) bool { return j.Owed() <= 0 })
	takes := slices.DeleteFunc(slices.Clone(of), func(j Journal) bool { return j.Owed() > 0 })
	for owed := int64(0); len(gives)+len(takes) > 0; owed += out[len(out)-1].Owed() {
		from := &takes
		if len(takes) == 0 || owed <= 0 && len(gives) > 0 {
			from = &gives
		}
		out, *from = append(out, (*from)[0]), (*from)[1:]
	}
	return out
}
