package customersaws_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/google/go-cmp/cmp"

	"rialto/functions/customers"
	"rialto/functions/customers/customersaws"
	"rialto/functions/internal/fault"
)

// function answers every call with one answer, and keeps what it was asked.
type function struct {
	answer, failed string
	err            error
	asked          []string
}

func (f *function) Invoke(_ context.Context, in *lambda.InvokeInput, _ ...func(*lambda.Options)) (*lambda.InvokeOutput, error) {
	f.asked = append(f.asked, *in.FunctionName+" "+string(in.Payload))
	out := &lambda.InvokeOutput{Payload: []byte(f.answer)}
	if f.failed != "" {
		out.FunctionError = &f.failed
	}
	return out, f.err
}

func TestTheWalletAsksPayments(t *testing.T) {
	t.Parallel()
	f := &function{answer: `{"token":"cus_1/pm_1","method":"pm_1","brand":"visa","last4":"4242","exp_month":2,"exp_year":2030,"decline_reason":"expired_card"}`}
	w := customersaws.Wallet{Lambda: f, Function: "x-payments-methods"}
	m, err := w.Attach(t.Context(), "cus_a", "pm_1")
	want := customers.PaymentMethod{Brand: "visa", Last4: "4242", ExpMonth: 2, ExpYear: 2030, DeclineReason: "expired_card", Token: "cus_1/pm_1"}
	if err != nil || m != want {
		t.Fatal(err, cmp.Diff(want, m))
	}
	if err := errors.Join(w.Detach(t.Context(), "cus_a", m.Token), w.Forget(t.Context(), "cus_a")); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{`x-payments-methods {"customer_id":"cus_a","attach":"pm_1"}`, `x-payments-methods {"customer_id":"cus_a","detach":"cus_1/pm_1"}`,
		`x-payments-methods {"customer_id":"cus_a"}`}, f.asked); d != "" {
		t.Fatal(d)
	}
	f.answer = `{"refused":"resource_missing"}`
	if _, err := w.Attach(t.Context(), "cus_a", "pm_1"); fault.Code(err) != "payment_method_refused" {
		t.Fatal(err)
	}
}

func TestAWalletThatIsAway(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]*function{
		"no answer": {err: errors.New("away")}, "a failure": {failed: "Unhandled", answer: `{"errorType":"unavailable"}`}, "no JSON": {answer: "<html>"},
	} {
		err := customersaws.Wallet{Lambda: f, Function: "f"}.Forget(t.Context(), "cus_a")
		if fault.Code(err) != "payment_methods_unavailable" || !fault.Of(err).Kind.Transient() {
			t.Errorf("%s: %v", name, err)
		}
	}
}
