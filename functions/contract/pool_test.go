package contract

import "testing"

// Every queue's invocations are bounded: one that is not takes the account's whole concurrency when it has a backlog. (Lambda takes
// no bound below 2.) Seen to catch: offers-decide without one, which a catalog import fills.
func TestEveryQueueIsBounded(t *testing.T) {
	t.Parallel()
	for _, f := range Functions() {
		if q := f.Trigger.Queue; q != nil && q.Concurrency < 2 {
			t.Errorf("%s: %d invocations at most", f.ID(), q.Concurrency)
		}
	}
}
