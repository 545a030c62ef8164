package payments_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/money"
	"rialto/functions/payments"
	"rialto/functions/payments/paymentsstore"
)

// captured is a rig whose group g1 has 1,000 authorized and so much taken.
func (r *rig) captured(t *testing.T, minor int64) *rig {
	t.Helper()
	if _, err := r.authorizes(r.input("pm_card_visa", "g1"), 1); err != nil {
		t.Fatal(err)
	}
	if err := r.Capture(context.Background(), payments.ShipmentPacked{OrderID: r.order, Group: "g1", Amount: money.Of(minor, "USD")}); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) returned(id string, minor int64) payments.ReturnReceived {
	return payments.ReturnReceived{ReturnID: id, OrderID: r.order, Group: "g1", Amount: money.Of(minor, "USD"),
		Lines: []payments.RefundLine{{Line: "l", From: 2, Quantity: 1}}}
}

// given is what the bank has given back of the order.
func (r *rig) given(t failer) (sum int64) {
	t.Helper()
	for _, i := range r.bank.books(t, r.order, "") {
		sum += i.Refunded
	}
	return sum
}

// Whatever becomes of the answers, a return's money is given back once. Seen to catch: a second key after a failure that
// was kept under the first; a refund that nobody noted before it was made.
func TestRefund(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	for name, c := range map[string]struct {
		fault string
		in    money.Amount
		state payments.RefundState
		code  string
		given int64
	}{
		"all of it":         {"", money.Of(600, "USD"), payments.RefundDone, "", 600},
		"a part":            {"", money.Of(1, "USD"), payments.RefundDone, "", 1},
		"more than taken":   {"", money.Of(601, "USD"), payments.RefundFailed, "refund_too_large", 0},
		"less than nothing": {"", money.Of(-1, "USD"), payments.RefundFailed, "refund_too_large", 0},
		// Seen to catch: a refund of nothing that the gateway is asked for, or that is refused after the units came back.
		"nothing":          {`"kind":"error_500","saved":true`, money.Of(0, "USD"), payments.RefundDone, "", 0},
		"another currency": {"", money.Of(1, "EUR"), payments.RefundFailed, "refund_too_large", 0},
		"lost request":     {`"kind":"drop"`, money.Of(200, "USD"), payments.RefundDone, "", 200},
		"lost answer":      {`"kind":"lost_answer"`, money.Of(200, "USD"), payments.RefundDone, "", 200},
		"late answer":      {`"kind":"timeout"`, money.Of(200, "USD"), payments.RefundDone, "", 200},
		"failures":         {`"kind":"error_500","count":2`, money.Of(200, "USD"), payments.RefundDone, "", 200},
		// A failure that its key keeps is no refusal: nothing was given, and the next try has a key of its own.
		"stored failure": {`"kind":"error_500","saved":true`, money.Of(200, "USD"), payments.RefundDone, "", 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := b.armed(c.fault).captured(t, 600)
			if c.fault != "" {
				b.arm(t, r.order, "refund", c.fault)
			}
			in := r.returned("ret_a", c.in.Minor)
			in.Amount = c.in
			for k := range 2 {
				if err := retry(4, func() error { return r.Refund(context.Background(), in) }); err != nil {
					t.Fatalf("time %d: %v", k, err)
				}
			}
			p := r.record(t, "g1")
			if len(p.Refunds) != 1 || p.Refunds[0].State != c.state || p.Refunds[0].Code != c.code || p.State != payments.Captured {
				t.Errorf("%+v", p.Refunds)
			}
			for _, call := range p.Calls {
				if call.Outcome == "" {
					t.Errorf("a call without its outcome: %+v", call)
				}
			}
			if sum := r.given(t); sum != c.given {
				t.Errorf("the bank gave %d back", sum)
			}
			if _, sum, err := (paymentsstore.Store{DB: r.db}).Balance(context.Background(), r.order); err != nil || sum != c.given {
				t.Errorf("the order shows %d, %v", sum, err)
			}
		})
	}
}

