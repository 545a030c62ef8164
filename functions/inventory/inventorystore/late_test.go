package inventorystore

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"rialto/functions/internal/store"
	"rialto/functions/inventory"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/storetest"
)

// Of 10 units one is a return: it is on the shelf from 12:00:00 on, counted with the others as of 12:00:02, and booked after
// the count, at once or a day later. Seen to catch: a return booked as if it were new (11 for sale, 10 on the shelf); one of
// the count's own second, too; one that came after the count and is lost.
func TestAReturnThatIsBookedAfterTheCountThatSawIt(t *testing.T) {
	t.Parallel()
	late(t, func(t *testing.T, s Store, booked time.Time) {
		must(t, s, inventory.Change{ID: "r1", SKU: shoe, Centre: "c1", Kind: inventory.Received, Quantity: 9, At: now.Add(-time.Hour)}, now)
		must(t, s, count("k1", 10, now.Add(2*time.Second)), now.Add(3*time.Second))
		for n, x := range []struct {
			at   time.Duration
			want int64
		}{{0, 10}, {2999 * time.Millisecond, 10}, {3 * time.Second, 11}} {
			back := inventory.Change{ID: fmt.Sprint("b", n), SKU: shoe, Centre: "c1", Kind: inventory.Returned, Quantity: 1, At: now.Add(x.at)}
			for _, first := range []bool{true, false} {
				if did := must(t, s, back, booked); did != first {
					t.Error(n, did)
				}
			}
			if left := balanced(t, s, nil, shoe); left["shoe c1"] != x.want {
				t.Errorf("%v: %d are for sale, not %d", x.at, left["shoe c1"], x.want)
			}
		}
		must(t, s, count("k2", 11, now.Add(4*time.Second)), booked) // and none of it is in the way of the next count
		if left := balanced(t, s, nil, shoe); left["shoe c1"] != 11 {
			t.Errorf("%d are for sale of 11", left["shoe c1"])
		}
	})
}

// Of 9 units three leave at 12:00:00, six are counted as of 12:00:02, and the shipment is booked after the count. Seen to
// catch: a shipment that takes away a second time what the count has missed already (3 for sale, 6 on the shelf); one that
// left after the count and is given back; a debt that stays.
func TestAShipmentThatIsBookedAfterTheCountThatMissedIt(t *testing.T) {
	t.Parallel()
	late(t, func(t *testing.T, s Store, booked time.Time) {
		must(t, s, inventory.Change{ID: "r1", SKU: shoe, Centre: "c1", Kind: inventory.Received, Quantity: 9, At: now.Add(-time.Hour)}, now)
		orders := []string{"o1", "o2", "o3"}
		for n, q := range []int64{3, 1, 5} {
			sell(t, s, orders[n], q, false, now)
		}
		left := func(want, owed int64) {
			t.Helper()
			balanced(t, s, orders, shoe)
			c, err := s.Count(ctx, shoe, "c1")
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range c.Shards {
				owed -= x.Debt
			}
			if c.Available() != want || owed != 0 {
				t.Fatalf("%d are for sale, not %d; %d more than expected are owed", c.Available(), want, -owed)
			}
		}
		ship := func(n int, q int64, at time.Duration) {
			t.Helper()
			if err := s.Ship(ctx, orders[n], planOf(pick{shoe, "c1", q}).Lines, now.Add(at), booked); err != nil {
				t.Fatal(err)
			}
		}
		must(t, s, count("k1", 6, now.Add(2*time.Second)), now.Add(3*time.Second))
		left(0, 3) // all are sold
		for range 2 {
			ship(0, 3, 0)
			left(0, 0)
		}
		must(t, s, inventory.Change{ID: "r2", SKU: shoe, Centre: "c1", Kind: inventory.Received, Quantity: 4, At: now.Add(4 * time.Second)}, booked)
		left(4, 0)
		ship(1, 1, 2*time.Second) // of the count's own second, so it is taken as counted
		left(4, 0)
		must(t, s, count("k2", 4, now.Add(6*time.Second)), booked) // the five have left
		left(0, 1)
		ship(2, 5, 5*time.Second)
		left(4, 0)
	})
}

