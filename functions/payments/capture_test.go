package payments_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/money"
	"rialto/functions/marketplaces"
	"rialto/functions/payments"
)

func TestCapture(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	for _, c := range []struct {
		name    string
		fault   string
		amount  money.Amount
		prepare func(*testing.T, *rig)
		want    payments.State
		code    string
		cut     []payments.CutLine
	}{
		{name: "all of it", amount: money.Of(1000, "USD"), want: payments.Captured},
		{name: "a part", amount: money.Of(400, "USD"), want: payments.Captured, cut: []payments.CutLine{{Line: "l", Quantity: 6}}},
		{name: "too much", amount: money.Of(1001, "USD"), want: payments.CaptureFailed, code: "amount_not_authorized"},
		{name: "nothing", amount: money.Of(0, "USD"), want: payments.CaptureFailed, code: "amount_not_authorized"},
		{name: "another currency", amount: money.Of(100, "EUR"), want: payments.CaptureFailed, code: "amount_not_authorized"},
		{name: "lost answer", fault: `"kind":"lost_answer"`, amount: money.Of(1000, "USD"), want: payments.Captured},
		{name: "late answer", fault: `"kind":"timeout"`, amount: money.Of(1000, "USD"), want: payments.Captured},
		{name: "failures", fault: `"kind":"error_500","count":2`, amount: money.Of(1000, "USD"), want: payments.Captured},
		{name: "stored failure", fault: `"kind":"error_500","saved":true`, amount: money.Of(1000, "USD"), want: payments.Captured},
		{name: "cancelled", amount: money.Of(1000, "USD"), want: payments.CaptureFailed, code: "payment_cancelled",
			prepare: func(t *testing.T, r *rig) {
				if err := r.cancels(1, "g1"); err != nil {
					t.Fatal(err)
				}
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := b.armed(c.fault)
			if _, err := r.authorizes(r.input("pm_card_visa", "g1"), 1); err != nil {
				t.Fatal(err)
			}
			if c.prepare != nil {
				c.prepare(t, r)
			}
			if c.fault != "" {
				b.arm(t, r.order, "capture", c.fault)
			}
			packed := payments.ShipmentPacked{OrderID: r.order, ShipmentID: "shp_x", Group: "g1", Amount: c.amount, Cancelled: c.cut}
			for k := range 2 {
				if err := retry(3, func() error { return r.Capture(context.Background(), packed) }); err != nil {
					t.Fatalf("time %d: %v", k, err)
				}
				if p := r.record(t, "g1"); p.State != c.want || p.Code != c.code {
					t.Fatalf("time %d: %s %s", k, p.State, p.Code)
				}
			}
			if _, told := payments.Happened(payments.Payment{}, r.record(t, "g1")); c.cut != nil &&
				!cmp.Equal(told[0], payments.PaymentCaptured{OrderID: r.order, Group: "g1", Amount: c.amount, IntentID: r.record(t, "g1").IntentID,
					Cancelled: c.cut}) {
				t.Errorf("%+v", told)
			}
			books := b.books(t, r.order, "")[0]
			if c.want == payments.Captured && (books.Captured != c.amount.Minor || books.Open != 0) || c.want != payments.Captured && books.Captured != 0 {
				t.Fatalf("%+v", books)
			}
			if c.want == payments.Captured {
				wantCode(t, r.cancels(1, "g1"), "payment_captured")
			}
		})
	}
}

func TestCaptureOfNothing(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	r := b.rig()
	packed := payments.ShipmentPacked{OrderID: r.order, Group: "g1", Amount: money.Of(1, "USD")}
	wantCode(t, r.Capture(context.Background(), packed), "payment_unknown_group")
	if _, err := r.authorizes(r.input("pm_card_authenticationRequired", "g1"), 1); err != nil {
		t.Fatal(err)
	}
	wantCode(t, r.Capture(context.Background(), packed), "payment_not_authorized")
}

