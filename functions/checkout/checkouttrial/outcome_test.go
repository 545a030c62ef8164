package checkouttrial_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/checkout"
	"rialto/functions/internal/fault"
)

// Seen to catch: fields that end with the step, and a failure that is stored without them.
func TestWhatIsSoldOutIsNamedByItsLine(t *testing.T) {
	t.Parallel()
	for name, w := range map[string]*world{
		"before the hold": newWorld(t, oneLine(1)),
		"at the hold": func() *world {
			w := newWorld(t, oneLine(3))
			w.enter = func(e *execution, state string) error { return soldMeanwhile(w, e, state) }
			return w
		}(),
	} {
		cart := w.fill(customer)
		var got []checkout.Failure
		for range 2 { // told by the run, and then by the record
			reply, err := w.front.Checkout(context.Background(), customer, "key-0001", request(cart, "pm_card_visa"))
			if err != nil || reply.State != checkout.Failed || reply.Failure == nil {
				t.Fatalf("%s: %+v %v", name, reply, err)
			}
			got = append(got, *reply.Failure)
		}
		want := []fault.Field{
			{Pointer: "/lines/0", Code: "item_unavailable", Message: "fewer units of " + w.goods[0].sku.String() + " are available than wanted"},
		}
		for _, f := range got {
			if diff := cmp.Diff(want, fault.Of(f.Fault()).Fields); diff != "" || f.Code != "item_unavailable" {
				t.Errorf("%s: %s %s", name, f.Code, diff)
			}
		}
	}
}
