package payouts_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/memory"
	"rialto/functions/payouts"
	"rialto/functions/payouts/payoutsstore"
	"rialto/functions/sellers/sellersstore"
)

type books struct {
	*payouts.Service
	db  *memory.DB
	now time.Time
}

func newBooks() *books {
	b := &books{db: memory.New(), now: noon}
	b.Service = &payouts.Service{Ledger: &payoutsstore.Store{DB: b.db}, Sellers: sellersstore.Store{DB: b.db},
		Now: func() time.Time { return b.now }, Reserve: time.Hour,
		Buckets: payoutsstore.Buckets}
	return b
}

// all reads every journal there is.
func (b *books) all(t fatal) []payouts.Journal {
	t.Helper()
	var out []payouts.Journal
	for _, i := range b.db.Items("ledger") {
		var x struct {
			PK string `dynamodbav:"pk"`
		}
		if err := store.Unmarshal(i, &x); err != nil {
			t.Fatal(err)
		}
		if !ids.Valid(ids.Journal, x.PK) {
			continue
		}
		j, err := b.Ledger.Journal(context.Background(), x.PK)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, j)
	}
	return out
}

// Orders, captures, refunds and payouts, in any order, some twice, some broken off: each journal sums to zero, each
// thing is booked once, and what sellers are owed is what sales left, less what was given back and paid.
func TestEveryHistoryBalances(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ctx, b := context.Background(), newBooks()
		breaks := rapid.IntRange(0, 4).Draw(t, "breaks")
		fail := func(context.Context, string, []store.Write) error {
			if breaks > 0 && rapid.IntRange(0, 7).Draw(t, "break") == 0 {
				breaks--
				return fault.New(fault.Unavailable, "broken", "injected")
			}
			return nil
		}
		b.db.Before, b.db.After = fail, fail
		var todo []func() error
		var captured, refunded int64
		for n := range rapid.IntRange(1, 4).Draw(t, "orders") {
			o := order(t, fmt.Sprint("ord_", n))
			todo = append(todo, func() error { return b.Placed(ctx, o) })
			for _, s := range o.Shipments {
				if rapid.IntRange(0, 4).Draw(t, "captured") == 0 {
					continue
				}
				captured += s.Amount.Minor
				at := b.now.Add(time.Duration(n) * time.Minute)
				todo = append(todo, func() error {
					return b.Captured(ctx, payouts.PaymentCaptured{OrderID: o.OrderID, Group: s.Group, Amount: s.Amount}, at)
				})
				for _, l := range s.Lines {
					for from := int64(0); from < l.Quantity && rapid.Bool().Draw(t, "refund"); from++ {
						part, err := l.Between(from, from+1)
						if err != nil {
							t.Fatal(err)
						}
						refunded += part.Paid.Minor
						todo = append(todo, func() error {
							return b.Refunded(ctx, payouts.Refund{OrderID: o.OrderID, Group: s.Group, ID: fmt.Sprint(l.Line, from), Amount: part.Paid,
								Units: []payouts.Units{{l.Line, from, 1}}}, at)
						})
					}
				}
			}
		}
		for range rapid.IntRange(0, 3).Draw(t, "runs") {
			todo = append(todo, func() error { b.now = b.now.Add(time.Hour); _, err := b.Run(ctx); return err })
		}
		todo = rapid.Permutation(todo).Draw(t, "order")
		untilDone(t, todo)
		b.db.Before, b.db.After = nil, nil
		b.now = b.now.Add(24 * time.Hour)
		for range 2 { // a part that waits for others may be paid by the next run
			if _, err := b.Run(ctx); err != nil {
				t.Fatal(err)
			}
		}
		b.judge(t, captured, refunded)
	})
}

// untilDone does things in their order, some twice, and again what fails for a while.
func untilDone(t *rapid.T, todo []func() error) {
	for turns := 0; len(todo) > 0; turns++ {
		if turns > 1_000 {
			t.Fatalf("%d things are never done", len(todo))
		}
		do := todo[0]
		todo = todo[1:]
		if err := do(); err != nil {
			if !fault.Of(err).Kind.Transient() {
				t.Fatal(err)
			}
			todo = append(todo, do)
		} else if turns < 40 && rapid.IntRange(0, 3).Draw(t, "twice") == 0 {
			todo = append(todo, do)
		}
	}
}