// Of ten counted units one was lost before the count, which has missed it, one in its second, which is taken as gone since, and one after
// it. Seen to catch: a loss of the count's own second that is taken for one that the count has missed (9 for sale, 8 on the shelf).
func TestALossThatIsBookedAfterTheCount(t *testing.T) {
	t.Parallel()
	late(t, func(t *testing.T, s Store, booked time.Time) {
		must(t, s, inventory.Change{ID: "r1", SKU: shoe, Centre: "c1", Kind: inventory.Received, Quantity: 11, At: now.Add(-time.Hour)}, now)
		must(t, s, count("k1", 10, now.Add(2*time.Second)), now.Add(3*time.Second))
		for n, want := range []int64{10, 9, 8} {
			lost := adjust(fmt.Sprint("l", n), -1)
			lost.At = now.Add(time.Duration(n+1) * time.Second)
			must(t, s, lost, booked)
			if left := balanced(t, s, nil, shoe); left["shoe c1"] != want {
				t.Errorf("%d are for sale when loss %d is booked, not %d", left["shoe c1"], n, want)
			}
		}
	})
}

// What came says that it came in an hour, by a clock that is fast: it came now, and a count that sees it adds nothing. Seen to catch:
// units that a count takes for some that come later (20 for sale, 10 on the shelf).
func TestWhatComesByAFastClockCameNow(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := storeOf(db)
		must(t, s, inventory.Change{ID: "r1", SKU: shoe, Centre: "c1", Kind: inventory.Received, Quantity: 10, At: now.Add(time.Hour)}, now)
		must(t, s, count("k1", 10, now.Add(2*time.Second)), now.Add(3*time.Second))
		if left := balanced(t, s, nil, shoe); left["shoe c1"] != 10 {
			t.Errorf("%d are for sale of 10", left["shoe c1"])
		}
	})
}

// late runs a test with what is booked late, at once or a day later, of stock that is one item and of stock that is divided.
func late(t *testing.T, test func(t *testing.T, s Store, booked time.Time)) {
	for _, shards := range []int{0, 3} {
		for _, after := range []time.Duration{10 * time.Second, 25 * time.Hour} {
			t.Run(fmt.Sprintf("%d shards, %v later", shards, after), func(t *testing.T) {
				t.Parallel()
				storetest.Each(t, func(t *testing.T, db store.DB) {
					s := storeOf(db)
					if shards > 0 {
						must(t, s, inventory.Change{ID: "r0", SKU: shoe, Centre: "c1", Kind: inventory.Received, Quantity: 1, At: now.Add(-time.Hour)}, now)
						divide(t, s, shoe, shards)
						must(t, s, adjust("a0", -1), now)
					}
					test(t, s, now.Add(after))
				})
			})
		}
	}
}

// Ten units are counted, and three leave after that. Their shipment is being made while the count is booked, and shows its
// stock before its journal, or the other way round. Seen to catch: a count that reads the ledger and then the journal (10 for
// sale, 7 on the shelf).
func TestACountThatMeetsAShipmentHalfDone(t *testing.T) {
	t.Parallel()
	for name, order := range map[string][]int{"its stock first": {1, 0, 0}, "its journal first": {2, 1, 0}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := memory.New()
			s := stocked(t, db, pick{shoe, "c1", 10})
			sell(t, s, "o1", 3, false, now)
			half, rest, over := make(chan struct{}), make(chan struct{}), make(chan struct{})
			db.Torn = func(context.Context, []store.Write) func(int) int {
				db.Torn = nil
				return func(left int) int {
					if left == 2 {
						close(half)
						<-rest
					}
					return order[3-left]
				}
			}
			go func() {
				defer close(over)
				if err := s.Ship(ctx, "o1", planOf(pick{shoe, "c1", 3}).Lines, now.Add(time.Minute), now.Add(time.Minute)); err != nil {
					t.Error(err)
				}
			}()
			<-half
			seeing := &whoSees{DB: db, goOn: sync.OnceFunc(func() { close(rest); <-over })}
			must(t, storeOf(seeing), count("k1", 10, now.Add(time.Second)), now.Add(2*time.Minute))
			seeing.goOn()
			if left := balanced(t, s, []string{"o1"}, shoe); left["shoe c1"] != 7 {
				t.Errorf("%d are for sale of 7", left["shoe c1"])
			}
		})
	}
}

// whoSees lets another transaction go on when something was seen of it, or nothing will be.
type whoSees struct {
	store.DB
	goOn func()
}

func (d *whoSees) Query(ctx context.Context, q store.Query) (store.Page, error) {
	defer d.goOn()
	return d.DB.Query(ctx, q)
}

func (d *whoSees) Snapshot(ctx context.Context, gets ...store.Get) ([]store.Item, error) {
	defer d.goOn()
	return d.DB.Snapshot(ctx, gets...)
}

func (d *whoSees) Apply(ctx context.Context, w store.Write) (store.Item, error) {
	defer d.goOn()
	return d.DB.Apply(ctx, w)
}
