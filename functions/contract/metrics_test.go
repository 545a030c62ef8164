package contract

import (
	"testing"

	"rialto/functions/checkout"
)

// Seen to catch: a code that no checkout fails with.
func TestCheckoutsFailWithTheCodesThatAreTold(t *testing.T) {
	t.Parallel()
	for _, code := range CheckoutFailures {
		if got := checkout.FailureOf(code).Code; got != code {
			t.Errorf("a checkout that fails with %s says %s", code, got)
		}
	}
}
