package inventorystore

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/store"
	"rialto/functions/internal/tables"
	"rialto/functions/inventory"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/recorded"
	"rialto/functions/laboratory/storetest"
)

// What the counts of a chunk cost, in calls and units. Seen to catch: stock read row by row; a count that is a
// transaction; a journal read of stock that has not moved lately; a repetition that writes.
func TestWhatAChunkOfCountsCosts(t *testing.T) {
	t.Parallel()
	db := &recorded.DB{DB: memory.New(), Tables: tables.All()}
	s := Store{DB: db}
	chunk := func(feed string, n int64, asOf time.Time) (list []inventory.Change) {
		for i := range 100 {
			c := count(fmt.Sprint(feed, i), n, asOf)
			c.ProductID = fmt.Sprint("p", i)
			list = append(list, c)
		}
		return list
	}
	first, second := chunk("a", 7, now), chunk("b", 5, now.Add(time.Minute))
	for _, c := range []struct {
		name    string
		list    []inventory.Change
		changed int
		want    string
	}{
		// New stock is written to its seller's list, too, and never again.
		{"new stock", first, 100, "GetMany 1, Snapshot 0, Query 0, Apply 100, Transact 0: 200 write units, 100 read units"},
		{"the same chunk again", first, 0, "GetMany 1, Snapshot 0, Query 0, Apply 0, Transact 0: 0 write units, 100 read units"},
		{"a later count", second, 100, "GetMany 1, Snapshot 0, Query 0, Apply 100, Transact 0: 100 write units, 100 read units"},
		{"a count that stands", chunk("c", 5, now.Add(2*time.Minute)), 0,
			"GetMany 1, Snapshot 0, Query 0, Apply 100, Transact 0: 100 write units, 100 read units"},
		{"a count after something moved", chunk("d", 4, now.Add(3*time.Minute)), 100,
			"GetMany 1, Snapshot 100, Query 100, Apply 100, Transact 0: 100 write units, 400 read units"},
		{"a count a day later", chunk("e", 3, now.Add(24*time.Hour)), 100,
			"GetMany 1, Snapshot 0, Query 0, Apply 100, Transact 0: 100 write units, 100 read units"},
		{"an older count", first, -100, "GetMany 1, Snapshot 0, Query 0, Apply 0, Transact 0: 0 write units, 100 read units"},
	} {
		if c.name == "a count after something moved" {
			for n, ch := range c.list {
				moved := adjust(fmt.Sprint("m", n), 1)
				moved.SKU = ch.SKU
				must(t, s, moved, now.Add(150*time.Second))
			}
		}
		db.Reset()
		stock, err := s.Prefetch(ctx, c.list, now.Add(25*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		changed := 0
		for _, ch := range c.list {
			did, err := stock.Apply(ctx, ch, now.Add(25*time.Hour))
			switch {
			case errors.Is(err, inventory.ErrSuperseded):
				changed--
			case err != nil:
				t.Fatal(err)
			case did:
				changed++
			}
		}
		calls, w, r := map[string]int{}, 0.0, 0.0
		for _, x := range db.Calls() {
			calls[x.Operation]++
			w, r = w+x.WCU, r+x.RCU
		}
		got := fmt.Sprintf("GetMany %d, Snapshot %d, Query %d, Apply %d, Transact %d: %v write units, %v read units", calls["GetMany"], calls["Snapshot"],
			calls["Query"],
			calls["Apply"], calls["Transact"], w, r)
		if d := cmp.Diff(c.want, got); d != "" || changed != c.changed {
			t.Error(c.name, changed, d)
		}
	}
}

// Changes of one chunk that are about one stock, and of stock that is divided. Seen to catch: a reading used twice; a
// last count that divided stock does not have.
func TestAChunkBooksWhatItsRowsSay(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := stocked(t, db, pick{shoe, "c1", 20}, pick{sock, "c1", 20})
		divide(t, s, sock, 3)
		of := func(sku inventory.SKU, c inventory.Change) inventory.Change {
			c.SKU, c.ID = sku, c.ID+sku.ProductID
			return c
		}
		at := func(n int) time.Time { return now.Add(time.Duration(n) * time.Second) }
		bad := count("", 1, at(1))
		bad.Centre = ""
		for round := range 2 {
			var list []inventory.Change
			for _, sku := range []inventory.SKU{shoe, sock} {
				list = append(list, of(sku, count("k1", 18, at(5))), of(sku, adjust("a1", -3)), of(sku, count("k2", 14, at(75))),
					of(sku, count("k0", 14, at(4))))
			}
			stock, err := s.Prefetch(ctx, append(list, bad), at(100))
			if err != nil {
				t.Fatal(err)
			}
			var got string
			for i, c := range append(list, bad) {
				did, err := stock.Apply(ctx, c, at(60+i%4*10))
				got += fmt.Sprint(did, " ", err != nil, " ")
			}
			want := "true false true false true false false true "
			if round > 0 { // k1 is older than what was booked since
				want = "false true false false false false false true "
			}
			if d := cmp.Diff(want+want+"false true ", got); d != "" {
				t.Error(round, d)
			}
			if left := balanced(t, s, nil, shoe, sock); left["shoe c1"] != 14 || left["sock c1"] != 14 {
				t.Error(left)
			}
		}
	})
}
