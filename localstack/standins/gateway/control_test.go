package gateway

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v82"
)

func TestTheAuditorsView(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	open := r.create(t, order("pm_card_visa", forOrder("o1"), confirmed)).ID
	declined := r.create(t, order("pm_card_chargeDeclined", forOrder("o2"))).ID
	_, err := r.confirm(declined, "k-declined")
	fails(t, err, 402, "card_declined")
	euro := r.create(t, order("pm_card_visa", forOrder("o3"), confirmed, automatic,
		func(p *stripe.PaymentIntentCreateParams) { p.Currency = stripe.String("EUR") })).ID
	if _, err := r.refund(euro, 700); err != nil {
		t.Fatal(err)
	}
	canceled := r.create(t, order("pm_card_visa", forOrder("o3"), confirmed)).ID
	if _, err := r.cancel(canceled); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string][]string{
		"":                                      {open, declined, euro, canceled},
		"metadata[order_id]=o3":                 {euro, canceled},
		"metadata[order_id]=o3&currency=eur":    {euro},
		"payment_method=pm_card_visa":           {open, euro, canceled},
		"payment_method=pm_card_chargeDeclined": {declined},
		"status=requires_capture":               {open},
		"metadata[order_id]=nobody":             {},
	} {
		values, _ := url.ParseQuery(query)
		got := []string{}
		for _, a := range r.audit(t, values) {
			got = append(got, a.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
	want := Balances{
		Currencies: map[string]*Balance{
			"usd": {Authorized: Sum{2, 10000}, Open: Sum{1, 5000}, Released: Sum{1, 5000}, Canceled: Sum{1, 5000}},
			"eur": {Authorized: Sum{1, 5000}, Captured: Sum{1, 5000}, Refunded: Sum{1, 700}},
		},
		Statuses: map[string]int{"requires_capture": 1, "requires_payment_method": 1, "succeeded": 1, "canceled": 1},
	}
	if diff := cmp.Diff(want, r.books(t)); diff != "" {
		t.Error(diff)
	}
	if a := r.audit(t, url.Values{"intent": {declined}})[0]; a.LastDecline != "generic_decline" || a.PaymentMethodToken != "pm_card_chargeDeclined" ||
		a.History[1].Key != "k-declined" {
		t.Errorf("%+v", a)
	}
	if status := r.control(t, "GET", "balance?order_id=o1", nil, nil); status != 400 {
		t.Errorf("a misspelt filter audits everything: %d", status)
	}
}

func TestTheCallLog(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	i := r.create(t, order("pm_rialto_lost_answer", keyed("c")))
	_, _ = r.confirm(i.ID, "k")
	_, _ = r.confirm(i.ID, "k")
	var out struct{ Calls []Call }
	r.control(t, "GET", "calls?intent="+i.ID, nil, &out)
	for n := range out.Calls {
		if out.Calls[n].Time.IsZero() || out.Calls[n].RequestID == "" {
			t.Errorf("%+v", out.Calls[n])
		}
		out.Calls[n].Time, out.Calls[n].RequestID = r.clock.Now(), ""
	}
	at, path := r.clock.Now(), "/v1/payment_intents"
	want := []Call{
		{Seq: 1, Time: at, Method: "POST", Path: path, Operation: "create", Intent: i.ID, Key: "c", Status: 200, Delivery: "sent"},
		{Seq: 2, Time: at, Method: "POST", Path: path + "/" + i.ID + "/confirm", Operation: "confirm", Intent: i.ID, Key: "k", Status: 200,
			Fault: "pm_rialto_lost_answer", Delivery: "cut"},
		{Seq: 3, Time: at, Method: "POST", Path: path + "/" + i.ID + "/confirm", Operation: "confirm", Intent: i.ID, Key: "k", Status: 200,
			Replayed: true, Delivery: "sent"},
	}
	if diff := cmp.Diff(want, out.Calls); diff != "" {
		t.Error(diff)
	}
	r.control(t, "GET", "calls?since=2", nil, &out)
	if len(out.Calls) != 1 || out.Calls[0].Seq != 3 {
		t.Errorf("%+v", out.Calls)
	}
}

func TestTheCallLogIsBounded(t *testing.T) {
	t.Parallel()
	l := &calls{}
	for range callsKept + 17 {
		l.add(Call{})
	}
	var first, last int64
	n := 0
	l.each(func(c Call) {
		if n++; n == 1 {
			first = c.Seq
		}
		if last++; n > 1 && c.Seq != first+int64(n)-1 {
			t.Fatalf("out of order at %d: %d", n, c.Seq)
		}
	})
	if n != callsKept || first != 18 {
		t.Errorf("%d calls from %d", n, first)
	}
}

func TestKeysAreWanted(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for header, want := range map[string]int{"": 401, "Bearer ": 401, "Bearer sk_live_1": 401, "Bearer sk_test_": 401, "Bearer pk_test_1": 401,
		"sk_test_1": 401, "Bearer sk_test_1": 200, "Basic c2tfdGVzdF8xOg==": 200} {
		res, body := r.raw(t, "GET", "/v1/payment_intents", "", map[string]string{"Authorization": header})
		if res.StatusCode != want || res.Header.Get("Request-Id") == "" ||
			(want == 401 && !strings.Contains(body, `"type":"invalid_request_error"`)) {
			t.Errorf("%q: %d %s", header, res.StatusCode, body)
		}
	}
}

func TestOtherRequestsAreRefusedInStripesShape(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, c := range []struct {
		method, path, body string
		header             map[string]string
		want               int
	}{
		{"GET", "/v1/nothing", "", nil, 404},
		{"DELETE", "/v1/payment_intents", "", nil, 404},
		{"GET", "/v1/payment_intents/pi_none", "", nil, 404},
		{"POST", "/v1/payment_intents/pi_none/confirm", "", nil, 404},
		{"POST", "/v1/payment_intents/%00/cancel", "", nil, 404},
		{"GET", "/v1/payment_intents?limit=101", "", nil, 400},
		{"GET", "/v1/payment_intents?starting_after=pi_none", "", nil, 400},
		{"POST", "/v1/refunds", "", nil, 400},
		{"POST", "/v1/payment_intents", `{"amount":1}`, map[string]string{"Content-Type": "application/json"}, 400},
		{"POST", "/v1/payment_intents", "amount=1&currency=usd", map[string]string{"Idempotency-Key": strings.Repeat("k", 256)}, 400},
		{"POST", "/v1/payment_intents", "description=" + strings.Repeat("x", bodyLimit), nil, 400},
		{"GET", "/_control/nothing", "", nil, 404},
		{"POST", "/_control/faults", "{", nil, 400},
		{"POST", "/_control/clock?advance=-1h", "", nil, 400},
		{"POST", "/_control/intents/pi_none/authenticate?outcome=succeed", "", nil, 404},
	} {
		res, body := r.raw(t, c.method, c.path, c.body, c.header)
		if res.StatusCode != c.want || !strings.HasPrefix(body, `{"error":`) {
			t.Errorf("%s %s: %d %s", c.method, c.path, res.StatusCode, body)
		}
	}
}

// The same calls give the same answers, down to the ids.
func TestRunsAreRepeatable(t *testing.T) {
	t.Parallel()
	run := func() []string {
		r := newRig(t)
		var out []string
		for _, token := range []string{"pm_card_visa", "pm_card_mastercard", "pm_card_authenticationRequired"} {
			i := r.create(t, order(token, keyed(token)))
			c, err := r.confirm(i.ID, "c"+token)
			if err != nil {
				t.Fatal(err)
			}
			r.retrieve(t, i.ID)
			out = append(out, string(i.LastResponse.RawJSON), strings.ReplaceAll(string(c.LastResponse.RawJSON), r.url, "http://gateway"))
		}
		return out
	}
	if diff := cmp.Diff(run(), run()); diff != "" {
		t.Error(diff)
	}
}

func TestResetForgetsAndNeverReusesIds(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first := r.create(t, order("pm_card_visa", keyed("k"), confirmed)).ID
	r.arm(t, Fault{Kind: "drop", Match: Match{Global: true}})
	held := r.control(t, "POST", "reset", nil, nil)
	if held != 200 || len(r.audit(t, nil)) != 0 {
		t.Fatal(held)
	}
	second := r.create(t, order("pm_card_visa", keyed("k"), confirmed)).ID
	if second == first {
		t.Error("an id came twice")
	}
	r.control(t, "POST", "reset?seed=7", nil, nil)
	if third := r.create(t, order("pm_card_visa", keyed("k"), confirmed)).ID; third != first {
		t.Error("the seed does not start the ids anew")
	}
}

// A call that is held when everything is forgotten must not act on what comes after.
func TestResetVoidsHeldCalls(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	f := r.arm(t, Fault{Kind: "hold", Match: Match{Metadata: map[string]string{"order_id": "o"}}})
	done := make(chan error, 1)
	go func() {
		_, err := r.client.V1PaymentIntents.Create(background(), order("pm_card_visa", forOrder("o"), confirmed))
		done <- err
	}()
	r.holding(t, f.ID)
	r.control(t, "POST", "reset", nil, nil)
	unanswered(t, <-done)
	if n := len(r.audit(t, nil)); n != 0 {
		t.Errorf("%d intents", n)
	}
}

func TestTheBanksPage(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	i, err := r.client.V1PaymentIntents.Create(background(),
		order("pm_card_authenticationRequired", confirmed, func(p *stripe.PaymentIntentCreateParams) {
			p.ReturnURL = stripe.String("https://shop.example/back?order=1")
		}))
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Transport: r.http.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	page := i.NextAction.RedirectToURL.URL
	res, err := browser.Get(page)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, _ := io.ReadAll(res.Body); !strings.Contains(string(body), `value="succeed"`) || !strings.Contains(string(body), i.ID) {
		t.Errorf("%s", body)
	}
	req, _ := http.NewRequest("POST", page, strings.NewReader("outcome=succeed"))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "text/html")
	back, err := browser.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer back.Body.Close()
	to, _ := back.Location()
	if back.StatusCode != 303 || to.Host != "shop.example" || to.Query().Get("order") != "1" || to.Query().Get("redirect_status") != "succeeded" ||
		to.Query().Get("payment_intent") != i.ID {
		t.Errorf("%d %v", back.StatusCode, to)
	}
	if got := r.retrieve(t, i.ID).Status; got != "requires_capture" {
		t.Error(got)
	}
}
