package paymentsstore_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/outbox"
	"rialto/functions/payments"
)

// The published examples are what the code publishes, field for field.
func TestExamples(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]any{
		payments.EventCaptured:      &payments.PaymentCaptured{},
		payments.EventCaptureFailed: &payments.PaymentCaptureFailed{},
		payments.EventRenewed:       &payments.PaymentRenewed{},
		payments.EventLost:          &payments.PaymentAuthorizationLost{},
		payments.EventRefunded:      &payments.PaymentRefunded{},
		payments.EventRefundFailed:  &payments.PaymentRefundFailed{},

		payments.EventRefundedElsewhere: &payments.PaymentRefundedElsewhere{},
		payments.EventDisputed:          &payments.PaymentDisputed{},
	} {
		b, err := os.ReadFile("../../../events/payments/" + name + ".v1.example.json")
		if err != nil {
			t.Fatal(err)
		}
		e, err := outbox.Decode(b)
		if err != nil || e.Name != name {
			t.Fatal(name, err)
		}
		if err := e.Into(data); err != nil {
			t.Fatal(err)
		}
		var want, got any
		again, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		if json.Unmarshal(e.Data, &want) != nil || json.Unmarshal(again, &got) != nil {
			t.Fatal(name)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}
