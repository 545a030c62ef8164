package payouts_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
	"rialto/functions/internal/store"
	"rialto/functions/payouts"
	"rialto/functions/payouts/payoutsstore"
	"rialto/functions/sellers/sellersstore"
)

// sells books a sale of each of so many sellers: some in every bucket.
func (b *books) sells(t *testing.T, sellers int) {
	t.Helper()
	for n := range sellers {
		s := one(fmt.Sprint("ord_", n), 1, 100, 0, 0)
		s.SellerID = fmt.Sprint("sel_", n)
		j, err := s.Book(usd(100), noon)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Ledger.Book(context.Background(), j); err != nil {
			t.Fatal(err)
		}
	}
}

// Every seller is paid by one run, whichever bucket their journals are in. Seen to catch: a run that leaves out the first
// bucket, or the last.
func TestARunPaysEverySeller(t *testing.T) {
	t.Parallel()
	b := newBooks()
	const sellers = 8 * payoutsstore.Buckets
	b.sells(t, sellers)
	b.now = noon.Add(2 * time.Hour)
	if got, err := b.Run(context.Background()); err != nil || got != (payouts.Report{Payouts: sellers, Journals: sellers}) {
		t.Errorf("%+v %v", got, err)
	}
}

// The index of the unpaid lags: a run that reads in it what the run before has paid leaves that alone. Seen to catch:
// journals taken as the index has them.
func TestARunTakesNothingFromAnIndexThatLags(t *testing.T) {
	t.Parallel()
	ctx, b := context.Background(), newBooks()
	b.sells(t, 3)
	b.now = noon.Add(2 * time.Hour)
	if got, err := b.Run(ctx); err != nil || got.Payouts != 3 {
		t.Fatal(got, err)
	}
	b.db.Lagging = func() bool { return true }
	b.db.Before = func(_ context.Context, operation string, writes []store.Write) error {
		if len(writes) > 0 {
			t.Errorf("%s of what is paid: %s", operation, writes[0].Label())
		}
		return nil
	}
	if got, err := b.Run(ctx); err != nil || got != (payouts.Report{}) {
		t.Errorf("%+v %v", got, err)
	}
}

// What a seller is owed in one currency has nothing to do with another: each has a payout of its own. Seen to catch: cents added to yen.
func TestEachCurrencyHasItsPayout(t *testing.T) {
	t.Parallel()
	ctx, b := context.Background(), newBooks()
	for n, currency := range []string{"EUR", "JPY", "EUR"} {
		s := one(fmt.Sprint("ord_", n), 1, 100, 0, 0)
		s.Currency = currency
		j, err := s.Book(money.Of(100, currency), noon)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Ledger.Book(ctx, j); err != nil {
			t.Fatal(err)
		}
	}
	b.now = noon.Add(2 * time.Hour)
	if got, err := b.Run(ctx); err != nil || got != (payouts.Report{Payouts: 2, Journals: 3}) {
		t.Errorf("%+v %v", got, err)
	}
	for _, j := range b.all(t) {
		if want := map[string]int64{"EUR": 170, "JPY": 85}[j.Currency]; j.Kind == payouts.PayoutKind && j.Of(payouts.Payable) != want {
			t.Errorf("%d of %s are paid, want %d", j.Of(payouts.Payable), j.Currency, want)
		}
	}
}

