package payouts_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/orders"
	"rialto/functions/payouts"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func usd(minor int64) money.Amount { return money.Of(minor, "USD") }

// fatal is what *testing.T and *rapid.T share.
type fatal interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func TestASaleIsBooked(t *testing.T) {
	t.Parallel()
	s := payouts.Sale{OrderID: "ord_a", Group: "g1", SellerID: "sel_a", Amount: usd(10_998), Tax: usd(998)}
	j, err := s.Book(usd(10_998), noon)
	want := []payouts.Entry{{payouts.Gateway, usd(10_998)}, {payouts.Payable, usd(-8_500)}, {payouts.Commission, usd(-1_500)},
		{payouts.TaxWithheld, usd(-998)}}
	if d := cmp.Diff(want, j.Entries); err != nil || d != "" || j.Owed() != 8_500 {
		t.Fatal(err, d)
	}
	half, err := s.Book(usd(5_499), noon)
	if err != nil || half.Of(payouts.TaxWithheld) != -499 || half.ID != j.ID {
		t.Error(half, err)
	}
	for _, a := range []money.Amount{usd(10_999), usd(0), usd(-1), money.Of(5, "EUR")} {
		if _, err := s.Book(a, noon); fault.Code(err) != "capture_too_large" {
			t.Error(a, err)
		}
	}
	r, err := j.Refund("r1", usd(10_998), 0, noon)
	want = []payouts.Entry{{payouts.Payable, usd(8_500)}, {payouts.Commission, usd(1_500)}, {payouts.TaxWithheld, usd(998)},
		{payouts.Refunds, usd(-10_998)}}
	if d := cmp.Diff(want, r.Entries); err != nil || d != "" {
		t.Error(err, d)
	}
	for _, x := range []struct{ amount, before int64 }{{10_999, 0}, {1, 10_998}, {0, 0}, {-1, 0}, {5, -1}} {
		if _, err := j.Refund("r1", usd(x.amount), x.before, noon); fault.Code(err) != "refund_too_large" {
			t.Error(x, err)
		}
	}
}

// 100.00 was sold at 20 % off, with 19 % of value added tax in it in Germany and 7.25 % beside it in California.
func TestADiscountIsBorneByTheMarketplace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		marketplace                   string
		amount, discount, tax, charge int64
		want                          map[payouts.Account]int64
	}{
		{"US", 10_000, 2_000, 580, 8_580, map[payouts.Account]int64{payouts.Gateway: 8_580, payouts.Discounts: 2_000, payouts.Payable: -8_500,
			payouts.Commission: -1_500, payouts.TaxWithheld: -580}},
		{"DE", 11_900, 2_380, 1_520, 9_520, map[payouts.Account]int64{payouts.Gateway: 9_520, payouts.Discounts: 2_000, payouts.Payable: -8_500,
			payouts.Commission: -1_500, payouts.TaxWithheld: -1_520}},
	} {
		sales, err := payouts.Sales(orders.Placed{OrderID: "ord_a", Marketplace: c.marketplace, Currency: "USD", Total: usd(c.charge), Tax: usd(c.tax),
			Lines:     []orders.PlacedLine{{Line: "l", Quantity: 1, Amount: usd(c.amount), Discount: usd(c.discount), Tax: usd(c.tax)}},
			Shipments: []orders.Shipment{{Group: "g1", SellerID: "sel_a", Amount: usd(c.charge), Lines: []orders.ShipmentLine{{Line: "l", Quantity: 1}}}}})
		if err != nil {
			t.Fatal(err)
		}
		j, err := sales[0].Book(usd(c.charge), noon)
		if err != nil {
			t.Fatal(err)
		}
		got := map[payouts.Account]int64{}
		for _, e := range j.Entries {
			got[e.Account] = e.Amount.Minor
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: %s", c.marketplace, d)
		}
		if sum := payouts.Sum([]payouts.Journal{j})[0]; sum.Net != 8_500 || sum.Sales+sum.Discounts-sum.Commission-sum.Tax != sum.Net {
			t.Errorf("%+v", sum)
		}
	}
}