// A shipment that costs nothing has no payment: it is captured without the gateway, told as any other, and its units are given
// back for nothing. Seen to catch: a capture of nothing that is refused, so that the shipment waits for ever.
func TestWhatCostsNothingIsCapturedWithoutTheGateway(t *testing.T) {
	t.Parallel()
	ctx, b := context.Background(), newBank(t)
	r := b.rig()
	if out, err := r.Authorize(ctx, payments.AuthorizeInput{OrderID: r.order}); err != nil || out.Status != "authorized" || len(out.Intents) != 0 {
		t.Fatal(out, err)
	}
	packed := payments.ShipmentPacked{OrderID: r.order, Group: "g1", Amount: money.Of(0, "USD")}
	for range 2 {
		if err := r.Capture(ctx, packed); err != nil {
			t.Fatal(err)
		}
		if err := r.Refund(ctx, r.returned("ret_a", 0)); err != nil {
			t.Fatal(err)
		}
	}
	p := r.record(t, "g1")
	names, data := payments.Happened(payments.Payment{}, p)
	if len(names) != 2 || names[0] != payments.EventCaptured || names[1] != payments.EventRefunded ||
		!cmp.Equal(data[0], payments.PaymentCaptured{OrderID: r.order, Group: "g1", Amount: money.Of(0, "USD")}) || len(p.Calls) != 0 {
		t.Error(names, data, p.Calls)
	}
	if books := b.books(t, r.order, ""); len(books) != 0 {
		t.Error(books)
	}
}

// The stand-in takes what payments says can be paid, and a unit less it refuses.
func TestTheLeastAmountIsTheGateways(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	for _, currency := range []string{"USD", "EUR", "GBP", "JPY", "PLN", "SEK", "MXN", "HUF"} {
		for minor, want := range map[int64]string{payments.LeastAmount(currency): "", payments.LeastAmount(currency) - 1: "amount_too_small",
			100_000_000: "amount_too_large"} {
			r := b.rig()
			in := r.input("pm_card_visa", "g1")
			in.Groups[0].Amount = money.Of(minor, currency)
			_, err := r.authorizes(in, 1)
			wantCode(t, err, want)
			if p := r.record(t, "g1"); want != "" && p.Code != want {
				t.Errorf("%s: %+v", currency, p)
			}
		}
	}
	for _, m := range marketplaces.All() {
		if n := payments.LeastAmount(m.Currency); (n == 1) != slices.Contains([]string{"EGP", "SAR", "TRY", "ZAR"}, m.Currency) {
			t.Errorf("%s: at least %d %s", m.Code, n, m.Currency)
		}
	}
}

// An authorization that ran out is found at capture, and is an event for a person, not an error.
func TestExpiredAuthorization(t *testing.T) {
	t.Parallel()
	b := newBank(t) // its own clock
	r := b.rig()
	if _, err := r.authorizes(r.input("pm_card_visa", "g1"), 1); err != nil {
		t.Fatal(err)
	}
	b.control(t, http.MethodPost, fmt.Sprintf("/_control/clock?advance=%dh", 8*24), "", nil)
	if err := r.Capture(context.Background(), payments.ShipmentPacked{OrderID: r.order, Group: "g1", Amount: money.Of(1000, "USD")}); err != nil {
		t.Fatal(err)
	}
	if p := r.record(t, "g1"); p.State != payments.CaptureFailed || p.Code != "authorization_expired" {
		t.Fatalf("%s %s", p.State, p.Code)
	}
}

// Break capture at each of its points: with the queue's next try the money is taken, once.
func TestEveryPointOfCaptureCanBreak(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	for k, more := 0, true; more; k++ {
		r := b.rig()
		if _, err := r.authorizes(r.input("pm_card_visa", "g1"), 1); err != nil {
			t.Fatal(err)
		}
		at := &broken{k: k, lasting: 1}
		r.hook(func(ctx context.Context, point string) error { return at.hook(ctx, point) })
		packed := payments.ShipmentPacked{OrderID: r.order, ShipmentID: "shp_x", Group: "g1", Amount: money.Of(700, "USD")}
		if err := retry(2, func() error { return r.Capture(context.Background(), packed) }); err != nil {
			t.Fatalf("point %d: %v", k, err)
		}
		more, at = at.reached(), &broken{}
		books, p := b.books(t, r.order, ""), r.record(t, "g1")
		if p.State != payments.Captured || p.Captured != 700 || len(books) != 1 || books[0].Captured != 700 || books[0].Released != 300 ||
			books[0].Open != 0 {
			t.Fatalf("point %d: %s %d, %+v", k, p.State, p.Captured, books)
		}
	}
}