func (b *books) judge(t fatal, captured, refunded int64) {
	t.Helper()
	list := b.all(t)
	sums, owed := map[payouts.Account]int64{}, map[string]int64{}
	covered := map[string]int64{}
	for _, j := range list {
		if err := j.Check(); err != nil {
			t.Fatal(err)
		}
		for _, e := range j.Entries {
			sums[e.Account] += e.Amount.Minor
		}
		owed[j.SellerID] += j.Owed()
		if j.PayoutID != "" {
			covered[j.PayoutID] += j.Owed()
		}
	}
	if sums[payouts.Gateway] != captured || sums[payouts.Refunds] != -refunded {
		t.Fatalf("captured %d of %d, refunded %d of %d", sums[payouts.Gateway], captured, -sums[payouts.Refunds], refunded)
	}
	for _, j := range list {
		if paid := -j.Of(payouts.PayoutClearing); j.Kind == payouts.PayoutKind && (paid <= 0 || paid != covered[j.ID]) {
			t.Fatalf("a payout of %d covers %d", paid, covered[j.ID])
		}
	}
	for seller, left := range owed { // all is paid but what is owed the other way round
		unpaid, err := b.Ledger.Owed(context.Background(), seller)
		if err != nil || left > 0 && len(list) < payouts.MaxPaid || left != 0 && (len(unpaid) != 1 || unpaid[0].Minor != left) {
			t.Fatalf("%s is owed %d, the index says %v: %v", seller, left, unpaid, err)
		}
	}
}

// all is the one unit of a line.
var all = []payouts.Units{{Line: "l", From: 0, Quantity: 1}}

func TestACaptureBeforeItsOrderWaits(t *testing.T) {
	t.Parallel()
	ctx, b := context.Background(), newBooks()
	if err := b.Captured(ctx, taken("ord_a", usd(5)), noon); fault.Code(err) != "sale_unknown" || !fault.Of(err).Kind.Transient() {
		t.Error(err)
	}
	early := payouts.Refund{OrderID: "ord_a", Group: "g1", ID: "r", Amount: usd(5), Units: all}
	if err := b.Refunded(ctx, early, noon); fault.Code(err) != "sale_unknown" {
		t.Error(err)
	}
}

