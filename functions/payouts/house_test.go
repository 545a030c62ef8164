package payouts_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"rialto/functions/laboratory/memory"
	"rialto/functions/payouts"
	"rialto/functions/payouts/payoutsstore"
)

// balances of Rialto's own journals by account.
func houseBalances(t *testing.T, s *payouts.Service) map[payouts.Account]int64 {
	t.Helper()
	list, _, err := s.Ledger.Statement(t.Context(), payouts.House, noon.Format("2006-01"), "", 100)
	if err != nil {
		t.Fatal(err)
	}
	out := map[payouts.Account]int64{}
	for _, j := range list {
		if j.Owed() != 0 {
			t.Errorf("a journal of Rialto's own owes %d", j.Owed())
		}
		for _, e := range j.Entries {
			out[e.Account] += e.Amount.Minor
		}
	}
	return out
}

type news struct {
	event string
	data  any
}

// A dispute is held and then won or lost, and a refund by hand is given and may come back: in whatever order their news come, and however
// often, the accounts end the same. No run pays any of it to anybody.
func TestDisputesAndRefundsByHandAreRialtosOwn(t *testing.T) {
	t.Parallel()
	dispute := func(state string) news {
		return news{"PaymentDisputed", map[string]any{"order_id": "ord_a", "group": "g1", "dispute_id": "du_1", "amount": usd(900), "state": state}}
	}
	refund := func(back bool) news {
		return news{"PaymentRefundedElsewhere", map[string]any{"order_id": "ord_a", "group": "g1", "refund_id": "re_1", "amount": usd(300),
			"turned_back": back}}
	}
	other := refund(false)
	other.data = map[string]any{"order_id": "ord_a", "group": "g2", "refund_id": "re_1", "amount": usd(200)}
	for name, c := range map[string]struct {
		news []news
		want map[payouts.Account]int64
	}{
		"held": {[]news{dispute("HELD")},
			map[payouts.Account]int64{payouts.Disputed: 900, payouts.Gateway: -900}},
		"won": {[]news{dispute("HELD"), dispute("WON")},
			map[payouts.Account]int64{}},
		"lost": {[]news{dispute("HELD"), dispute("LOST")},
			map[payouts.Account]int64{payouts.DisputeLosses: 900, payouts.Gateway: -900}},
		"inquiry": {[]news{dispute("INQUIRY"), dispute("CLOSED")},
			map[payouts.Account]int64{}},
		"given": {[]news{refund(false)},
			map[payouts.Account]int64{payouts.Goodwill: 300, payouts.Refunds: -300}},
		"given of two parcels by one word": {[]news{refund(false), other},
			map[payouts.Account]int64{payouts.Goodwill: 500, payouts.Refunds: -500}},
		"turned back": {[]news{refund(false), refund(true)},
			map[payouts.Account]int64{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(8) {
				s := &payouts.Service{Ledger: &payoutsstore.Store{DB: memory.New()}, Now: func() time.Time { return noon }, Buckets: payoutsstore.Buckets}
				news := slices.Concat(c.news, c.news)
				rand.New(rand.NewPCG(seed, 1)).Shuffle(len(news), func(i, j int) { news[i], news[j] = news[j], news[i] })
				for _, n := range news {
					body, err := json.Marshal(n.data)
					if err != nil {
						t.Fatal(err)
					}
					if err := s.HandleEvent(t.Context(), n.event, body, noon); err != nil {
						t.Fatal(err)
					}
				}
				got := houseBalances(t, s)
				for a, n := range got {
					if n != c.want[a] {
						t.Errorf("%d: %d on %s, want %d", seed, n, a, c.want[a])
					}
				}
				for a := range c.want {
					if _, there := got[a]; !there {
						t.Errorf("nothing on %s", a)
					}
				}
				if r, err := s.Run(t.Context()); err != nil || r != (payouts.Report{}) {
					t.Errorf("a run paid %+v: %v", r, err)
				}
			}
		})
	}
}
