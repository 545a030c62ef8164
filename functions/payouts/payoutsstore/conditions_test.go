package payoutsstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"

	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
	"rialto/functions/payouts"
)

// Of refunds that saw the same of their sale one is booked, be it the sale's first or not. Seen to catch: the record of
// what was given back written without its condition, where it is the first and where it is not.
func TestRefundsOfWhatWasSeenBefore(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s, of := context.Background(), &Store{DB: db}, sale(t, 1, "sel_a", "USD")
		refund := func(n int) payouts.Journal {
			j := sale(t, n, "sel_a", "USD")
			j.Kind = payouts.RefundKind
			return j
		}
		for version := int64(1); version <= 2; version++ {
			now := payouts.Returned{Units: []payouts.Units{{Line: "l", From: version - 1, Quantity: 1}}, Version: version}
			if err := s.BookRefund(ctx, of.ID, refund(int(10*version)), now); err != nil {
				t.Fatal(err)
			}
			other := now
			other.Units = []payouts.Units{{Line: "l", From: 5, Quantity: 1}}
			if err := s.BookRefund(ctx, of.ID, refund(int(10*version)+1), other); !errors.Is(err, payouts.ErrChanged) {
				t.Errorf("version %d was written twice: %v", version, err)
			}
			if got, err := s.Returned(ctx, of.ID); err != nil || fmt.Sprint(got) != fmt.Sprint(now) {
				t.Errorf("%+v %v", got, err)
			}
		}
	})
}

// Every seller's journals are in a bucket that a run reads, and all buckets are used.
func TestSellersAreSpreadOverTheBuckets(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for n := range 20 * Buckets {
		used[bucketOf(fmt.Sprint("sel_", n))] = true
	}
	for b := range Buckets {
		if !used[strconv.Itoa(b)] {
			t.Errorf("nobody is in bucket %d", b)
		}
	}
	if len(used) != Buckets {
		t.Errorf("%d buckets, a run reads %d", len(used), Buckets)
	}
}
