package payouts_test

import (
	"testing"

	"rialto/functions/internal/fault"
	"rialto/functions/payouts"
)

// Seen to catch: PaymentRefunded taken for PaymentCaptured.
func TestEventsReachTheLedger(t *testing.T) {
	t.Parallel()
	b := newBooks()
	for _, c := range []struct{ event, data, code string }{
		{"PaymentCaptured", `{"order_id":"ord_a","group":"g1","amount":{"amount":100,"currency":"USD"}}`, "sale_unknown"},
		{"OrderPlaced",
			`{"order_id":"ord_a","marketplace":"US","shipments":[{"group":"g1","seller_id":"sel_a","amount":{"amount":100,"currency":"USD"},` +
				`"shipping":{"amount":{"amount":0,"currency":"USD"}},"delivery":{"amount":{"amount":0,"currency":"USD"}},` +
				`"lines":[{"line":"l","quantity":5,"paid":{"amount":100,"currency":"USD"}}]}]}`, ""},
		{"PaymentCaptured", `{"order_id":"ord_a","group":"g1","amount":{"amount":100,"currency":"USD"}}`, ""},
		{"PaymentRefunded", `{"order_id":"ord_a","group":"g1","refund_id":"ret_a","amount":{"amount":40,"currency":"USD"},` +
			`"lines":[{"line":"l","from":0,"quantity":2}]}`, ""},
		{"PaymentRefunded", `{"order_id":"ord_a","group":"g1","refund_id":"ret_b","amount":{"amount":40,"currency":"USD"},` +
			`"lines":[{"line":"l","from":1,"quantity":2}]}`, "refund_too_large"},
		{"PaymentRefundFailed", `{"order_id":"ord_a","group":"g1","refund_id":"ret_c"}`, ""}, // none was given, so none is taken back
		{"PaymentRefunded", `{"order_id":"ord_a","group":"g1","refund_id":"ret_d","amount":{"amount":20,"currency":"USD"},"before":true,` +
			`"lines":[{"line":"l","from":4,"quantity":1}]}`, ""},
		{"PaymentCaptured", `[]`, "malformed_event"},
		{"PaymentCaptureFailed", `{}`, "unknown_event"},
	} {
		if err := b.HandleEvent(t.Context(), c.event, []byte(c.data), noon); fault.Code(err) != c.code {
			t.Errorf("%s %s: got %v, want %q", c.event, c.data, err, c.code)
		}
	}
	list := b.all(t)
	if len(list) != 3 || !list[0].At.Equal(noon) {
		t.Errorf("%+v", list)
	}
	// What had been given back by hand before is not given again.
	if sums := moved(list...); sums[payouts.Gateway] != 100 || sums[payouts.Refunds] != -40 || sums[payouts.Goodwill] != -20 {
		t.Errorf("%v", sums)
	}
}