// A run that cannot read all of a seller's journals pays that seller nothing: what it has not read may take from what is owed. Seen to
// catch: a page of sales paid while their refund stood on the next.
func TestARunPaysNothingOfWhatItHasNotRead(t *testing.T) {
	t.Parallel()
	ctx, b := context.Background(), newBooks()
	b.Reserve = 0
	for n := range 101 { // a page, and the refund of the last sale
		s := one(fmt.Sprintf("ord_%03d", n), 1, 100, 0, 0)
		if n == 100 {
			s = one("ord_099", 1, 100, 0, 0)
		}
		j, err := s.Book(usd(100), noon)
		if n == 100 {
			j, err = s.Refund(ids.Derive(ids.Journal, "r"), usd(100), []payouts.Units{{Line: s.Lines[0].Line, Quantity: 1}}, noon.Add(time.Minute))
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Ledger.Book(ctx, j); err != nil {
			t.Fatal(err)
		}
	}
	b.now = noon.Add(2 * time.Hour)
	b.now = noon.Add(2 * time.Hour)
	read, pages := false, 0
	b.db.Before = func(_ context.Context, operation string, _ []store.Write) error {
		if read = read || operation == "GetMany"; !read || operation != "Query" {
			return nil
		}
		if pages++; pages == 1 { // the second of the seller
			return fault.New(fault.Unavailable, "broken", "injected")
		}
		return nil
	}
	if got, err := b.Run(ctx); err == nil || got != (payouts.Report{}) {
		t.Errorf("%+v %v", got, err)
	}
	if got, err := b.Run(ctx); err != nil || got.Journals != 101 {
		t.Errorf("%+v %v", got, err)
	}
}

// A journal that owes its seller nothing, as that of a parcel whose delivery alone was paid, is covered by the next payout
// like any other, once. Seen to catch: one taken twice by a payout; one that no payout ever covers; an account's entries of
// which the last alone counts.
func TestWhatOwesNothingIsCoveredToo(t *testing.T) {
	t.Parallel()
	ctx, b := context.Background(), newBooks()
	for n, owed := range [][]int64{{0}, {60, 25}, {0}} {
		j := payouts.Journal{ID: ids.Derive(ids.Journal, fmt.Sprint(n)), Kind: payouts.SaleKind, SellerID: "sel_a", Currency: "USD", At: noon}
		for _, minor := range append(owed, 40) {
			j.Entries = append(j.Entries, payouts.Entry{Account: payouts.Gateway, Amount: usd(minor)})
		}
		j.Entries = append(j.Entries, payouts.Entry{Account: payouts.Commission, Amount: usd(-40)})
		for _, minor := range owed {
			j.Entries = append(j.Entries, payouts.Entry{Account: payouts.Payable, Amount: usd(-minor)})
		}
		if err := b.Ledger.Book(ctx, j); err != nil {
			t.Fatal(err)
		}
	}
	b.now = noon.Add(2 * time.Hour)
	if got, err := b.Run(ctx); err != nil || got != (payouts.Report{Payouts: 1, Journals: 3}) {
		t.Errorf("%+v %v", got, err)
	}
	for _, j := range b.all(t) {
		if j.Kind == payouts.PayoutKind && j.Of(payouts.PayoutClearing) != -85 || j.Kind != payouts.PayoutKind && j.PayoutID == "" {
			t.Errorf("%+v", j)
		}
	}
}

// A run takes so many sales of one seller, and the next takes what is left. Seen to catch: a bound that is never reached, or
// reached one later.
func TestARunBoundsWhatItTakesOfOneSeller(t *testing.T) {
	t.Parallel()
	ctx, b := context.Background(), newBooks()
	const most = 20 * payouts.MaxPaid
	for n := range most + 1 {
		j, err := one(fmt.Sprint("ord_", n), 1, 100, 0, 0).Book(usd(100), noon)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Ledger.Book(ctx, j); err != nil {
			t.Fatal(err)
		}
	}
	b.now = noon.Add(2 * time.Hour)
	for _, want := range []payouts.Report{{Payouts: 20, Journals: most}, {Payouts: 1, Journals: 1}, {}} {
		if got, err := b.Run(ctx); err != nil || got != want {
			t.Errorf("%+v %v, want %+v", got, err, want)
		}
	}
}

// What a blocked seller is owed waits, and nobody else does; it is paid once the seller may go on. Seen to catch: a run that ends at the
// first seller who is blocked.
func TestABlockedSellerWaits(t *testing.T) {
	t.Parallel()
	ctx, b := context.Background(), newBooks()
	b.sells(t, 3)
	b.now = noon.Add(2 * time.Hour)
	standing := sellersstore.Store{DB: b.db}
	for _, c := range []struct {
		blocked bool
		want    payouts.Report
	}{{true, payouts.Report{Payouts: 2, Journals: 2, Waiting: 1}}, {true, payouts.Report{Waiting: 1}},
		{false, payouts.Report{Payouts: 1, Journals: 1}}} {
		if _, err := standing.Block(ctx, "sel_1", c.blocked); err != nil {
			t.Fatal(err)
		}
		if got, err := b.Run(ctx); err != nil || got != c.want {
			t.Errorf("blocked %v: %+v %v, want %+v", c.blocked, got, err, c.want)
		}
	}
}
