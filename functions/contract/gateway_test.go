package contract

import "testing"

// Whatever calls the payment gateway from a queue has a bound on its calls, and together they leave a quarter of what an account may ask a
// second to shoppers. Seen to catch: the queue of refunds without a bound; as many refunds as captures.
func TestQueuesLeaveTheGatewayToShoppers(t *testing.T) {
	t.Parallel()
	atOnce := map[string]int{}
	sum := 0
	for _, f := range paymentsContext.Functions {
		for _, g := range f.Grants {
			if g.Access != Gateway || f.Trigger.Queue == nil {
				continue
			}
			if atOnce[f.Name] = f.Trigger.Queue.Concurrency; atOnce[f.Name] == 0 {
				t.Errorf("payments-%s calls the gateway as often as it likes", f.Name)
			}
			sum += atOnce[f.Name]
		}
	}
	if atOnce["capture"] <= atOnce["refund"] {
		t.Errorf("%d captures at once and %d refunds: goods go before refunds", atOnce["capture"], atOnce["refund"])
	}
	const perSecond, callsPerSecond = 100, 3 // of an account, and of one caller whose calls take a third of a second
	if sum*callsPerSecond > perSecond*3/4 {
		t.Errorf("%d calls at once are some %d a second of %d", sum, sum*callsPerSecond, perSecond)
	}
}
