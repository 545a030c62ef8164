package payments_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"rialto/functions/internal/money"
	"rialto/functions/internal/stripeapi"
	"rialto/functions/payments"
	"rialto/functions/payments/paymentsstore"
	"rialto/functions/payments/stripegateway"
)

// listener is the rig's, as the function notice is wired.
func (r *rig) listener() *payments.Listener {
	gateway := stripegateway.New(stripegateway.Config{Secret: stripeapi.Fixed("sk_test_rialto"), URL: r.bank.url, Timeout: patience})
	return &payments.Listener{Service: r.Service, Objects: gateway, Notices: paymentsstore.Store{DB: r.db}}
}

// dashboard does something at the bank by hand.
func (b *bank) dashboard(t *testing.T, path string, form url.Values) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, b.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer sk_test_dashboard")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusOK {
		t.Fatal(path, res.Status, err)
	}
}

// told are the notices of all that the bank has told so far, each twice, in a random order.
func (b *bank) told(t *testing.T, seed uint64) (list []payments.Notice) {
	t.Helper()
	var out struct {
		Events []struct {
			ID, Type string
			Data     struct{ Object struct{ ID, Object string } }
		}
	}
	b.control(t, http.MethodGet, "/_control/events", "", &out)
	for _, e := range out.Events {
		n := payments.Notice{ID: e.ID, Type: e.Type, Object: e.Data.Object.Object, ObjectID: e.Data.Object.ID}
		list = append(list, n, n)
	}
	rand.New(rand.NewPCG(seed, 2)).Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

func (r *rig) hears(t *testing.T, seed uint64) {
	t.Helper()
	l := r.listener()
	for _, n := range r.bank.told(t, seed) {
		if err := l.Hear(context.Background(), n); err != nil {
			t.Fatal(n, err)
		}
	}
}

// What was given back at the gateway by hand is known, whatever order its news come in; a return of the same units finds it given
// already, and of what is left is given back what is asked for.
func TestARefundAtTheGatewayIsTakenOver(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for seed := range uint64(4) {
		b := newBank(t)
		r := b.rig().captured(t, 600)
		id := r.record(t, "g1").IntentID
		b.dashboard(t, "/v1/refunds", url.Values{"payment_intent": {id}, "amount": {"200"}})
		b.dashboard(t, "/v1/refunds", url.Values{"payment_intent": {id}, "amount": {"300"}})
		r.hears(t, seed)
		if taken, back, err := (paymentsstore.Store{DB: r.db}).Balance(ctx, r.order); err != nil || taken != 600 || back != 500 {
			t.Fatal(taken, back, err)
		}
		if err := errors.Join(r.Refund(ctx, r.returned("ret_a", 100)), r.Refund(ctx, r.returned("ret_b", 400)),
			r.Refund(ctx, r.returned("ret_c", 200))); err != nil {
			t.Fatal(err)
		}
		r.hears(t, seed+10)
		p := r.record(t, "g1")
		var got []string
		for _, x := range p.Refunds {
			if !x.Elsewhere {
				got = append(got, fmt.Sprint(x.ID, " ", x.State, " ", x.Before, x.Code))
			}
		}
		if want := []string{"ret_a DONE false", "ret_b DONE true", "ret_c FAILED falserefund_too_large"}; !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
		if books := b.books(t, r.order, "g1"); books[0].Refunded != 600 || p.Refunded() != 600 {
			t.Fatalf("the books say %d, the record %d", books[0].Refunded, p.Refunded())
		}
		if _, back, err := (paymentsstore.Store{DB: r.db}).Balance(ctx, r.order); err != nil || back != 600 {
			t.Fatal("what was given back before is counted twice:", back, err)
		}
		names, data := payments.Happened(payments.Payment{}, p)
		var told []string
		for n, name := range names {
			switch d := data[n].(type) {
			case payments.PaymentRefundedElsewhere:
				told = append(told, fmt.Sprint(name, d.Amount.Minor, d.TurnedBack))
			case payments.PaymentRefunded:
				told = append(told, fmt.Sprint(name, d.RefundID, d.Amount.Minor, d.Before))
			}
		}
		slices.Sort(told)
		if want := []string{"PaymentRefundedElsewhere200 false", "PaymentRefundedElsewhere300 false", "PaymentRefundedret_a100 false",
			"PaymentRefundedret_b400 true"}; !slices.Equal(told, want) {
			t.Fatalf("got %v, want %v", told, want)
		}
	}
}

// Whatever comes first, the return or the news of a refund by hand, what was given back counts. Seen to catch: a return that ends
// as failed as the gateway has nothing left to give, one that stays so when the rest is given by hand.
func TestARefundByHandCountsWheneverItIsHeard(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for name, c := range map[string]struct {
		before, after string // given by hand before the return is received, and after it
		hears         bool   // of what was given before
		want, told    string
	}{
		"heard before":      {"600", "", true, "DONE true0", "PaymentRefunded true"},
		"heard after":       {"600", "", false, "DONE true1", "PaymentRefunded true"},
		"a part":            {"500", "", false, "DONE true1", "PaymentRefunded true"},
		"too little":        {"300", "", false, "FAILED false0", "PaymentRefundFailed false"},
		"the rest later":    {"300", "300", false, "DONE true1", "PaymentRefunded true"},
		"nothing by hand":   {"", "", false, "DONE false0", "PaymentRefunded false"},
		"by hand on top of": {"", "200", false, "DONE false0", "PaymentRefunded false"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBank(t)
			r := b.rig().captured(t, 600)
			byHand := func(minor string) {
				if minor != "" {
					b.dashboard(t, "/v1/refunds", url.Values{"payment_intent": {r.record(t, "g1").IntentID}, "amount": {minor}})
				}
			}
			if byHand(c.before); c.hears {
				r.hears(t, 1)
			}
			if err := r.Refund(ctx, r.returned("ret_a", 400)); err != nil {
				t.Fatal(err)
			}
			byHand(c.after)
			r.hears(t, 2)
			p := r.record(t, "g1")
			n := slices.IndexFunc(p.Refunds, func(x payments.Refund) bool { return x.ID == "ret_a" })
			if x := p.Refunds[n]; fmt.Sprintf("%s %v%d", x.State, x.Before, x.Attempt) != c.want {
				t.Errorf("%+v, want %s", x, c.want)
			}
			names, data := payments.Happened(payments.Payment{}, p)
			for k, name := range names {
				switch d := data[k].(type) {
				case payments.PaymentRefunded:
					if got := fmt.Sprint(name, " ", d.Before); got != c.told {
						t.Errorf("told %s, want %s", got, c.told)
					}
				case payments.PaymentRefundFailed:
					if got := fmt.Sprint(name, " ", false); got != c.told {
						t.Errorf("told %s, want %s", got, c.told)
					}
				}
			}
			if p.Refunded() > p.Captured {
				t.Errorf("%d given of %d", p.Refunded(), p.Captured)
			}
		})
	}
}