func TestRefundsOfOnePaymentAreNeverMoreThanWasTaken(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	r := b.rig().captured(t, 600)
	ctx := context.Background()
	for n, minor := range []int64{250, 350, 1} {
		if err := r.Refund(ctx, r.returned(fmt.Sprint("ret_", n), minor)); err != nil {
			t.Fatal(err)
		}
	}
	p := r.record(t, "g1")
	if p.Refunds[0].State != payments.RefundDone || p.Refunds[1].State != payments.RefundDone || p.Refunds[2].State != payments.RefundFailed ||
		p.Refunded() != 600 {
		t.Errorf("%+v", p.Refunds)
	}
	if sum := r.given(t); sum != 600 {
		t.Error(sum)
	}
	names, data := payments.Happened(payments.Payment{State: payments.Captured}, p)
	if len(names) != 3 || names[0] != payments.EventRefunded || names[2] != payments.EventRefundFailed ||
		!cmp.Equal(data[1], payments.PaymentRefunded{OrderID: r.order, Group: "g1", RefundID: "ret_1", Amount: money.Of(350, "USD"), IntentID: p.IntentID,
			Lines: []payments.RefundLine{{Line: "l", From: 2, Quantity: 1}}}) {
		t.Error(names, data)
	}
	if names, _ := payments.Happened(p, p); len(names) != 0 {
		t.Error(names)
	}
	other := b.rig()
	wantCode(t, other.Refund(ctx, other.returned("ret_a", 1)), "payment_unknown_group")
	if _, err := other.authorizes(other.input("pm_card_visa", "g1"), 1); err != nil {
		t.Fatal(err)
	}
	wantCode(t, other.Refund(ctx, other.returned("ret_a", 1)), "payment_not_captured")
}

// Break a refund at each of its points: with the queue's next try the money is given back, once.
func TestEveryPointOfRefundCanBreak(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	for k, more := 0, true; more; k++ {
		r := b.rig().captured(t, 600)
		at := &broken{k: k, lasting: 1}
		r.hook(func(ctx context.Context, point string) error { return at.hook(ctx, point) })
		if err := retry(2, func() error { return r.Refund(context.Background(), r.returned("ret_a", 200)) }); err != nil {
			t.Fatalf("point %d: %v", k, err)
		}
		more, at = at.reached(), &broken{}
		if sum, p := r.given(t), r.record(t, "g1"); sum != 200 || len(p.Refunds) != 1 || p.Refunds[0].State != payments.RefundDone {
			t.Fatalf("point %d: %d, %+v", k, sum, p.Refunds)
		}
	}
}

// A refund whose answer was lost comes again from a dead letter, after the gateway forgot its key. Seen to catch: asking
// again without a look.
func TestARefundIsGivenOnceAfterItsKeyIsForgotten(t *testing.T) {
	t.Parallel()
	b := newBank(t) // its own clock
	r := b.rig().captured(t, 600)
	b.arm(t, r.order, "refund", `"kind":"lost_answer"`)
	in := r.returned("ret_a", 200)
	if err := r.Refund(context.Background(), in); err == nil {
		t.Fatal("the answer was not lost")
	}
	b.control(t, http.MethodPost, "/_control/clock?advance=25h", "", nil)
	if err := retry(2, func() error { return r.Refund(context.Background(), in) }); err != nil {
		t.Fatal(err)
	}
	if sum, p := r.given(t), r.record(t, "g1"); sum != 200 || p.Refunds[0].State != payments.RefundDone {
		t.Errorf("%d given back, %+v", sum, p.Refunds)
	}
}

// A return is told twice at once: the second delivery finds no refund at the gateway, as the first is asking for it just
// then. Only one key for both keeps the money from being given back twice. Seen to catch: a key for each try (400 given
// back for 200).
func TestOverlappingDeliveriesRefundOnce(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	r := b.rig().captured(t, 600)
	in := r.returned("ret_a", 200)
	type first struct{}
	r.hook(func(ctx context.Context, point string) error {
		if ctx.Value(first{}) == nil || point != "refund before" {
			return nil
		}
		return r.Refund(context.Background(), in)
	})
	if err := r.Refund(context.WithValue(context.Background(), first{}, true), in); err != nil {
		t.Fatal(err)
	}
	if sum, p := r.given(t), r.record(t, "g1"); sum != 200 || len(p.Refunds) != 1 || p.Refunds[0].State != payments.RefundDone {
		t.Errorf("%d given back, %+v", sum, p.Refunds)
	}
}

