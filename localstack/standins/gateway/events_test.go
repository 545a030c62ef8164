package gateway

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v82"
	"github.com/stripe/stripe-go/v82/webhook"
)

const signing = "whsec_test"

// endpoint is a webhook endpoint that turns the first try of each event away, and checks the second with Stripe's own library.
type endpoint struct {
	mu    sync.Mutex
	tries map[string]int
	types []string
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	event, err := webhook.ConstructEventWithOptions(body, r.Header.Get("Stripe-Signature"), signing,
		webhook.ConstructEventOptions{IgnoreAPIVersionMismatch: false, Tolerance: time.Hour})
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.tries[event.ID]++; err != nil || e.tries[event.ID] < 2 {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	e.types = append(e.types, string(event.Type))
}

// What happens at the gateway is told, signed, until it is heard.
func TestEventsAreToldUntilTheyAreHeard(t *testing.T) {
	t.Parallel()
	hook := &endpoint{tries: map[string]int{}}
	server := httptest.NewServer(hook)
	t.Cleanup(server.Close)
	g := New(Config{Now: time.Now, Seed: 7, WebhookURL: server.URL, WebhookSecret: signing})
	api := httptest.NewServer(g)
	t.Cleanup(func() { g.Close(); api.Close() })
	r := &rig{g: g, url: api.URL, http: api.Client(), client: stripeClient(api.URL, api.Client())}

	disputed := r.create(t, order("pm_card_createDispute", confirmed))
	if _, err := r.capture(disputed.ID, 4000); err != nil {
		t.Fatal(err)
	}
	paid := r.create(t, order("pm_card_visa", confirmed, automatic))
	refund, err := r.refund(paid.ID, 700)
	if err != nil {
		t.Fatal(err)
	}
	r.control(t, "POST", "refunds/"+refund.ID+"/fail", nil, nil)
	open := r.create(t, order("pm_card_visa", confirmed))
	if _, err := r.cancel(open.ID); err != nil {
		t.Fatal(err)
	}
	_, err = r.client.V1PaymentIntents.Create(background(), order("pm_card_chargeDeclined", confirmed))
	fails(t, err, 402, "card_declined")
	want := []string{"charge.dispute.created", "payment_intent.canceled", "payment_intent.payment_failed", "refund.created", "refund.failed"}
	eventually(t, "all is heard", func() bool {
		hook.mu.Lock()
		defer hook.mu.Unlock()
		slices.Sort(hook.types)
		return slices.Equal(hook.types, want)
	})
}

// A dispute takes what was captured, keeps it from being refunded, and ends as its evidence says.
func TestDisputes(t *testing.T) {
	t.Parallel()
	for evidence, want := range map[string]stripe.DisputeStatus{"winning_evidence": "won", "losing_evidence": "lost",
		"a letter": "under_review", "": "lost"} {
		r := newRig(t)
		i := r.create(t, order("pm_card_createDispute", confirmed, automatic))
		if !i.LatestCharge.Disputed && !r.retrieve(t, i.ID).LatestCharge.Disputed {
			t.Fatal("the charge is not disputed")
		}
		var told struct {
			Events []struct {
				Type string
				Data struct{ Object struct{ ID string } }
			}
		}
		r.control(t, "GET", "events", nil, &told)
		id := told.Events[0].Data.Object.ID
		d, err := r.client.V1Disputes.Retrieve(background(), id, &stripe.DisputeRetrieveParams{})
		if err != nil || d.Amount != 5000 || d.Status != "needs_response" || d.PaymentIntent.ID != i.ID {
			t.Fatalf("%+v %v", d, err)
		}
		_, err = r.refund(i.ID, 100)
		fails(t, err, 400, "charge_disputed")
		if evidence == "" {
			d, err = r.client.V1Disputes.Close(background(), id, &stripe.DisputeCloseParams{})
		} else {
			d, err = r.client.V1Disputes.Update(background(), id,
				&stripe.DisputeUpdateParams{Evidence: &stripe.DisputeUpdateEvidenceParams{UncategorizedText: &evidence}})
		}
		if err != nil || d.Status != want {
			t.Fatalf("%s: %s %v", evidence, d.Status, err)
		}
		_, err = r.refund(i.ID, 100)
		if want == "won" {
			if err != nil {
				t.Fatal(err)
			}
			continue
		}
		fails(t, err, 400, "charge_disputed")
	}
}

// Every movement of the balance is listed once, newest first, by time, type and object.
func TestTheBalance(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	paid := r.create(t, order("pm_card_visa", confirmed, automatic))
	r.clock.advance(time.Hour)
	held := r.create(t, order("pm_card_visa", confirmed))
	if _, err := r.capture(held.ID, 4000); err != nil {
		t.Fatal(err)
	}
	refund, err := r.refund(paid.ID, 700)
	if err != nil {
		t.Fatal(err)
	}
	r.control(t, "POST", "refunds/"+refund.ID+"/fail", nil, nil)
	r.create(t, order("pm_card_createDispute", confirmed, automatic))
	r.control(t, "POST", "payouts?currency=usd", nil, nil)
	list := func(edit func(*stripe.BalanceTransactionListParams)) (out []string) {
		p := &stripe.BalanceTransactionListParams{}
		p.Limit = stripe.Int64(2)
		p.AddExpand("data.source")
		edit(p)
		for x, err := range r.client.V1BalanceTransactions.List(background(), p) {
			if err != nil {
				t.Fatal(err)
			}
			if s := x.Source; s.Charge == nil && s.Refund == nil && s.Dispute == nil && s.Payout == nil {
				t.Errorf("%+v", x)
			}
			out = append(out, fmt.Sprint(x.ReportingCategory, " ", x.Amount))
		}
		return out
	}
	for name, c := range map[string]struct {
		edit func(*stripe.BalanceTransactionListParams)
		want []string
	}{
		"all": {func(*stripe.BalanceTransactionListParams) {}, []string{"payout -9000", "dispute -5000", "charge 5000", "refund_failure 700", "refund -700",
			"charge 4000", "charge 5000"}},
		"of a time": {func(p *stripe.BalanceTransactionListParams) {
			p.CreatedRange = &stripe.RangeQueryParams{GreaterThanOrEqual: paid.Created, LesserThan: held.Created}
		}, []string{"charge 5000"}},
		"of a type":    {func(p *stripe.BalanceTransactionListParams) { p.Type = stripe.String("adjustment") }, []string{"dispute -5000"}},
		"of an object": {func(p *stripe.BalanceTransactionListParams) { p.Source = &refund.ID }, []string{"refund_failure 700", "refund -700"}},
	} {
		if got := list(c.edit); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
	_, err = r.client.V1Payouts.Retrieve(background(), "po_none", &stripe.PayoutRetrieveParams{})
	fails(t, err, 404, "resource_missing")
}