// A refund that fails later is known, ours and one by hand.
func TestARefundThatFailsLaterIsHeard(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	r := b.rig().captured(t, 600)
	ctx := context.Background()
	if err := r.Refund(ctx, r.returned("ret_a", 200)); err != nil {
		t.Fatal(err)
	}
	b.dashboard(t, "/v1/refunds", url.Values{"payment_intent": {r.record(t, "g1").IntentID}, "amount": {"300"}})
	r.hears(t, 1)
	before := r.record(t, "g1")
	for _, x := range before.Refunds {
		b.control(t, http.MethodPost, "/_control/refunds/"+x.GatewayID+"/fail", "", &struct{}{})
	}
	r.hears(t, 2)
	p := r.record(t, "g1")
	if p.Refunded() != 0 || p.Refunds[0].State != payments.RefundFailed || p.Refunds[1].State != payments.RefundFailed {
		t.Fatalf("%+v", p.Refunds)
	}
	names, data := payments.Happened(before, p)
	slices.Sort(names)
	if !slices.Equal(names, []string{"PaymentRefundFailed", "PaymentRefundedElsewhere"}) {
		t.Fatal(names, data)
	}
	if _, err := r.RefundAgain(ctx, payments.RefundRef{OrderID: r.order, Group: "g1", Name: p.Refunds[1].ID}); err == nil {
		t.Fatal("a refund by hand was asked for again")
	}
}