// A refund that the customer's bank turns back days later has failed, is told, and is given again by an operator's word, however
// often that comes. Seen to catch: a word that begins another attempt while one is pending (400 given back for 200).
func TestARefundIsTurnedBackAndGivenAgain(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	r := b.rig().captured(t, 600)
	ctx := context.Background()
	if err := r.Refund(ctx, r.returned("ret_a", 200)); err != nil {
		t.Fatal(err)
	}
	ref := payments.RefundRef{OrderID: r.order, Group: "g1", Name: "ret_a"}
	if err := r.RefundChanged(ctx, ref); err != nil || r.record(t, "g1").Refunds[0].State != payments.RefundDone {
		t.Fatalf("looked at too early: %v", err)
	}
	_, err := r.RefundAgain(ctx, ref)
	wantCode(t, err, "refund_not_failed")
	before := r.record(t, "g1")
	b.control(t, http.MethodPost, "/_control/refunds/"+before.Refunds[0].GatewayID+"/fail", "", nil)
	for range 2 {
		if err := r.RefundChanged(ctx, ref); err != nil {
			t.Fatal(err)
		}
	}
	p := r.record(t, "g1")
	if x := p.Refunds[0]; x.State != payments.RefundFailed || x.Code != "expired_or_canceled_card" || r.given(t) != 0 || p.Refunded() != 0 {
		t.Fatalf("%+v", x)
	}
	amount := money.Of(200, "USD")
	told := payments.PaymentRefundFailed{OrderID: r.order, Group: "g1", RefundID: "ret_a", Code: "expired_or_canceled_card", TurnedBack: &amount,
		Lines: []payments.RefundLine{{Line: "l", From: 2, Quantity: 1}}}
	if names, data := payments.Happened(before, p); len(names) != 1 || names[0] != payments.EventRefundFailed || !cmp.Equal(data[0], told) {
		t.Errorf("%v %+v", names, data)
	}
	b.arm(t, r.order, "refund", `"kind":"lost_answer"`)
	if err := retry(3, func() error { _, err := r.RefundAgain(ctx, ref); return err }); err != nil {
		t.Fatal(err)
	}
	_, err = r.RefundAgain(ctx, ref)
	wantCode(t, err, "refund_not_failed")
	if x := r.record(t, "g1").Refunds[0]; x.State != payments.RefundDone || x.Attempt != 1 || x.Name() != "ret_a#2" || r.given(t) != 200 {
		t.Errorf("%+v, %d given back", x, r.given(t))
	}
	// Seen to catch: a second attempt that does not say that the first came back, which the ledger would book beside it.
	if _, data := payments.Happened(p, r.record(t, "g1")); len(data) != 1 || data[0].(payments.PaymentRefunded).After != 1 ||
		data[0].(payments.PaymentRefunded).Attempt != 1 {
		t.Errorf("%+v", data)
	}
	// What is said of the first attempt changes nothing any more, and a return that is told again neither.
	if err := errors.Join(r.RefundChanged(ctx, ref), r.Refund(ctx, r.returned("ret_a", 200))); err != nil || r.given(t) != 200 {
		t.Errorf("%d given back, %v", r.given(t), err)
	}
	if x := r.record(t, "g1").Refunds[0]; x.State != payments.RefundDone {
		t.Errorf("%+v", x)
	}
}

