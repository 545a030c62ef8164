package payments_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"rialto/functions/payments"
)

func TestAuthorize(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	r := b.rig()
	in := r.input("pm_card_visa", "g1", "g2", "g3")
	first, err := r.Authorize(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	if first.Status != "authorized" || len(first.Intents) != 3 || first.Intents[2].Group != "g3" || first.NextAction != nil ||
		first.Intents[0].CaptureBefore == nil || !first.Intents[0].CaptureBefore.After(time.Now().Add(24*time.Hour)) {
		t.Fatalf("%+v", first)
	}
	if r.open(t) != 6000 {
		t.Fatalf("%d held", r.open(t))
	}
	before := b.calls(t)
	again, err := r.Authorize(context.Background(), in)
	if err != nil || again.Intents[1].IntentID != first.Intents[1].IntentID || b.calls(t) != before {
		t.Fatalf("repeated: %v, %d calls", err, b.calls(t)-before)
	}
	p := r.record(t, "g1")
	if len(p.Calls) != 2 || p.Calls[0].Outcome != "open" || p.Calls[1].Outcome != "authorized" || p.Calls[1].Key != r.order+"#g1#confirm" ||
		p.Method != "pm_card_visa" {
		t.Fatalf("record %+v", p)
	}
	in.Groups[0].Amount.Minor++
	_, err = r.Authorize(context.Background(), in)
	wantCode(t, err, "payment_differs")
	in.Groups[0].Amount.Minor = 0
	_, err = r.Authorize(context.Background(), in)
	wantCode(t, err, "amount_invalid")
}

// Every way in which the gateway can fail ends, after the saga's retries, in one authorization.
func TestAuthorizeSurvivesTheGateway(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	for _, method := range []string{"pm_rialto_lost_answer", "pm_rialto_create_lost", "pm_rialto_timeout", "pm_rialto_error",
		"pm_rialto_rate_limited", "pm_rialto_error_saved"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			r := b.armed(method)
			if _, err := r.authorizes(r.input(method, "g1"), 3); err != nil {
				t.Fatal(err)
			}
			if books := b.books(t, r.order, ""); len(books) != 1 || books[0].Open != 1000 {
				t.Fatalf("%+v", books)
			}
			if err := r.cancels(2, "g1"); err != nil || r.open(t) != 0 {
				t.Fatalf("cancel: %v, %d open", err, r.open(t))
			}
		})
	}
	for _, operation := range []string{"create", "confirm"} {
		for _, f := range []string{`"kind":"lost_answer"`, `"kind":"timeout"`, `"kind":"drop"`, `"kind":"rate_limited"`, `"kind":"error_500"`,
			`"kind":"error_503"`, `"kind":"error_500","phase":"after"`, `"kind":"error_503","phase":"after"`, `"kind":"drop","count":2`} {
			t.Run(operation+f, func(t *testing.T) {
				t.Parallel()
				r := b.armed(f)
				b.arm(t, r.order, operation, f)
				if _, err := r.authorizes(r.input("pm_card_visa", "g1"), 3); err != nil {
					t.Fatal(err)
				}
				if books := b.books(t, r.order, ""); len(books) != 1 || books[0].Open != 1000 {
					t.Fatalf("%+v", books)
				}
			})
		}
	}
}

// A confirmation that takes effect after its caller gave up, and after the cancel, holds nothing.
func TestLateConfirmation(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	r := b.armed("hold")
	id := b.arm(t, r.order, "confirm", `"kind":"hold"`)
	_, err := r.authorizes(r.input("pm_card_visa", "g1"), 1)
	wantCode(t, err, "payment_unknown")
	if err := r.cancels(1, "g1"); err != nil {
		t.Fatal(err)
	}
	b.control(t, http.MethodPost, "/_control/faults/"+id+"/release", "", nil)
	_, err = r.authorizes(r.input("pm_card_visa", "g1"), 1)
	wantCode(t, err, "payment_cancelled")
	deadline := time.Now().Add(30 * time.Second)
	for confirmed := false; !confirmed; { // the held call has run when the log has it, refused
		var log struct {
			Calls []struct{ Operation, Key, Code string }
		}
		b.control(t, http.MethodGet, "/_control/calls?key="+r.order+"%23g1%23confirm", "", &log)
		for _, c := range log.Calls {
			confirmed = c.Code == "payment_intent_unexpected_state"
		}
		if time.Now().After(deadline) {
			t.Fatalf("%+v", log)
		}
	}
	if r.open(t) != 0 {
		t.Fatal("an authorization is open after cancel")
	}
}

// A creation whose failure the gateway has stored makes no payment, and cancel still ends.
func TestStoredCreationFailure(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	r := b.rig()
	b.arm(t, r.order, "create", `"kind":"error_500","saved":true`)
	_, err := r.authorizes(r.input("pm_card_visa", "g1"), 3)
	wantCode(t, err, "payment_unknown")
	if err := r.cancels(1, "g1"); err != nil {
		t.Fatal(err)
	}
	if p := r.record(t, "g1"); p.State != payments.Cancelled || p.Code != "creation_unresolved" {
		t.Fatalf("%+v", p)
	}
	if len(b.books(t, r.order, "")) != 0 {
		t.Fatal("an intent")
	}
}