// A dispute is held, and then won or lost: what came to an end stays there.
func TestADisputeIsTakenOver(t *testing.T) {
	t.Parallel()
	for evidence, want := range map[string]payments.DisputeState{"winning_evidence": payments.DisputeWon, "losing_evidence": payments.DisputeLost,
		"": payments.DisputeHeld} {
		b := newBank(t)
		r := b.rig()
		if _, err := r.authorizes(r.input("pm_card_createDispute", "g1"), 1); err != nil {
			t.Fatal(err)
		}
		if err := r.Capture(context.Background(), payments.ShipmentPacked{OrderID: r.order, Group: "g1", Amount: money.Of(1000, "USD")}); err != nil {
			t.Fatal(err)
		}
		before := r.record(t, "g1")
		opened := b.told(t, 1)
		r.hears(t, 1)
		id := r.record(t, "g1").Disputes[0].ID
		if evidence != "" {
			b.dashboard(t, "/v1/disputes/"+id, url.Values{"evidence[uncategorized_text]": {evidence}})
		}
		r.hears(t, 3)
		for k := range opened { // late, under other ids
			opened[k].ID += "_late"
			if err := r.listener().Hear(context.Background(), opened[k]); err != nil {
				t.Fatal(err)
			}
		}
		p := r.record(t, "g1")
		if len(p.Disputes) != 1 || p.Disputes[0].State != want || p.Disputes[0].Minor != 1000 || p.Disputes[0].DueBy.IsZero() {
			t.Fatalf("%s: %+v", evidence, p.Disputes)
		}
		names, data := payments.Happened(before, p)
		if len(names) != 1 || data[0].(payments.PaymentDisputed).State != want || data[0].(payments.PaymentDisputed).Reason != "fraudulent" {
			t.Fatal(names, data)
		}
	}
}

// An authorization that somebody cancelled at the gateway is made anew, and what we cancelled ourselves stays so.
func TestACancelledIntentIsAuthorizedAnew(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	r := b.rig()
	m := attach(t, r.methods(), "cus_shopper", b.card(t, "4242424242424242"))
	if _, err := r.authorizes(r.input(m.Token, "g1", "g2"), 1); err != nil {
		t.Fatal(err)
	}
	b.dashboard(t, "/v1/payment_intents/"+r.record(t, "g1").IntentID+"/cancel", nil)
	if err := r.cancels(1, "g2"); err != nil {
		t.Fatal(err)
	}
	r.hears(t, 1)
	r.hears(t, 2)
	// Seen to catch: a payment authorized once more by late news of the intent that was replaced.
	for _, n := range b.told(t, 3) {
		n.ID += "_late"
		if err := r.listener().Hear(context.Background(), n); err != nil {
			t.Fatal(err)
		}
	}
	if p := r.record(t, "g1"); p.State != payments.Authorized || p.Current != 1 {
		t.Fatalf("%+v", p)
	}
	if p := r.record(t, "g2"); p.State != payments.Cancelled {
		t.Fatalf("%+v", p)
	}
	if open := r.open(t); open != 1000 {
		t.Fatalf("%d are held", open)
	}
}

// A notice is dealt with once, and again while the gateway does not answer; what is not ours, or unheard of, changes nothing.
func TestNoticesOfOtherThings(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	r := b.rig().captured(t, 600)
	l := r.listener()
	b.dashboard(t, "/v1/payment_intents", url.Values{"amount": {"900"}, "currency": {"usd"}, "payment_method": {"pm_card_visa"}, "confirm": {"true"},
		"payment_method_types[]": {"card"}})
	for n, notice := range []payments.Notice{{ID: "evt_1", Object: "customer", ObjectID: "cus_1"}, {ID: "evt_2", Object: "", ObjectID: ""},
		{ID: "evt_3", Object: "payment_intent", ObjectID: r.record(t, "g1").IntentID}} {
		calls := b.calls(t)
		for range 2 {
			if err := l.Hear(context.Background(), notice); err != nil {
				t.Fatal(err)
			}
		}
		if made := b.calls(t) - calls; made > 2 || n < 2 && made != 0 {
			t.Errorf("%+v: %d calls", notice, made)
		}
	}
	r.hears(t, 1)
	away := stripegateway.New(stripegateway.Config{Secret: stripeapi.Fixed("sk_test_rialto"), URL: "http://127.0.0.1:1", Timeout: patience})
	l.Objects = away
	notice := payments.Notice{ID: "evt_4", Object: "payment_intent", ObjectID: r.record(t, "g1").IntentID}
	wantCode(t, l.Hear(context.Background(), notice), "payment_unknown")
	if heard, err := l.Notices.Heard(context.Background(), "evt_4"); err != nil || heard {
		t.Fatal("it counts as heard", err)
	}
}
