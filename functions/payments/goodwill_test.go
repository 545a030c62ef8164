package payments_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"rialto/functions/internal/money"
	"rialto/functions/payments"
	"rialto/functions/payments/paymentsstore"
)

func (r *rig) word(id string, minor int64, lines ...payments.GoodwillLine) payments.Goodwill {
	return payments.Goodwill{OrderID: r.order, Group: "g1", RefundID: id, Minor: minor, Lines: lines}
}

// An operator's word gives money back once, whatever becomes of the answers, and never more than was taken, nor for units twice. Seen to
// catch: a second key for the same word; a word over all that is left that grew with the next try.
func TestAnOperatorGivesBack(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	two := payments.GoodwillLine{Line: "l", Quantity: 2, Of: 3}
	for name, c := range map[string]struct {
		fault   string
		words   []payments.Goodwill
		refused []string // of each word, the last twice
		given   int64
	}{
		"a part":              {words: []payments.Goodwill{{RefundID: "ref_a", Minor: 250}}, refused: []string{""}, given: 250},
		"all":                 {words: []payments.Goodwill{{RefundID: "ref_a"}}, refused: []string{""}, given: 600},
		"all that is left":    {words: []payments.Goodwill{{RefundID: "ref_a", Minor: 250}, {RefundID: "ref_b"}}, refused: []string{"", ""}, given: 600},
		"more than was taken": {words: []payments.Goodwill{{RefundID: "ref_a", Minor: 601}}, refused: []string{"refund_too_large"}},
		"more than is left": {words: []payments.Goodwill{{RefundID: "ref_a", Minor: 250}, {RefundID: "ref_b", Minor: 351}},
			refused: []string{"", "refund_too_large"}, given: 250},
		"less than nothing":    {words: []payments.Goodwill{{RefundID: "ref_a", Minor: -1}}, refused: []string{"nothing_left"}},
		"when nothing is left": {words: []payments.Goodwill{{RefundID: "ref_a"}, {RefundID: "ref_b"}}, refused: []string{"", "nothing_left"}, given: 600},
		"another under a name": {words: []payments.Goodwill{{RefundID: "ref_a", Minor: 1}, {RefundID: "ref_a", Minor: 2}}, refused: []string{"",
			"refund_differs"}, given: 1},
		"units twice": {words: []payments.Goodwill{{RefundID: "ref_a", Minor: 100, Lines: []payments.GoodwillLine{two}},
			{RefundID: "ref_b", Minor: 100, Lines: []payments.GoodwillLine{two}}}, refused: []string{"", "units_refunded"}, given: 100},
		"a lost answer":    {fault: `"kind":"lost_answer"`, words: []payments.Goodwill{{RefundID: "ref_a", Minor: 200}}, refused: []string{""}, given: 200},
		"a stored failure": {fault: `"kind":"error_500","saved":true`, words: []payments.Goodwill{{RefundID: "ref_a"}}, refused: []string{""}, given: 600},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := b.armed(c.fault).captured(t, 600)
			if c.fault != "" {
				b.arm(t, r.order, "refund", c.fault)
			}
			for n, w := range append(c.words, c.words[len(c.words)-1]) {
				w.OrderID, w.Group = r.order, "g1"
				var got payments.GoodwillResult
				err := retry(4, func() (err error) { got, err = r.GiveBack(context.Background(), w); return err })
				want := c.refused[min(n, len(c.refused)-1)]
				if err != nil || got.Refused != want || want == "" && got.State != payments.RefundDone {
					t.Fatalf("word %d: %+v %v", n, got, err)
				}
			}
			if sum := r.given(t); sum != c.given {
				t.Errorf("the bank gave %d back", sum)
			}
		})
	}
	r := b.rig()
	for _, state := range []string{"no payment", "authorized"} {
		if got, err := r.GiveBack(context.Background(), r.word("ref_a", 1)); err != nil || got.Refused != "payment_not_captured" {
			t.Errorf("%s: %+v %v", state, got, err)
		}
		if _, err := r.authorizes(r.input("pm_card_visa", "g1"), 1); err != nil {
			t.Fatal(err)
		}
	}
}

// What an operator gave is Rialto's to bear until units come back for it: then their return finds it given, and whoever keeps the books
// is told of each. What its bank turns back is told too, and can be given again. Seen to catch: a goodwill told as a return's refund.
func TestGoodwillIsNoReturnsUntilUnitsComeBack(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	b := newBank(t)
	r := b.rig().captured(t, 600)
	before := r.record(t, "g1")
	if _, err := r.GiveBack(ctx, r.word("ref_a", 400)); err != nil {
		t.Fatal(err)
	}
	r.hears(t, 1) // the gateway tells of it, and it is known
	if err := r.Refund(ctx, r.returned("ret_a", 300)); err != nil {
		t.Fatal(err)
	}
	p := r.record(t, "g1")
	names, data := payments.Happened(before, p)
	if want := []string{payments.EventRefundedElsewhere, payments.EventRefunded}; !slices.Equal(names, want) || r.given(t) != 400 {
		t.Fatalf("%v, and the bank gave %d", names, r.given(t))
	}
	given := payments.PaymentRefundedElsewhere{OrderID: r.order, Group: "g1", RefundID: "ref_a", Amount: money.Of(400, "USD")}
	if data[0] != given || !data[1].(payments.PaymentRefunded).Before {
		t.Errorf("%+v", data)
	}
	b.control(t, http.MethodPost, "/_control/refunds/"+p.Refunds[0].GatewayID+"/fail", "", &struct{}{})
	r.hears(t, 2)
	turned := r.record(t, "g1")
	given.TurnedBack = true
	if _, data := payments.Happened(p, turned); len(data) != 1 || data[0] != given {
		t.Errorf("%+v", data)
	}
	again, err := r.RefundAgain(ctx, payments.RefundRef{OrderID: r.order, Group: "g1", Name: "ref_a"})
	if err != nil || again.State != payments.RefundDone {
		t.Fatal(again, err)
	}
	given.TurnedBack, given.RefundID = false, "ref_a#2"
	if _, data := payments.Happened(turned, r.record(t, "g1")); len(data) != 1 || data[0] != given {
		t.Errorf("%+v", data)
	}
}

// What the gateway is being asked for counts as given where more is asked for, and is not shown as given. Seen to catch: a second word for
// the same units while the first has no answer.
func TestWhatIsUnderWayIsNotGivenTwice(t *testing.T) {
	t.Parallel()
	ctx, b := context.Background(), newBank(t)
	r := b.rig().captured(t, 600)
	b.arm(t, r.order, "refund", `"kind":"drop"`)
	two := payments.GoodwillLine{Line: "l", Quantity: 2, Of: 3}
	if _, err := r.GiveBack(ctx, r.word("ref_a", 400, two)); err == nil {
		t.Fatal("it was answered")
	}
	if _, back, err := (paymentsstore.Store{DB: r.db}).Balance(ctx, r.order); err != nil || back != 0 {
		t.Errorf("%d is shown as given back, %v", back, err)
	}
	for id, w := range map[string]payments.Goodwill{"units_refunded": r.word("ref_b", 100, two), "refund_too_large": r.word("ref_c", 201)} {
		if got, err := r.GiveBack(ctx, w); err != nil || got.Refused != id {
			t.Errorf("%s: %+v %v", id, got, err)
		}
	}
	if got, err := r.GiveBack(ctx, r.word("ref_a", 400, two)); err != nil || got.State != payments.RefundDone || r.given(t) != 400 {
		t.Errorf("%+v %v, %d given back", got, err, r.given(t))
	}
}
