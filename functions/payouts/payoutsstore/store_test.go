package payoutsstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
	"rialto/functions/payouts"
)

var at = time.Date(2026, 11, 27, 8, 30, 0, 123456789, time.UTC)

func expectedSale(orderID, seller, currency string) payouts.Sale {
	return payouts.Sale{OrderID: orderID, Group: "g1", SellerID: seller, Currency: currency,
		Lines:    []payouts.SaleLine{{Line: "l", Quantity: 10, Share: payouts.Share{Paid: 900, Tax: 90, Discount: 5, Commission: 135}}},
		Shipping: payouts.Share{Paid: 60, Tax: 4, Commission: 8}, Delivery: payouts.Share{Paid: 40, Tax: 3}}
}

func sale(t *testing.T, n int, seller, currency string) payouts.Journal {
	t.Helper()
	j, err := expectedSale(fmt.Sprint("ord_", n), seller, currency).Book(money.Of(1000, currency), at.Add(time.Duration(n)*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestTheLedger(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), &Store{DB: db}
		x := expectedSale("ord_1", "sel_a", "USD")
		if _, err := s.Expected(ctx, "ord_1", "g1"); !errors.Is(err, payouts.ErrSaleUnknown) {
			t.Fatal(err)
		}
		other := x
		other.SellerID = "sel_b"
		if err := errors.Join(s.Expect(ctx, x), s.Expect(ctx, other)); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Expected(ctx, "ord_1", "g1"); err != nil || !cmp.Equal(x, got) {
			t.Error(got, err)
		}
		first := sale(t, 1, "sel_a", "USD")
		if _, err := s.Journal(ctx, first.ID); !errors.Is(err, payouts.ErrJournalNotFound) {
			t.Error(err)
		}
		again := first
		again.At = at.Add(time.Hour) // an event told twice changes nothing
		if err := errors.Join(s.Book(ctx, first), s.Book(ctx, again)); err != nil {
			t.Fatal(err)
		}
		got, err := s.Journal(ctx, first.ID)
		if d := cmp.Diff(first, got); err != nil || d != "" {
			t.Error(err, d)
		}
		of := []payouts.Units{{Line: "l", From: 1, Quantity: 2}}
		refund, err := x.Refund("r1", money.Of(180, "USD"), of, at)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.BookRefund(ctx, first.ID, refund, payouts.Returned{Units: of, Version: 2}); !errors.Is(err, payouts.ErrChanged) {
			t.Error(err)
		}
		if err := s.BookRefund(ctx, first.ID, refund, payouts.Returned{Units: of, Version: 1}); err != nil {
			t.Fatal(err)
		}
		if err := s.BookRefund(ctx, first.ID, refund, payouts.Returned{Units: of, Version: 2}); !errors.Is(err, payouts.ErrChanged) {
			t.Error("the same refund is booked twice", err)
		}
		if got, err := s.Returned(ctx, first.ID); err != nil || !cmp.Equal(payouts.Returned{Units: of, Version: 1}, got) {
			t.Error(got, err)
		}
	})
}

func TestUnpaidJournalsArePagedAndPaidOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), &Store{DB: db}
		var usd []payouts.Journal
		for n := range 120 {
			for _, currency := range []string{"USD", "EUR"} {
				j := sale(t, n, "sel_"+currency[:1], currency)
				j.SellerID, j.ID = "sel_a", j.ID[:len(j.ID)-3]+ending(currency)
				if err := s.Book(ctx, j); err != nil {
					t.Fatal(err)
				}
				if currency == "USD" {
					usd = append(usd, j)
				}
			}
		}
		if n, turns := unpaidOf(t, s, "sel_a"); n != 240 || turns != 2 {
			t.Errorf("%d journals, %d currencies in turn", n, turns)
		}
		var won atomic.Int64
		var g errgroup.Group
		for n := range 8 { // payouts that overlap in one journal
			g.Go(func() error {
				of := append([]payouts.Journal{usd[0]}, usd[1+n*5:6+n*5]...)
				p, ok, err := payouts.Pay(of, at)
				if err != nil || !ok {
					return fmt.Errorf("%v %w", ok, err)
				}
				if err = s.Pay(ctx, p, of); err == nil {
					won.Add(1)
				} else if !errors.Is(err, payouts.ErrChanged) && fault.Code(err) != "ledger_throttled" {
					return err
				}
				return nil
			})
		}
		if err := g.Wait(); err != nil || won.Load() != 1 {
			t.Fatalf("%d of 8 paid the same journal: %v", won.Load(), err)
		}
		if n, _ := unpaidOf(t, s, "sel_a"); n != 234 {
			t.Errorf("%d are left", n)
		}
		owed, err := s.Owed(ctx, "sel_a")
		each := usd[0].Owed()
		if d := cmp.Diff([]money.Amount{money.Of(120*each, "EUR"), money.Of(114*each, "USD")}, owed); err != nil || d != "" {
			t.Error(err, d)
		}
		if owed, err := s.Owed(ctx, "sel_none"); err != nil || owed != nil {
			t.Error(owed, err)
		}
	})
}

// unpaidOf counts the unpaid journals of a seller's bucket, and how often their currency changes.
func unpaidOf(t *testing.T, s *Store, seller string) (n, turns int) {
	t.Helper()
	bucket, err := strconv.Atoi(bucketOf(seller))
	if err != nil {
		t.Fatal(err)
	}
	last := ""
	for after := ""; ; {
		list, next, err := s.Unpaid(context.Background(), bucket, after)
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range list {
			n++
			if j.Currency != last {
				turns++
			}
			last = j.Currency
		}
		if after = next; next == "" {
			return n, turns
		}
	}
}

// ending makes ids of two currencies differ.
func ending(c string) string { return map[string]string{"USD": "aaa", "EUR": "bbb"}[c] }

func TestAMonthIsPagedFromItsEnd(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), &Store{DB: db}
		for n := range 7 {
			late := sale(t, 100+n, "sel_a", "USD")
			late.At = late.At.AddDate(0, 1, 0)
			for _, j := range []payouts.Journal{sale(t, n, "sel_a", "USD"), sale(t, 50+n, "sel_b", "USD"), late} {
				if err := s.Book(ctx, j); err != nil {
					t.Fatal(err)
				}
			}
		}
		var got []string
		pages := 0
		for after := ""; ; pages++ {
			list, next, err := s.Statement(ctx, "sel_a", "2026-11", after, 3)
			if err != nil || len(list) > 3 {
				t.Fatal(len(list), err)
			}
			for _, j := range list {
				got = append(got, j.OrderID)
			}
			if after = next; next == "" {
				break
			}
		}
		if pages != 2 {
			t.Errorf("%d pages come before the last", pages)
		}
		if d := cmp.Diff([]string{"ord_6", "ord_5", "ord_4", "ord_3", "ord_2", "ord_1", "ord_0"}, got); d != "" {
			t.Error(d)
		}
		for _, after := range []string{"x", "2026-11-27T08:30:00.000000000Z#x"} {
			if _, _, err := s.Statement(ctx, "sel_a", "2026-11", after, 3); fault.Code(err) != "invalid_cursor" {
				t.Error(after, err)
			}
		}
	})
}
