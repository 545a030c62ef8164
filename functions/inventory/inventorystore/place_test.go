package inventorystore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/storetest"
)

// Seen to catch: the condition on available dropped (negative stock); holds placed outside the transaction.
func TestPlaceTakesAllOrNoneAndNamesWhatIsShort(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := stocked(t, db, pick{shoe, "c1", 3}, pick{shoe, "c2", 3}, pick{sock, "c1", 1})
		err := s.Place(ctx, "o1", planOf(pick{shoe, "c1", 2}, pick{shoe, "c2", 4}, pick{sock, "c1", 2},
			pick{inventory.SKU{ProductID: "new", SellerID: "s"}, "c1", 1}), later)
		mustCode(t, err, "item_unavailable")
		var at []string
		for _, f := range fault.Of(err).Fields {
			at = append(at, f.Pointer)
		}
		if diff := cmp.Diff([]string{"/lines/0", "/lines/1", "/lines/2"}, at); diff != "" || len(holdsOf(t, s, "o1")) != 0 {
			t.Error(diff, holdsOf(t, s, "o1"))
		}
		if err := s.Place(ctx, "o1", planOf(pick{shoe, "c1", 2}, pick{shoe, "c2", 3}), later); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]int64{"shoe c1": 1, "shoe c2": 0, "sock c1": 1}, balanced(t, s, []string{"o1"}, shoe, sock)); diff != "" {
			t.Error(diff)
		}
	})
}

// Seen to catch: its own holds not recognised; the condition on absence dropped (taken twice); the quantities not compared.
func TestARepetitionFindsItsOwnHoldsThoughNothingIsLeft(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := stocked(t, db, pick{shoe, "c1", 3}, pick{sock, "c1", 2})
		plan := planOf(pick{shoe, "c1", 3}, pick{sock, "c1", 2})
		for range 3 {
			if err := s.Place(ctx, "o1", plan, later); err != nil {
				t.Fatal(err)
			}
		}
		mustCode(t, s.Place(ctx, "o2", plan, later), "item_unavailable")
		mustCode(t, s.Place(ctx, "o1", planOf(pick{shoe, "c1", 2}, pick{sock, "c1", 2}), later), "hold_mismatch")
		mustCode(t, s.Place(ctx, "o1", planOf(pick{shoe, "c1", 3}, pick{sock, "c1", 2}, pick{shoe, "c2", 1}), later), "hold_mismatch")
		if err := commit(s, "o1", plan, now); err != nil {
			t.Fatal(err)
		}
		mustCode(t, s.Place(ctx, "o1", plan, later), "hold_committed")
		balanced(t, s, []string{"o1", "o2"}, shoe, sock)
	})
}

// Two lines may draw on one stock item, which a transaction can write only once. Seen to catch: a draw a line.
func TestLinesOfOneStockItemAreDrawnTogether(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := stocked(t, db, pick{shoe, "c1", 5})
		line := func(name string, n int64) inventory.PlannedLine {
			return inventory.PlannedLine{Line: name, ProductID: shoe.ProductID, SellerID: shoe.SellerID,
				Picks: []inventory.Pick{{Centre: "c1", Quantity: n}}}
		}
		err := s.Place(ctx, "o1", inventory.Plan{Lines: []inventory.PlannedLine{line("x", 3), line("y", 3)}}, later)
		mustCode(t, err, "item_unavailable")
		if n := len(fault.Of(err).Fields); n != 2 {
			t.Errorf("%d lines are named", n)
		}
		plan := inventory.Plan{Lines: []inventory.PlannedLine{line("x", 3), line("y", 2)}}
		if err := s.Place(ctx, "o1", plan, later); err != nil {
			t.Fatal(err)
		}
		if left := balanced(t, s, []string{"o1"}, shoe); left["shoe c1"] != 0 {
			t.Error(left)
		}
		if n, err := s.Release(ctx, "o1", plan, now); n != 2 || err != nil {
			t.Error(n, err)
		}
		if left := balanced(t, s, []string{"o1"}, shoe); left["shoe c1"] != 5 {
			t.Error(left)
		}
	})
}

