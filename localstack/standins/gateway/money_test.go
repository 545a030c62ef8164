package gateway

import (
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v82"
)

func TestCaptureRules(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                           string
		amount                         int64
		code                           string
		captured, released, capturable int64
	}{
		{"all by default", 0, "", 5000, 0, 0},
		{"all", 5000, "", 5000, 0, 0},
		{"a part, once", 3200, "", 3200, 1800, 0},
		{"one unit", 1, "", 1, 4999, 0},
		{"too much", 5001, "amount_too_large", 0, 0, 5000},
		{"negative", -1, "parameter_invalid_integer", 0, 0, 5000},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.create(t, order("pm_card_visa", confirmed)).ID
			_, err := r.capture(id, c.amount)
			if c.code != "" {
				fails(t, err, 400, c.code)
			} else if err != nil {
				t.Fatal(err)
			}
			a := r.audit(t, nil)[0]
			i := r.retrieve(t, id)
			got := []int64{a.Captured, a.Released, a.Open, i.AmountReceived, i.AmountCapturable, i.LatestCharge.AmountCaptured,
				i.LatestCharge.AmountRefunded}
			want := []int64{c.captured, c.released, c.capturable, c.captured, c.capturable, c.captured, c.released}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if c.code == "" {
				_, err := r.capture(id, 1)
				fails(t, err, 400, "payment_intent_unexpected_state")
			}
		})
	}
}

func TestAnAuthorizationExpires(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first := r.create(t, order("pm_card_visa", confirmed)).ID
	r.clock.advance(24 * time.Hour)
	second := r.create(t, order("pm_card_visa", confirmed)).ID
	r.clock.advance(captureWindow - 24*time.Hour - time.Second)
	if got := r.retrieve(t, first).Status; got != "requires_capture" {
		t.Fatalf("a second early it is %s", got)
	}
	r.clock.advance(time.Second)
	_, err := r.capture(first, 0)
	if e := fails(t, err, 400, "payment_intent_unexpected_state"); e.PaymentIntent.Status != "canceled" {
		t.Error(e.PaymentIntent.Status)
	}
	i := r.retrieve(t, first)
	if i.CancellationReason != "automatic" || i.AmountCapturable != 0 || i.LatestCharge.AmountRefunded != 5000 {
		t.Errorf("%+v", i)
	}
	if _, err := r.capture(second, 0); err != nil {
		t.Errorf("the one authorized later: %v", err)
	}
	// The control clock does the same for those who cannot move a clock of their own.
	third := r.create(t, order("pm_card_visa", confirmed)).ID
	r.control(t, "POST", "clock?advance=168h", nil, nil)
	if got := r.retrieve(t, third).Status; got != "canceled" {
		t.Error(got)
	}
}

// A refund that a bank turns back has failed, and its money can be given back again.
func TestARefundIsTurnedBack(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.create(t, order("pm_card_visa", confirmed, automatic)).ID
	first, err := r.refund(id, 0)
	if err != nil {
		t.Fatal(err)
	}
	fail := func(path string) int {
		t.Helper()
		return r.control(t, "POST", "refunds/"+path, nil, nil)
	}
	if a, b, c := fail("re_none/fail"), fail(first.ID+"/fail?reason=bored"), fail(first.ID+"/fail"); a != 404 || b != 400 || c != 200 {
		t.Errorf("%d %d %d", a, b, c)
	}
	if again := fail(first.ID + "/fail"); again != 409 {
		t.Error(again)
	}
	got, err := r.client.V1Refunds.Retrieve(background(), first.ID, nil)
	if err != nil || got.Status != "failed" || got.FailureReason != "expired_or_canceled_card" {
		t.Errorf("%+v %v", got, err)
	}
	if sum := r.audit(t, url.Values{"intent": {id}})[0].Refunded; sum != 0 {
		t.Errorf("%d are given back", sum)
	}
	if _, err := r.refund(id, 0); err != nil {
		t.Errorf("the same money again: %v", err)
	}
	if sum := r.audit(t, url.Values{"intent": {id}})[0].Refunded; sum != 5000 {
		t.Errorf("%d are given back", sum)
	}
}

func TestRefundRules(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.create(t, order("pm_card_visa", confirmed)).ID
	if _, err := r.capture(id, 3000); err != nil {
		t.Fatal(err)
	}
	first, err := r.client.V1Refunds.Create(background(),
		&stripe.RefundCreateParams{PaymentIntent: stripe.String(id), Amount: stripe.Int64(1000), Reason: stripe.String("requested_by_customer")})
	if err != nil {
		t.Fatal(err)
	}
	if first.Status != "succeeded" || first.Amount != 1000 || first.Currency != "usd" || first.PaymentIntent.ID != id ||
		first.Reason != "requested_by_customer" {
		t.Errorf("%+v", first)
	}
	_, err = r.refund(id, 2001)
	if e := fails(t, err, 400, "invalid_request_error"); e.Param != "amount" {
		t.Error(e)
	}
	_, err = r.client.V1Refunds.Create(background(), &stripe.RefundCreateParams{PaymentIntent: stripe.String(id), Reason: stripe.String("bored")})
	fails(t, err, 400, "invalid_request_error")
	charge := r.retrieve(t, id).LatestCharge
	second, err := r.client.V1Refunds.Create(background(), &stripe.RefundCreateParams{Charge: stripe.String(charge.ID)})
	if err != nil || second.Amount != 2000 {
		t.Fatalf("the rest, by charge: %+v %v", second, err)
	}
	_, err = r.refund(id, 0)
	fails(t, err, 400, "charge_already_refunded")
	_, err = r.refund("pi_none", 0)
	fails(t, err, 404, "resource_missing")
	got, err := r.client.V1Refunds.Retrieve(background(), first.ID, nil)
	if err != nil || got.Amount != 1000 {
		t.Error(err)
	}
	var ids []string
	for refund, err := range r.client.V1Refunds.List(background(), &stripe.RefundListParams{PaymentIntent: stripe.String(id)}) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, refund.ID)
	}
	if diff := cmp.Diff([]string{second.ID, first.ID}, ids); diff != "" {
		t.Error(diff)
	}
	if ch, err := r.client.V1Charges.Retrieve(background(), charge.ID, nil); err != nil || !ch.Refunded || ch.AmountRefunded != 5000 ||
		ch.AmountCaptured != 3000 {
		t.Errorf("%+v %v", ch, err)
	}
	if diff := cmp.Diff(Sum{1, 3000}, r.books(t).Currencies["usd"].Refunded); diff != "" {
		t.Error(diff)
	}
}