func TestAJournalThatDoesNotSumToZeroIsNone(t *testing.T) {
	t.Parallel()
	j := payouts.Journal{ID: "x", Currency: "USD", Entries: []payouts.Entry{{payouts.Gateway, usd(2)}, {payouts.Payable, usd(-1)}}}
	if err := j.Check(); fault.Code(err) != "journal_unbalanced" {
		t.Error(err)
	}
	j.Entries[1] = payouts.Entry{Account: payouts.Payable, Amount: money.Of(-2, "EUR")}
	if j.Check() == nil {
		t.Error("two currencies pass")
	}
}

// order draws an order of up to three lines, whose units ship from up to three places.
func order(t *rapid.T, id string) orders.Placed {
	o := orders.Placed{OrderID: id, Marketplace: "US", Currency: "USD", Total: usd(0), Tax: usd(0)}
	for s := range rapid.IntRange(1, 3).Draw(t, "shipments") {
		o.Shipments = append(o.Shipments, orders.Shipment{Group: fmt.Sprint("g", s+1), SellerID: fmt.Sprint("sel_", s%2),
			Amount: usd(rapid.Int64Range(200, 9_999).Draw(t, "amount"))})
	}
	for l := range rapid.IntRange(1, 3).Draw(t, "lines") {
		line := orders.PlacedLine{Line: fmt.Sprint("l", l), Tax: usd(rapid.Int64Range(0, 30).Draw(t, "tax"))}
		for s := range o.Shipments {
			if n := rapid.Int64Range(0, 2).Draw(t, "units"); n > 0 || s == 0 {
				o.Shipments[s].Lines = append(o.Shipments[s].Lines, orders.ShipmentLine{Line: line.Line, Quantity: n + 1})
			}
		}
		if line.Amount = usd(rapid.Int64Range(1, 9_999).Draw(t, "cost")); rapid.Bool().Draw(t, "coupon") {
			line.Discount = usd(rapid.Int64Range(0, line.Amount.Minor).Draw(t, "discount"))
		}
		o.Tax.Minor += line.Tax.Minor
		o.Lines = append(o.Lines, line)
	}
	o.Tax.Minor += rapid.Int64Range(0, 40).Draw(t, "tax on shipping")
	return o
}

func TestSalesSumToTheOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := order(t, "ord_a")
		var want, amount, tax, off int64
		for _, l := range o.Lines {
			off -= l.Discount.Minor
		}
		for _, s := range o.Shipments {
			want += s.Amount.Minor
		}
		sales, err := payouts.Sales(o)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range sales {
			amount += s.Amount.Minor
			tax += s.Tax.Minor
			off += s.Discount
			if s.SellerID != o.Shipments[i].SellerID || s.Group != o.Shipments[i].Group || s.Tax.Minor < 0 {
				t.Fatalf("%+v", s)
			}
		}
		if amount != want || tax != o.Tax.Minor || off != 0 || len(sales) != len(o.Shipments) {
			t.Fatalf("%d of %d, tax %d of %d", amount, want, tax, o.Tax.Minor)
		}
	})
}

// A sale that is given back in any parts leaves nothing on any account but what came and what went.
func TestRefundsUndoASale(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.Int64Range(1, 1_000_000_000).Draw(t, "amount")
		s := payouts.Sale{OrderID: "o", Group: "g1", SellerID: "s", Amount: usd(amount), Tax: usd(rapid.Int64Range(0, amount).Draw(t, "tax")),
			Discount: rapid.Int64Range(0, 2*amount).Draw(t, "discount")}
		sale, err := s.Book(usd(amount), noon)
		if err != nil {
			t.Fatal(err)
		}
		sums := map[payouts.Account]int64{}
		add := func(j payouts.Journal) {
			if err := j.Check(); err != nil {
				t.Fatal(err)
			}
			for _, e := range j.Entries {
				sums[e.Account] += e.Amount.Minor
			}
		}
		add(sale)
		for before := int64(0); before < amount; {
			part := rapid.Int64Range(1, amount-before).Draw(t, "part")
			r, err := sale.Refund(fmt.Sprint(before), usd(part), before, noon)
			if err != nil {
				t.Fatal(err)
			}
			add(r)
			before += part
		}
		if sums[payouts.Gateway] != amount || sums[payouts.Refunds] != -amount || sums[payouts.Payable] != 0 || sums[payouts.Discounts] != 0 ||
			sums[payouts.Commission] != 0 || sums[payouts.TaxWithheld] != 0 {
			t.Fatal(sums)
		}
	})
}