func TestWhatCannotBeRefundedAgain(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	r := b.rig().captured(t, 600)
	ctx := context.Background()
	ref := func(name string) payments.RefundRef {
		return payments.RefundRef{OrderID: r.order, Group: "g1", Name: name}
	}
	if err := errors.Join(r.Refund(ctx, r.returned("ret_a", 601)), r.Refund(ctx, r.returned("ret_b", 600))); err != nil {
		t.Fatal(err)
	}
	for name, code := range map[string]string{"ret_a": "refund_too_large", "ret_b": "refund_not_failed", "ret_c": "refund_unknown"} {
		_, err := r.RefundAgain(ctx, ref(name))
		wantCode(t, err, code)
	}
	wantCode(t, r.RefundChanged(ctx, ref("ret_c")), "refund_unknown")
	wantCode(t, r.RefundChanged(ctx, payments.RefundRef{OrderID: "ord_none", Group: "g1", Name: "ret_a"}), "payment_unknown_group")
	if sum := r.given(t); sum != 600 {
		t.Error(sum)
	}
}

// Two deliveries meet a failure that the key keeps: both go on with one key more, and money is given once. Seen to catch: an
// answer to the first key that retires the second too.
func TestOverlappingDeliveriesGoOnWithOneKey(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	r := b.rig().captured(t, 600)
	b.arm(t, r.order, "refund", `"kind":"error_500","saved":true`)
	in := r.returned("ret_a", 200)
	type first struct{}
	r.hook(func(ctx context.Context, point string) error {
		if ctx.Value(first{}) == nil || point != "find refund after" {
			return nil
		}
		return retry(3, func() error { return r.Refund(context.Background(), in) })
	})
	if err := retry(3, func() error { return r.Refund(context.WithValue(context.Background(), first{}, true), in) }); err != nil {
		t.Fatal(err)
	}
	if x := r.record(t, "g1").Refunds[0]; r.given(t) != 200 || x.State != payments.RefundDone || x.Attempt != 1 {
		t.Errorf("%d given back, %+v", r.given(t), x)
	}
}

// What comes late of an attempt changes nothing of how it ended, nor of the attempt that followed. Seen to catch: a late answer by which a
// refund that its bank had turned back was given again; a late look at the first attempt by which the second failed.
func TestLateNewsOfARefundChangeNothing(t *testing.T) {
	t.Parallel()
	type first struct{}
	late := context.WithValue(context.Background(), first{}, true)
	b := newBank(t)
	turnsBack := func(r *rig) error {
		b.control(t, http.MethodPost, "/_control/refunds/"+r.record(t, "g1").Refunds[0].GatewayID+"/fail", "", nil)
		return r.RefundChanged(context.Background(), payments.RefundRef{OrderID: r.order, Group: "g1", Name: "ret_a"})
	}
	while := func(r *rig, at string, do func() error) {
		r.hook(func(ctx context.Context, point string) error {
			if ctx.Value(first{}) == nil || point != at {
				return nil
			}
			return do()
		})
	}

	r := b.rig().captured(t, 600)
	in := r.returned("ret_a", 200)
	while(r, "refund after", func() error { return errors.Join(r.Refund(context.Background(), in), turnsBack(r)) })
	if err := r.Refund(late, in); err != nil {
		t.Fatal(err)
	}
	if x := r.record(t, "g1").Refunds[0]; x.State != payments.RefundFailed || r.given(t) != 0 {
		t.Errorf("a late answer: %+v, %d given back", x, r.given(t))
	}

	r = b.rig().captured(t, 600)
	if err := r.Refund(context.Background(), r.returned("ret_a", 200)); err != nil {
		t.Fatal(err)
	}
	ref := payments.RefundRef{OrderID: r.order, Group: "g1", Name: "ret_a"}
	while(r, "find refund after", func() error {
		if err := r.RefundChanged(context.Background(), ref); err != nil {
			return err
		}
		_, err := r.RefundAgain(context.Background(), ref)
		return err
	})
	b.control(t, http.MethodPost, "/_control/refunds/"+r.record(t, "g1").Refunds[0].GatewayID+"/fail", "", nil)
	if err := r.RefundChanged(late, ref); err != nil {
		t.Fatal(err)
	}
	if x := r.record(t, "g1").Refunds[0]; x.State != payments.RefundDone || x.Attempt != 1 || r.given(t) != 200 {
		t.Errorf("a late look: %+v, %d given back", x, r.given(t))
	}
}
