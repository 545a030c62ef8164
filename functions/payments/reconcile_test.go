package payments_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/payments"
	"rialto/functions/payments/paymentsstore"
)

// compared is the day that is compared here, by the clock of both sides.
const compared = "2026-03-01"

func thatDay() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// day is an order on a day of its own, at a bank of its own.
type day struct {
	*rig
	watch *payments.Watcher
	*payments.Reconciler
}

func newDay(t *testing.T) *day {
	t.Helper()
	r := bankAt(t, thatDay).rig()
	r.Now = thatDay
	l, stored := r.listener(), paymentsstore.Store{DB: r.db}
	return &day{r, &payments.Watcher{Service: r.Service, List: stored},
		&payments.Reconciler{Listener: l, Moved: l.Objects.(payments.Moved), Compare: stored}}
}

// pays has the order's money taken, of any currency.
func (d *day) pays(t *testing.T, method string, amount money.Amount) string {
	t.Helper()
	in := d.input(method, "g1")
	in.Groups[0].Amount = amount
	if _, err := d.authorizes(in, 1); err != nil {
		t.Fatal(err)
	}
	if err := d.Capture(t.Context(), payments.ShipmentPacked{OrderID: d.order, Group: "g1", Amount: amount}); err != nil {
		t.Fatal(err)
	}
	d.publishes(t, payments.Payment{})
	return d.record(t, "g1").IntentID
}

// publishes has the watcher hear of what a payment has come to.
func (d *day) publishes(t *testing.T, before payments.Payment) {
	t.Helper()
	names, data := payments.Happened(before, d.record(t, "g1"))
	for n, name := range names {
		b, err := json.Marshal(data[n])
		if err != nil {
			t.Fatal(err)
		}
		if name != payments.EventCaptured && name != payments.EventRefunded {
			continue
		}
		if err := d.watch.HandleEvent(t.Context(), name, b); err != nil {
			t.Fatal(err)
		}
	}
}

// edits changes what is stored, as no code would.
func (d *day) edits(t *testing.T, change func(*payments.Payment)) {
	t.Helper()
	p := d.record(t, "g1")
	change(&p)
	if _, ok, err := (paymentsstore.Store{DB: d.db}).Save(t.Context(), p); !ok || err != nil {
		t.Fatal(ok, err)
	}
}

func (d *day) intent(t *testing.T) string { return d.bank.books(t, d.order, "g1")[0].ID }

// differs compares the day and lists what differs: kind, ours, the gateway's, and whether it was taken over.
func (d *day) differs(t *testing.T) (found []string) {
	t.Helper()
	if _, err := d.Reconcile(t.Context(), payments.ReconcileInput{Day: compared}); err != nil {
		t.Fatal(err)
	}
	stored := paymentsstore.Store{DB: d.db}
	var list []payments.Difference
	for next, first := "", true; first || next != ""; first = false {
		page, after, err := stored.Differences(t.Context(), compared, next, 30)
		if err != nil {
			t.Fatal(err)
		}
		list, next = append(list, page...), after
	}
	for _, x := range list {
		found = append(found, strings.TrimSpace(fmt.Sprint(x.Kind, x.Ours, x.Gateway, x.Taken)))
		if x.GatewayID == "" || x.At.IsZero() {
			t.Errorf("%+v", x)
		}
	}
	if s, err := stored.Reconciliation(t.Context(), compared); err != nil || s.DoneAt.IsZero() {
		t.Fatal(s, err)
	}
	return found
}

