package checkout

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"rialto/functions/inventory"
	"rialto/statemachines"
	"rialto/statemachines/interpreter"
)

// A gateway that hangs makes each of the payments' steps last as long as its function may, or as long as its calls
// may. The run must give up on it in time to release the holds itself. Seen to catch: as many tries of CancelPayment
// as of the steps that are fast.
func TestAHangingGatewayKeepsNoStock(t *testing.T) {
	t.Parallel()
	machine, err := interpreter.Parse(statemachines.Checkout)
	if err != nil {
		t.Fatal(err)
	}
	input, err := json.Marshal(Input{Mode: "resume", Checkout: Ref{ID: "chk_1"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, lasts := range map[string]time.Duration{"Sandbox.Timedout": 25 * time.Second, "unavailable": 16 * time.Second} {
		var passed, released time.Duration
		_, err := machine.Run(context.Background(), interpreter.Host{
			Pause: func(_ context.Context, d time.Duration) error { passed += d; return nil },
			Call: func(_ context.Context, _, function string, _ []byte) ([]byte, error) {
				switch function {
				case "payments-authorize", "payments-cancel":
					passed += lasts
					return nil, &interpreter.Error{Name: name}
				case "checkout-claim":
					return json.Marshal(Claimed{})
				case "checkout-fence":
					return json.Marshal(Fenced{Status: "undo"})
				case "inventory-release":
					released = passed
				}
				return []byte(`{}`), nil
			}}, input)
		// the other steps of such a run take a second or two
		if most := time.Duration(machine.TimeoutSeconds)*time.Second - 10*time.Second; released == 0 || released > most {
			t.Errorf("%s: released after %s, %s are left for it (%v)", name, released, most, err)
		}
	}
}

// Seen to catch: a lane that leads to another's function; one more than the machine knows.
func TestTheMachineKnowsEveryLane(t *testing.T) {
	t.Parallel()
	machine, err := interpreter.Parse(statemachines.Checkout)
	if err != nil {
		t.Fatal(err)
	}
	lanes := machine.States["Hold"].Functions()
	if len(lanes) != inventory.Lanes {
		t.Fatalf("%d functions hold for %d lanes", len(lanes), inventory.Lanes)
	}
	for n, f := range lanes {
		if want := fmt.Sprintf("inventory-hold:%d", n+1); f != want {
			t.Errorf("lane %d is of %s, not of %s", n, f, want)
		}
	}
}