// Forty buyers of two items, met in both orders, for what seventeen can have. Seen to catch: the condition on
// available dropped (all win).
func TestExactlyAsManyWinAsThereAreUnits(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		const units, buyers = 17, 40
		s := stocked(t, db, pick{shoe, "c1", units}, pick{sock, "c1", units})
		var won atomic.Int64
		var all sync.WaitGroup
		var orders []string
		for i := range buyers {
			order := fmt.Sprint("o", i)
			orders = append(orders, order)
			picks := []pick{{shoe, "c1", 1}, {sock, "c1", 1}}
			if i%2 == 1 {
				picks[0], picks[1] = picks[1], picks[0]
			}
			all.Go(func() {
				err := s.Place(ctx, order, planOf(picks...), later)
				for try := 0; try < 200 && err != nil && fault.Of(err).Kind.Transient(); try++ { // as the saga's Retry
					err = s.Place(ctx, order, planOf(picks...), later)
				}
				if err == nil {
					won.Add(1)
				} else if fault.Code(err) != "item_unavailable" {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if left := balanced(t, s, orders, shoe, sock); won.Load() != units || left["shoe c1"] != 0 || left["sock c1"] != 0 {
			t.Errorf("%d won, %v left", won.Load(), left)
		}
	})
}

// How a refusal is read, also those that no test can bring about at will. Seen to catch: "unavailable" said while
// an earlier try may have the hold.
func TestARefusalIsJudgedByTheHoldsFirst(t *testing.T) {
	t.Parallel()
	plan := planOf(pick{shoe, "c1", 1}, pick{sock, "c1", 2})
	wanted := plan.Holds("o1", 0)
	item := func(h inventory.Hold, edit func(*inventory.Hold)) store.Reason {
		edit(&h)
		i, err := store.Marshal(h)
		if err != nil {
			t.Fatal(err)
		}
		return store.Reason{Cause: store.ConditionFailed, Found: i}
	}
	mine := func(i int) store.Reason { return item(wanted[i], func(h *inventory.Hold) {}) }
	none, conflict := store.Reason{}, store.Reason{Cause: store.Conflicted}
	throttled, failed := store.Reason{Cause: store.Throttled}, store.Reason{Cause: store.ConditionFailed}
	for name, c := range map[string]struct {
		reasons []store.Reason
		want    string
	}{
		"own holds, empty stock":          {[]store.Reason{mine(0), mine(1), failed, failed}, ""},
		"short":                           {[]store.Reason{none, none, none, failed}, "item_unavailable"},
		"short, and the other item busy":  {[]store.Reason{none, none, conflict, failed}, "item_unavailable"},
		"short, but a hold is being made": {[]store.Reason{none, conflict, none, failed}, "inventory_contended"},
		"one own hold, the other busy":    {[]store.Reason{mine(0), conflict, failed, failed}, "inventory_contended"},
		"busy":                            {[]store.Reason{none, none, conflict, none}, "inventory_contended"},
		"throttled":                       {[]store.Reason{none, throttled, none, none}, "inventory_throttled"},
		"half of the holds":               {[]store.Reason{mine(0), none, none, none}, "hold_mismatch"},
		"a tombstone": {[]store.Reason{none, item(wanted[1],
			func(h *inventory.Hold) { h.State, h.Quantity = inventory.Released, 0 }), failed, none}, "hold_released"},
		"another quantity": {[]store.Reason{mine(0), item(wanted[1], func(h *inventory.Hold) { h.Quantity++ }), failed, none},
			"hold_mismatch"},
		"another sku": {[]store.Reason{mine(0), item(wanted[1], func(h *inventory.Hold) { h.SKU = shoe }), failed, none},
			"hold_mismatch"},
		"sold": {[]store.Reason{item(wanted[0], func(h *inventory.Hold) { h.State = inventory.Shipped }), mine(1),
			failed, none}, "hold_committed"},
		"a write the service rejects": {[]store.Reason{none, none, {Cause: store.Rejected}, none}, "internal"},
	} {
		db := memory.New()
		db.Before = func(_ context.Context, op string, _ []store.Write) error {
			if op != "Transact" {
				return nil
			}
			return &store.Refused{Reasons: c.reasons}
		}
		if err := storeOf(db).Place(ctx, "o1", plan, later); fault.Code(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPlaceRefusesWhatDoesNotFitATransaction(t *testing.T) {
	t.Parallel()
	s := Store{DB: memory.New()}
	var picks []pick
	for i := range 51 {
		picks = append(picks, pick{inventory.SKU{ProductID: fmt.Sprint("p", i), SellerID: "s"}, "c1", 1})
	}
	mustCode(t, s.Place(ctx, "o1", planOf(picks...), later), "too_many_lines")
	mustCode(t, s.Place(ctx, "o1", planOf(picks[:50]...), later), "item_unavailable")
	mustCode(t, s.Place(ctx, "o1", inventory.Plan{}, later), "plan_invalid")
}

func TestAnErrorThatIsNoRefusalKeepsItsCause(t *testing.T) {
	t.Parallel()
	db := memory.New()
	s := stocked(t, db, pick{shoe, "c1", 1})
	away := errors.New("connection reset")
	db.After = lose(away, 1)
	if err := s.Place(ctx, "o1", planOf(pick{shoe, "c1", 1}), later); !errors.Is(err, away) || !strings.Contains(err.Error(), "place") {
		t.Fatal(err)
	}
	if err := s.Place(ctx, "o1", planOf(pick{shoe, "c1", 1}), later); err != nil { // the answer was lost, not the hold
		t.Fatal(err)
	}
}