// What the gateway's books say and the payments do not is reported, and taken over where a notice of it would have been. Seen to catch:
// a refund by hand that is not taken over, a booking that is never looked for, an amount that is not compared.
func TestADayIsHeldAgainstTheGatewaysBooks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   func(*testing.T, *day)
		want []string
	}{
		"nothing": {do: func(*testing.T, *day) {}},
		"all is right": {do: func(t *testing.T, d *day) {
			d.pays(t, "pm_card_visa", money.Of(1000, "USD"))
			before := d.record(t, "g1")
			if err := d.Refund(t.Context(), d.returned("ret_a", 400)); err != nil {
				t.Fatal(err)
			}
			d.publishes(t, before)
		}},
		"a refund by hand, and its notice is lost": {do: func(t *testing.T, d *day) {
			d.bank.dashboard(t, "/v1/refunds", url.Values{"payment_intent": {d.pays(t, "pm_card_visa", money.Of(1000, "USD"))}, "amount": {"300"}})
		}, want: []string{"refund_unknown{300 USD} {300 USD} true"}},
		"yen have no minor unit": {do: func(t *testing.T, d *day) {
			d.bank.dashboard(t, "/v1/refunds", url.Values{"payment_intent": {d.pays(t, "pm_card_visa", money.Of(1500, "JPY"))}, "amount": {"120"}})
		}, want: []string{"refund_unknown{120 JPY} {120 JPY} true"}},
		"a bank turned a refund back, and its notice is lost": {do: func(t *testing.T, d *day) {
			d.pays(t, "pm_card_visa", money.Of(1000, "USD"))
			if err := d.Refund(t.Context(), d.returned("ret_a", 400)); err != nil {
				t.Fatal(err)
			}
			d.bank.control(t, http.MethodPost, "/_control/refunds/"+d.record(t, "g1").Refunds[0].GatewayID+"/fail", "", nil)
		}, want: []string{"refund_failure{400 USD} {400 USD} true"}},
		"a dispute whose notice is lost": {do: func(t *testing.T, d *day) { d.pays(t, "pm_card_createDispute", money.Of(1000, "USD")) },
			want: []string{"dispute_unknown{1000 USD} {1000 USD} true"}},
		"a capture that nobody here asked for": {do: func(t *testing.T, d *day) {
			d.bank.dashboard(t, "/v1/payment_intents", url.Values{"amount": {"700"}, "currency": {"eur"}, "payment_method": {"pm_card_visa"},
				"confirm": {"true"}, "payment_method_types[]": {"card"}})
		}, want: []string{"capture_unknown{0 } {700 EUR} false"}},
		"a capture by hand of what is not packed": {do: func(t *testing.T, d *day) {
			if _, err := d.authorizes(d.input("pm_card_visa", "g1"), 1); err != nil {
				t.Fatal(err)
			}
			d.bank.dashboard(t, "/v1/payment_intents/"+d.intent(t)+"/capture", nil)
		}, want: []string{"capture_unknown{0 } {1000 USD} false"}},
		"a capture whose answer was lost": {do: func(t *testing.T, d *day) {
			if _, err := d.authorizes(d.input("pm_card_visa", "g1"), 1); err != nil {
				t.Fatal(err)
			}
			d.edits(t, func(p *payments.Payment) { p.CaptureAsked = true })
			d.bank.dashboard(t, "/v1/payment_intents/"+d.intent(t)+"/capture", nil)
		}, want: []string{"capture_unknown{1000 USD} {1000 USD} true"}},
		"another amount was taken": {do: func(t *testing.T, d *day) {
			d.pays(t, "pm_card_visa", money.Of(1000, "USD"))
			d.edits(t, func(p *payments.Payment) { p.Captured = 999 })
		}, want: []string{"capture_differs{999 USD} {1000 USD} false"}},
		"another amount was given back": {do: func(t *testing.T, d *day) {
			d.pays(t, "pm_card_visa", money.Of(1000, "USD"))
			if err := d.Refund(t.Context(), d.returned("ret_a", 400)); err != nil {
				t.Fatal(err)
			}
			d.edits(t, func(p *payments.Payment) { p.Refunds[0].Minor = 401 })
		}, want: []string{"refund_differs{401 USD} {400 USD} false"}},
		"a capture that is missing at the gateway": {do: func(t *testing.T, d *day) {
			if _, err := d.authorizes(d.input("pm_card_visa", "g1"), 1); err != nil {
				t.Fatal(err)
			}
			d.edits(t, func(p *payments.Payment) { p.State, p.Captured = payments.Captured, 1000 })
			d.publishes(t, payments.Payment{})
		}, want: []string{"capture_missing{1000 USD} {0 } false"}},
		"a refund that is missing at the gateway": {do: func(t *testing.T, d *day) {
			d.pays(t, "pm_card_visa", money.Of(1000, "USD"))
			before := d.record(t, "g1")
			d.edits(t, func(p *payments.Payment) {
				p.Refunds = []payments.Refund{{ID: "ret_a", Minor: 400, State: payments.RefundDone, GatewayID: "re_none", DoneAt: thatDay()}}
			})
			d.publishes(t, before)
		}, want: []string{"refund_missing{400 USD} {0 } false"}},
		"a payout that our bank did not take": {do: func(t *testing.T, d *day) {
			d.pays(t, "pm_card_visa", money.Of(1000, "USD"))
			d.bank.control(t, http.MethodPost, "/_control/payouts?currency=usd&failure=account_closed", "", nil)
		}, want: []string{"payout_failed{0 } {1000 USD} false"}},
		"a payout": {do: func(t *testing.T, d *day) {
			d.pays(t, "pm_card_visa", money.Of(1000, "USD"))
			d.bank.control(t, http.MethodPost, "/_control/payouts?currency=usd", "", nil)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDay(t)
			c.do(t, d)
			if found := d.differs(t); !slices.Equal(found, c.want) {
				t.Fatalf("got %v, want %v", found, c.want)
			}
			if left, err := d.Compare.Booked(t.Context(), compared); len(left) != 0 || err != nil {
				t.Fatal("still to be looked for: ", left, err)
			}
		})
	}
}

