package fulfillment_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/fulfillment"
	"rialto/functions/orders"
	"rialto/functions/orders/ordersstore"
)

// A customer's orders are found by words, status and period, page by page. Seen to catch: a page that goes on behind what it has left
// out, orders of a page that are lost as the page was full, a status of an order that has moved on since.
func TestOrdersAreLookedFor(t *testing.T) {
	t.Parallel()
	ctx, c := context.Background(), newCustomer(t)
	titles := []string{"Red boots", "Blue boots", "Red hat"}
	for n := range 30 {
		o := c.order
		o.ID, o.PlacedAt = fmt.Sprintf("ord_%02d", n), noon.Add(time.Duration(n+1)*time.Hour)
		o.Lines = append([]orders.Line{}, o.Lines...)
		for i := range o.Lines {
			o.Lines[i].Title = titles[n%3]
		}
		if _, err := c.w.db.Apply(ctx, ordersstore.Place(o)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Cancel(ctx, "cus_a", "ord_28", nil); err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct {
		f     fulfillment.Filter
		limit int
		want  []string
	}{
		"words": {fulfillment.Filter{Text: "BOOTS red", Placed: orders.Period{From: noon.Add(22 * time.Hour)}}, 2,
			[]string{"ord_27", "ord_24", "ord_21"}},
		"far back":       {fulfillment.Filter{Text: "ord_00"}, 1, []string{"ord_00"}},
		"nothing":        {fulfillment.Filter{Text: "gloves"}, 3, nil},
		"status":         {fulfillment.Filter{Status: "cancelled"}, 4, []string{"ord_28"}},
		"of other words": {fulfillment.Filter{Status: "cancelled", Text: "hat"}, 4, nil},
		"until": {fulfillment.Filter{Text: "ord_2", Placed: orders.Period{To: noon.Add(24 * time.Hour)}}, 2,
			[]string{"ord_22", "ord_21", "ord_20"}},
	} {
		var got []string
		for after, pages := (orders.Position{}), 0; pages < 40; pages++ {
			list, next, err := c.History(ctx, "cus_a", x.f, x.limit, after)
			if err != nil || len(list) > x.limit {
				t.Fatal(name, len(list), err)
			}
			for _, l := range list {
				got = append(got, l.ID)
			}
			if after = next; next == (orders.Position{}) {
				break
			}
		}
		if diff := cmp.Diff(x.want, got); diff != "" {
			t.Error(name, diff)
		}
	}
}
