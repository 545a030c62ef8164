package fulfillment_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
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

// No sweep runs for weeks, or an order is told so late that its day is over: what was due is still found. Seen to catch: a sweep that
// looks two days back; a place on the list of a day that is over.
func TestASweepFindsWhatWasDueLongAgo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ started, swept time.Time }{
		"no sweep for weeks": {noon, noon.AddDate(0, 0, 40)},
		"an order told late": {noon.AddDate(0, 0, 30), noon.AddDate(0, 0, 30)},
	} {
		ctx, w := context.Background(), newWorld()
		if _, err := w.Overdue(ctx, fulfillment.OverdueInput{}); err != nil {
			t.Fatal(err)
		}
		w.now = c.started
		if _, err := w.Overdue(ctx, fulfillment.OverdueInput{}); err != nil {
			t.Fatal(err)
		}
		if err := w.Start(ctx, two("ord_a", noon)); err != nil {
			t.Fatal(err)
		}
		w.now = c.swept
		if got, err := w.Overdue(ctx, fulfillment.OverdueInput{}); err != nil || got != (fulfillment.OverdueOutput{Due: 2, Cancelled: 2}) {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
}

// A record that cannot be read keeps nothing else from being done, and is told until somebody has seen to it.
func TestOneRecordKeepsNoOtherWaiting(t *testing.T) {
	t.Parallel()
	ctx, w := context.Background(), newWorld()
	lost := fulfillment.Due{OrderID: "ord_x", ShipmentID: "shp_x", ReturnID: "ret_x", Day: noon.Format(time.DateOnly)}
	if _, err := w.db.Apply(ctx, store.Put("seller_orders", store.Key{PK: "!due#" + lost.Day + "#0", SK: "ord_x#ret_x"}, lost)); err != nil {
		t.Fatal(err)
	}
	if err := w.Start(ctx, two("ord_a", noon)); err != nil {
		t.Fatal(err)
	}
	for day := range 20 {
		w.now = noon.AddDate(0, 0, day)
		if _, err := w.Overdue(ctx, fulfillment.OverdueInput{}); fault.Code(err) != "return_not_found" {
			t.Fatalf("day %d: %v", day, err)
		}
	}
	if p, err := w.Performance(ctx, "sel_a"); err != nil || p.Cancelled != 1 {
		t.Errorf("%+v %v", p, err)
	}
}