// cut is the gateway's books, which cannot be read at times.
type cut struct {
	payments.Moved
	fails int // the call that gets no answer
	calls int
}

func (c *cut) Movements(ctx context.Context, from, to time.Time, after string) ([]payments.Movement, string, error) {
	if c.calls++; c.calls == c.fails {
		return nil, "", errors.New("no answer")
	}
	return c.Moved.Movements(ctx, from, to, after)
}

// A run that is cut short is gone on with, and no day is compared before it is over, or twice. Seen to catch: a page that is skipped, or
// counted twice.
func TestAComparisonGoesOnWhereItStood(t *testing.T) {
	t.Parallel()
	d := newDay(t)
	for range 120 {
		d.bank.dashboard(t, "/v1/payment_intents", url.Values{"amount": {"700"}, "currency": {"usd"}, "payment_method": {"pm_card_visa"},
			"confirm": {"true"}, "payment_method_types[]": {"card"}})
	}
	moved := &cut{Moved: d.Moved, fails: 2}
	d.Moved = moved
	runs := func(at time.Time) (payments.ReconcileOutput, error) {
		d.Service.Now = func() time.Time { return at }
		return d.Reconcile(t.Context(), payments.ReconcileInput{})
	}
	over := thatDay().Add(12 * time.Hour) // the day's end
	if out, err := runs(over.Add(59 * time.Minute)); err != nil || out.Days != 1 {
		t.Fatal("the day before: ", out, err)
	}
	moved.calls = 0
	if out, err := runs(over.Add(time.Hour)); cmp.Or(fault.Code(err), "none") != "payment_unknown" || out.Days != 0 {
		t.Fatal(out, err)
	}
	if s, err := d.Compare.Reconciliation(t.Context(), compared); err != nil || s.Compared != 100 || s.Listed {
		t.Fatal(s, err)
	}
	if out, err := runs(over.Add(2 * time.Hour)); err != nil || out.Days != 1 || out.Pages != 1 {
		t.Fatal(out, err)
	}
	if found := d.differs(t); len(found) != 120 {
		t.Fatal(len(found))
	}
	if out, err := runs(over.Add(3 * time.Hour)); err != nil || out != (payments.ReconcileOutput{}) {
		t.Fatal("compared twice: ", out, err)
	}
	if out, err := runs(over.AddDate(0, 0, 3)); err != nil || out.Days != 2 {
		t.Fatal("days that were missed: ", out, err)
	}
	_, err := d.Reconcile(t.Context(), payments.ReconcileInput{Day: "yesterday"})
	wantCode(t, err, "invalid_day")
}

// stuck takes nothing off a day's list the first time that it is asked to.
type stuck struct {
	payments.Comparison
	asked int
}

func (s *stuck) Unbook(ctx context.Context, d payments.Due) error {
	if s.asked++; s.asked == 1 {
		return errors.New("no answer")
	}
	return s.Comparison.Unbook(ctx, d)
}

// A day is done when nothing of it is left to be looked for, and not before: nobody looks at its list again. Seen to catch: a day that is
// said to be done first.
func TestADayIsDoneWhenItsListIsEmpty(t *testing.T) {
	t.Parallel()
	d := newDay(t)
	if _, err := d.authorizes(d.input("pm_card_visa", "g1"), 1); err != nil {
		t.Fatal(err)
	}
	d.edits(t, func(p *payments.Payment) { p.State, p.Captured = payments.Captured, 1000 })
	d.publishes(t, payments.Payment{})
	d.Compare = &stuck{Comparison: d.Compare}
	d.Service.Now = func() time.Time { return thatDay().Add(13 * time.Hour) }
	if err := d.Compare.KeepReconcileFrom(t.Context(), compared); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Reconcile(t.Context(), payments.ReconcileInput{}); err == nil {
		t.Fatal("the list was not emptied, and nobody was told")
	}
	if out, err := d.Reconcile(t.Context(), payments.ReconcileInput{}); err != nil || out.Days != 1 {
		t.Fatal(out, err)
	}
	if left, err := d.Compare.Booked(t.Context(), compared); len(left) != 0 || err != nil {
		t.Fatal("still to be looked for: ", left, err)
	}
}
