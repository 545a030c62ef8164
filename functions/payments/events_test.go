package payments_test

import (
	"testing"

	"rialto/functions/internal/fault"
)

func TestEventsReachTheirUseCases(t *testing.T) {
	t.Parallel()
	r := newBank(t).rig()
	for name, c := range map[string]struct{ event, data, code string }{
		"a packed shipment":        {"ShipmentPacked", `{"order_id":"ord_none","group":"g1"}`, "payment_unknown_group"},
		"a cancelled shipment":     {"ShipmentCancelled", `{"order_id":"ord_free","group":"g1"}`, ""},
		"a return":                 {"ReturnReceived", `{"order_id":"ord_other","group":"g1"}`, "payment_unknown_group"},
		"an event of nobody":       {"ShipmentShipped", `{}`, "unknown_event"},
		"data that cannot be read": {"ShipmentPacked", `[]`, "malformed_event"},
	} {
		if err := r.HandleEvent(t.Context(), c.event, []byte(c.data)); fault.Code(err) != c.code {
			t.Errorf("%s: got %v, want %q", name, err, c.code)
		}
	}
}
