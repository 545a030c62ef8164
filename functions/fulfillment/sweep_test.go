package fulfillment_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"rialto/functions/fulfillment"
)

// One sweep cancels all that is due, whichever bucket of its day's list it is in, and a day without sweeps is caught up.
// Seen to catch: a list without its first bucket, or its last; a sweep that looks one day back.
func TestASweepCancelsAllThatIsDue(t *testing.T) {
	t.Parallel()
	ctx, w := context.Background(), newWorld()
	const orders = 64 // two of each one's shipments are shipped by sellers
	for n := range orders {
		if err := w.Start(ctx, two(fmt.Sprint("ord_", n), noon)); err != nil {
			t.Fatal(err)
		}
	}
	end := noon.AddDate(0, 0, 2).Truncate(24*time.Hour).AddDate(0, 0, 1+7) // noon is a Wednesday, to be shipped until Friday's end
	w.now = end.Add(49 * time.Hour)
	if got, err := w.Overdue(ctx, fulfillment.OverdueInput{}); err != nil || got != (fulfillment.OverdueOutput{Due: 2 * orders, Cancelled: 2 * orders}) {
		t.Errorf("%+v %v", got, err)
	}
}