func TestARunPaysWhatIsOldEnough(t *testing.T) {
	t.Parallel()
	ctx, b := context.Background(), newBooks()
	var list []payouts.Journal
	for n := range 250 {
		s := one(fmt.Sprint("ord_", n), 1, 100, 0, 0)
		j, err := s.Book(usd(100), noon.Add(time.Duration(n)*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Ledger.Book(ctx, j); err != nil {
			t.Fatal(err)
		}
		list = append(list, j)
	}
	for _, c := range []struct {
		after time.Duration
		want  payouts.Report
	}{{0, payouts.Report{}}, {time.Hour + 9*time.Second, payouts.Report{Payouts: 1, Journals: 10}},
		{2 * time.Hour, payouts.Report{Payouts: 3, Journals: 240}}, {3 * time.Hour, payouts.Report{}}} {
		b.now = noon.Add(c.after)
		if got, err := b.Run(ctx); err != nil || got != c.want {
			t.Errorf("after %s: %+v %v", c.after, got, err)
		}
	}
	st, err := b.Statement(ctx, "sel_a", "", "", 100)
	if err != nil || st.Month != "2026-11" || len(st.Journals) != 100 || st.Next == "" || len(st.Owed) != 0 ||
		st.Journals[0].Kind != payouts.PayoutKind {
		t.Errorf("%+v %v", st.Totals, err)
	}
	// Two runs that saw the same pay once.
	if payout, ok, err := payouts.Pay(list[:5], b.now); err != nil || !ok || fault.Code(b.Ledger.Pay(ctx, payout, list[:5])) != "ledger_changed" {
		t.Error(ok, err)
	}
	slices.Reverse(list)
	one, _, _ := payouts.Pay(list[:5], noon)
	slices.Reverse(list[:5])
	if two, _, _ := payouts.Pay(list[:5], noon); one.ID != two.ID {
		t.Error("the order of journals makes another payout")
	}
}

// Sold on day 0, given back on day 1, with a reserve of 7 days: the run on day 7 pays nothing, though the sale is old enough
// and what was given back is not. Seen to catch: refunds that wait for the reserve (8500 paid, then -8500 owed).
func TestWhatWasGivenBackIsNotPaidOut(t *testing.T) {
	t.Parallel()
	ctx, b := context.Background(), newBooks()
	const day = 24 * time.Hour
	b.Reserve = 7 * day
	s := one("ord_a", 1, 10_000, 0, 0)
	if err := errors.Join(b.Ledger.Expect(ctx, s), b.Captured(ctx, taken("ord_a", usd(10_000)), noon),
		b.Refunded(ctx, payouts.Refund{OrderID: "ord_a", Group: "g1", ID: "r1", Amount: usd(10_000), Units: all}, noon.Add(day))); err != nil {
		t.Fatal(err)
	}
	b.now = noon.Add(7 * day)
	if got, err := b.Run(ctx); err != nil || got != (payouts.Report{}) {
		t.Errorf("%+v %v", got, err)
	}
	if owed, err := b.Ledger.Owed(ctx, "sel_a"); err != nil || len(owed) != 1 || owed[0] != usd(0) {
		t.Error(owed, err)
	}
}

// What takes more than one payout can cover is netted with the sales that make up for it, wherever it stands among them.
// Seen to catch: parts cut by time alone, of which the first owes less than nothing for ever.
func TestManyRefundsAreNettedInParts(t *testing.T) {
	t.Parallel()
	ctx, b := context.Background(), newBooks()
	for n := range 2*payouts.MaxPaid + 2 {
		owed := int64(-10)
		if n > payouts.MaxPaid {
			owed = 15
		}
		if err := b.Ledger.Book(ctx, payouts.Journal{ID: ids.Derive(ids.Journal, fmt.Sprint(n)), Kind: payouts.SaleKind, SellerID: "sel_a", Currency: "USD",
			At: b.now, Entries: []payouts.Entry{{Account: payouts.Gateway, Amount: usd(owed)}, {Account: payouts.Payable, Amount: usd(-owed)}}}); err != nil {
			t.Fatal(err)
		}
		b.now = b.now.Add(time.Second)
	}
	b.now = b.now.Add(time.Hour)
	if _, err := b.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if owed, err := b.Ledger.Owed(ctx, "sel_a"); err != nil || len(owed) != 0 {
		t.Error(owed, err)
	}
}

// One part owes more than all parts together, as those before it owe less than nothing.
func TestNobodyIsPaidMoreThanIsOwed(t *testing.T) {
	t.Parallel()
	ctx, b := context.Background(), newBooks()
	add := func(id string, owed int64) {
		t.Helper()
		if err := b.Ledger.Book(ctx, payouts.Journal{ID: ids.Derive(ids.Journal, id), Kind: payouts.SaleKind, SellerID: "sel_a", Currency: "USD", At: b.now,
			Entries: []payouts.Entry{{Account: payouts.Gateway, Amount: usd(owed)}, {Account: payouts.Payable, Amount: usd(-owed)}}}); err != nil {
			t.Fatal(err)
		}
		b.now = b.now.Add(time.Second)
	}
	for n := range payouts.MaxPaid {
		add(fmt.Sprint(n), -10)
	}
	for _, x := range []struct {
		id   string
		owed int64
		want payouts.Report
	}{{"a", 500, payouts.Report{}}, {"b", 480, payouts.Report{}}, {"c", 10, payouts.Report{}}} {
		add(x.id, x.owed)
		b.now = b.now.Add(time.Hour)
		if got, err := b.Run(ctx); err != nil || got != x.want {
			t.Errorf("%s: %+v %v", x.id, got, err)
		}
	}
}

// One part is paid, and the next would take more than is left, as what comes after it owes less than nothing. Seen to catch: a part
// that adds to what is left (403 paid for 303).
func TestPartsTogetherPayNoMoreThanIsOwed(t *testing.T) {
	t.Parallel()
	ctx, b := context.Background(), newBooks()
	n := 0
	add := func(times int, owed int64) {
		t.Helper()
		for range times {
			n++
			j := payouts.Journal{ID: ids.Derive(ids.Journal, fmt.Sprint(n)), Kind: payouts.SaleKind, SellerID: "sel_a", Currency: "USD", At: b.now,
				Entries: []payouts.Entry{{Account: payouts.Gateway, Amount: usd(owed)}, {Account: payouts.Payable, Amount: usd(-owed)}}}
			if err := b.Ledger.Book(ctx, j); err != nil {
				t.Fatal(err)
			}
			b.now = b.now.Add(time.Second)
		}
	}
	add(1, 200)
	add(payouts.MaxPaid-1, -1) // with it a part that owes 102
	add(1, -102)
	add(1, 500)
	add(payouts.MaxPaid-2, -1) // with both a part that owes 301
	add(1, -100)
	b.now = b.now.Add(time.Hour)
	if got, err := b.Run(ctx); err != nil || got != (payouts.Report{Payouts: 1, Journals: payouts.MaxPaid}) {
		t.Errorf("%+v %v", got, err)
	}
	if owed, err := b.Ledger.Owed(ctx, "sel_a"); err != nil || len(owed) != 1 || owed[0] != usd(201) {
		t.Error(owed, err)
	}
}

// What is booked has an id that comes of what it is of, and keeps it: who books it again must find it. Seen to catch: attempts that
// change their names among themselves.
func TestJournalsKeepTheirIDs(t *testing.T) {
	t.Parallel()
	ctx, b := context.Background(), newBooks()
	first, again := two("r1", 3), two("r1", 3)
	again.Attempt, again.After = 1, 1
	if err := errors.Join(b.Ledger.Expect(ctx, one("ord_a", 5, 1000, 0, 0)), b.Captured(ctx, taken("ord_a", usd(1000)), b.now),
		b.Refunded(ctx, first, b.now), b.RefundTurnedBack(ctx, first, b.now), b.Refunded(ctx, again, b.now)); err != nil {
		t.Fatal(err)
	}
	refund := ids.Derive(ids.Journal, "refund", "ord_a", "g1", "r1")
	want := []string{ids.Derive(ids.Journal, "sale", "ord_a", "g1"), refund, ids.Derive(ids.Journal, "turned back", refund),
		ids.Derive(ids.Journal, "refund", "ord_a", "g1", "r1#2")}
	var got []string
	for _, j := range b.all(t) {
		got = append(got, j.ID)
	}
	slices.Sort(want)
	slices.Sort(got)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// A bank turns a refund back, and it is given again: whatever comes first, and twice, the seller ends with what it has without the
// refund that did not last. Seen to catch: units that stay given back; a counter journal for each time that it is told.
func TestARefundIsTurnedBack(t *testing.T) {
	t.Parallel()
	first, again := two("r1", 3), two("r1", 3)
	again.Attempt, again.After = 1, 1
	for name, c := range map[string]struct {
		again bool
		owed  int64
	}{"for good": {false, 850}, "and given again": {true, 510}} {
		rapid.Check(t, func(t *rapid.T) {
			ctx, b := context.Background(), newBooks()
			if err := b.Ledger.Expect(ctx, one("ord_a", 5, 1000, 0, 0)); err != nil {
				t.Fatalf("%v", err)
			}
			todo := []func() error{
				func() error {
					return b.Captured(ctx, taken("ord_a", usd(1000)), b.now)
				},
				func() error { return b.Refunded(ctx, first, b.now) },
				func() error { return b.RefundTurnedBack(ctx, first, b.now) },
			}
			if c.again {
				todo = append(todo, func() error { return b.Refunded(ctx, again, b.now) })
			}
			todo = rapid.Permutation(append(todo, todo...)).Draw(t, "events")
			for round := 0; len(todo) > 0; round++ {
				if round > 10 {
					t.Fatalf("%s: still fails", name)
				}
				var left []func() error
				for _, do := range todo {
					if err := do(); err != nil {
						if !fault.Of(err).Kind.Transient() {
							t.Fatalf("%s: %v", name, err)
						}
						left = append(left, do)
					}
				}
				todo = left
			}
			if owed, err := b.Ledger.Owed(ctx, "sel_a"); err != nil || len(owed) != 1 || owed[0] != usd(c.owed) {
				t.Errorf("%s: %v %v", name, owed, err)
			}
		})
	}
}

// A refund that a payout has netted already, and that its bank turns back then, is paid to the seller after all. Seen to catch: a counter
// journal that counts as paid, as the refund is.
func TestWhatIsTurnedBackAfterItWasNettedIsPaid(t *testing.T) {
	t.Parallel()
	ctx, b := context.Background(), newBooks()
	refund := two("r1", 3)
	if err := errors.Join(b.Ledger.Expect(ctx, one("ord_a", 5, 1000, 0, 0)), b.Captured(ctx, taken("ord_a", usd(1000)), b.now),
		b.Refunded(ctx, refund, b.now)); err != nil {
		t.Fatal(err)
	}
	for n, want := range []int64{510, 340} {
		if n == 1 {
			if err := b.RefundTurnedBack(ctx, refund, b.now); err != nil {
				t.Fatal(err)
			}
		}
		b.now = b.now.Add(2 * time.Hour)
		if report, err := b.Run(ctx); err != nil || report.Payouts != 1 {
			t.Fatalf("%+v %v", report, err)
		}
		var paid int64
		for _, j := range b.all(t) {
			if j.Kind == payouts.PayoutKind && j.At.Equal(b.now.UTC()) {
				paid += j.Of(payouts.Payable)
			}
		}
		if paid != want {
			t.Errorf("run %d paid %d, want %d", n, paid, want)
		}
	}
}

// two is a refund of two units of a sale of five for 1,000, from one on.
func two(id string, from int64) payouts.Refund {
	return payouts.Refund{OrderID: "ord_a", Group: "g1", ID: id, Amount: usd(400), Units: []payouts.Units{{"l", from, 2}}}
}

func TestWhatIsOwedTheOtherWayWaits(t *testing.T) {
	t.Parallel()
	ctx, b := context.Background(), newBooks()
	s := one("ord_a", 5, 1000, 0, 0)
	if err := b.Ledger.Expect(ctx, s); err != nil {
		t.Fatal(err)
	}
	step := func(err error, want payouts.Report) {
		t.Helper()
		b.now = b.now.Add(2 * time.Hour)
		got, again := b.Run(ctx)
		if err != nil || again != nil || got != want {
			t.Fatal(got, err, again)
		}
	}
	step(b.Captured(ctx, taken("ord_a", usd(1000)), b.now), payouts.Report{Payouts: 1, Journals: 1})
	for range 2 {
		step(b.Refunded(ctx, two("r1", 3), b.now), payouts.Report{})
	}
	if err := b.Refunded(ctx, two("r2", 2), b.now); fault.Code(err) != "refund_too_large" {
		t.Error("a unit was given back twice", err)
	}
	if owed, err := b.Ledger.Owed(ctx, "sel_a"); err != nil || len(owed) != 1 || owed[0] != usd(-340) {
		t.Error(owed, err)
	}
	s.OrderID = "ord_b"
	if err := b.Ledger.Expect(ctx, s); err != nil {
		t.Fatal(err)
	}
	step(b.Captured(ctx, taken("ord_b", usd(1000)), b.now), payouts.Report{Payouts: 1, Journals: 2})
	if owed, err := b.Ledger.Owed(ctx, "sel_a"); err != nil || len(owed) != 0 {
		t.Error(owed, err)
	}
}

// What left and is never paid is paid for by Rialto, once: the seller is owed what a sale owes, and the loss stands on an account of
// its own. A sale is booked as the one or the other, whichever came first.
func TestWhatIsWrittenOffIsALoss(t *testing.T) {
	t.Parallel()
	ctx, b := context.Background(), newBooks()
	if err := b.WrittenOff(ctx, gone("ord_a"), noon); fault.Code(err) != "sale_unknown" { // before its order
		t.Error(err)
	}
	for _, id := range []string{"ord_a", "ord_b"} {
		if err := b.Ledger.Expect(ctx, one(id, 1, 1070, 70, 0)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(b.WrittenOff(ctx, gone("ord_a"), noon), b.WrittenOff(ctx, gone("ord_a"), noon),
		b.Captured(ctx, taken("ord_a", usd(1070)), noon), b.Captured(ctx, taken("ord_b", usd(1070)), noon),
		b.WrittenOff(ctx, gone("ord_b"), noon)); err != nil {
		t.Fatal(err)
	}
	all := b.all(t)
	if len(all) != 2 {
		t.Fatalf("%d journals, want one a sale", len(all))
	}
	for _, j := range all {
		want := map[string][3]int64{"ord_a": {0, 1070, 850}, "ord_b": {1070, 0, 850}}[j.OrderID]
		if got := [3]int64{j.Of(payouts.Gateway), j.Of(payouts.Losses), j.Owed()}; got != want || j.Check() != nil {
			t.Errorf("%s: captured, lost and owed are %v, want %v", j.OrderID, got, want)
		}
	}
}

func taken(order string, amount money.Amount) payouts.PaymentCaptured {
	return payouts.PaymentCaptured{OrderID: order, Group: "g1", Amount: amount}
}

func gone(order string) payouts.ShipmentWrittenOff {
	return payouts.ShipmentWrittenOff{OrderID: order, Group: "g1"}
}

// What was cancelled of a parcel before it was packed is nobody's: the sale is of the units that are left, and of what is asked for
// shipping these; a later refund of one of them is of what it was sold for. Seen to catch: a commission on what was cancelled.
func TestASaleOfWhatIsLeft(t *testing.T) {
	t.Parallel()
	ctx, b := context.Background(), newBooks()
	sale := one("ord_a", 3, 1000, 0, 0)
	sale.Shipping = payouts.Share{Paid: 300, Commission: 45}
	cut := taken("ord_a", usd(866)) // two of three units at 333.3, and 200 of 300
	cut.Cancelled = []payouts.Cut{{Line: "l", Quantity: 1}, {Line: "shipping", Quantity: 100}}
	if err := b.Ledger.Expect(ctx, sale); err != nil {
		t.Fatal(err)
	}
	if err := b.Captured(ctx, taken("ord_a", usd(866)), noon); fault.Code(err) != "capture_differs" {
		t.Error(err)
	}
	for _, c := range []payouts.Cut{{Line: "l", Quantity: 4}, {Line: "m", Quantity: 1}} {
		wrong := cut
		wrong.Cancelled = []payouts.Cut{c}
		if err := b.Captured(ctx, wrong, noon); fault.Code(err) != "capture_differs" {
			t.Error(err)
		}
	}
	err := errors.Join(b.Captured(ctx, cut, noon), b.Captured(ctx, cut, noon),
		b.Refunded(ctx, payouts.Refund{OrderID: "ord_a", Group: "g1", ID: "ret_a", Amount: usd(666),
			Units: []payouts.Units{{Line: "l", Quantity: 2}}}, noon))
	if err != nil {
		t.Fatal(err)
	}
	// Of the seller's 866 Rialto had 15 %, 100 of 150 on the units and 30 of 45 on shipping; the units are back, shipping is kept.
	if owed, err := b.Ledger.Owed(ctx, "sel_a"); err != nil || len(owed) != 1 || owed[0] != usd(170) {
		t.Error(owed, err)
	}
}