func TestDeclinedGroupFailsTheStep(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	r := b.rig()
	in := r.input("pm_card_visa", "g1", "g2")
	if _, err := r.authorizes(r.input("pm_card_visa", "g1"), 1); err != nil {
		t.Fatal(err)
	}
	in.MethodToken = "pm_card_visa_chargeDeclinedInsufficientFunds"
	for range 2 {
		_, err := r.authorizes(in, 1)
		wantCode(t, err, "payment_declined")
	}
	if p := r.record(t, "g2"); p.State != payments.Declined || p.Code != "insufficient_funds" {
		t.Fatalf("%+v", p)
	}
	if err := r.cancels(1, "g1", "g2"); err != nil || r.open(t) != 0 {
		t.Fatal(err)
	}
	for _, i := range b.books(t, r.order, "") {
		if i.Status != "canceled" {
			t.Fatalf("%+v", i)
		}
	}
	r = b.rig()
	_, err := r.authorizes(r.input("pm_no_such_method", "g1"), 1)
	wantCode(t, err, "payment_refused")
	if err := r.cancels(1, "g1"); err != nil {
		t.Fatal(err)
	}
}

func TestActionRequired(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	for outcome, code := range map[string]string{"succeed": "", "fail": "payment_declined", "cancel": "payment_cancelled"} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			r := b.rig()
			in := r.input("pm_card_authenticationRequired", "g1")
			for range 2 {
				out, err := r.authorizes(in, 1)
				if err != nil || out.Status != "action_required" || out.NextAction == nil || out.NextAction.URL == "" ||
					out.Intents[0].Status != "action_required" {
					t.Fatalf("%+v %v", out, err)
				}
			}
			if outcome == "cancel" {
				if err := r.cancels(1, "g1"); err != nil {
					t.Fatal(err)
				}
			} else {
				b.control(t, http.MethodPost, "/_control/intents/"+r.record(t, "g1").IntentID+"/authenticate?outcome="+outcome, "", nil)
			}
			out, err := r.authorizes(in, 1)
			wantCode(t, err, code)
			if code == "" && (out.Status != "authorized" || out.NextAction != nil || r.open(t) != 1000) {
				t.Fatalf("%+v", out)
			}
		})
	}
}

func TestCancelFirstBlocks(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	r := b.rig()
	for range 2 {
		if err := r.cancels(1, "g1", "g2"); err != nil {
			t.Fatal(err)
		}
	}
	_, err := r.authorizes(r.input("pm_card_visa", "g1"), 3)
	wantCode(t, err, "payment_cancelled")
	if n := len(b.books(t, r.order, "")); n != 0 {
		t.Fatalf("%d intents", n)
	}
}

func TestCancelSurvivesTheGateway(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	for _, f := range []string{`"kind":"lost_answer"`, `"kind":"timeout"`, `"kind":"drop"`, `"kind":"rate_limited"`, `"kind":"error_500"`,
		`"kind":"error_500","saved":true`, `"kind":"error_503","phase":"after"`} {
		t.Run(f, func(t *testing.T) {
			t.Parallel()
			r := b.armed(f)
			if _, err := r.authorizes(r.input("pm_card_visa", "g1"), 1); err != nil {
				t.Fatal(err)
			}
			b.arm(t, r.order, "cancel", f)
			if err := r.cancels(3, "g1"); err != nil || r.open(t) != 0 {
				t.Fatalf("%v, %d open", err, r.open(t))
			}
		})
	}
}

// repeating answers a group's first cancel as the gateway does while an intent is processing, and repeats the answer under its
// key whatever becomes of the intent.
type repeating struct {
	payments.Gateway
	key    string
	answer func() (payments.Intent, error)
}

func (g *repeating) Cancel(ctx context.Context, key, id string) (payments.Intent, error) {
	if g.key == "" {
		g.key = key
	}
	if key == g.key {
		i, err := g.answer()
		i.ID = id
		return i, err
	}
	return g.Gateway.Cancel(ctx, key, id)
}

// A cancel that was refused spends its key: when the intent has moved on, the next one has another, and nothing stays held.
func TestRefusedCancelSpendsItsKey(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	for name, answer := range map[string]func() (payments.Intent, error){
		"while processing": func() (payments.Intent, error) { return payments.Intent{Status: payments.IntentOpen}, nil },
		"refused": func() (payments.Intent, error) {
			return payments.Intent{}, &payments.Refusal{Code: "payment_intent_unexpected_state"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := b.rig()
			if _, err := r.authorizes(r.input("pm_card_visa", "g1"), 1); err != nil {
				t.Fatal(err)
			}
			r.Gateway = &repeating{Gateway: r.Gateway, answer: answer}
			wantCode(t, r.cancels(1, "g1"), "payment_unknown")
			if err := r.cancels(1, "g1"); err != nil || r.open(t) != 0 {
				t.Fatalf("second cancel: %v, %d open, want 0", err, r.open(t))
			}
			p := r.record(t, "g1")
			var cancels []string
			for _, c := range p.Calls {
				if c.Operation == payments.OpCancel {
					cancels = append(cancels, c.Key)
				}
			}
			if want := []string{r.order + "#g1#cancel", r.order + "#g1#cancel#2"}; !slices.Equal(cancels, want) || p.State != payments.Cancelled {
				t.Fatalf("%s, keys %q, want %q", p.State, cancels, want)
			}
		})
	}
}
