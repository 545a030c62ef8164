package memory_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/store"
	"rialto/functions/laboratory/memory"
)

// A query that is asked eventually, or of an index that lags, does not know of the last write to each item.
func TestEventualReadsAreOld(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), memory.New()
	put := func(sk string, n int) {
		t.Helper()
		i := map[string]any{"pk": "a", "sk": sk, "bucket": "b", "n": n}
		if _, err := db.Apply(ctx, store.Put("ledger", store.Key{PK: "a", SK: sk}, i)); err != nil {
			t.Fatal(err)
		}
	}
	put("changed", 1)
	put("changed", 2)
	put("deleted", 3)
	put("new", 4)
	if _, err := db.Apply(ctx, store.Delete("ledger", store.Key{PK: "a", SK: "deleted"})); err != nil {
		t.Fatal(err)
	}
	index := store.Query{Table: "ledger", Index: "any", HashAttr: "bucket", Hash: "b", SortAttr: "sk"}
	old, now := []string{"changed 1", "deleted 3"}, []string{"changed 2", "new 4"}
	for _, c := range []struct {
		lags bool
		q    store.Query
		want []string
	}{
		{false, store.Query{Table: "ledger", Hash: "a"}, now},
		{true, store.Query{Table: "ledger", Hash: "a"}, now},
		{false, store.Query{Table: "ledger", Hash: "a", Eventual: true}, old},
		{false, index, now},
		{true, index, old},
	} {
		db.Lagging = func() bool { return c.lags }
		page, err := db.Query(ctx, c.q)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, i := range page.Items {
			var r struct {
				SK string `dynamodbav:"sk"`
				N  int    `dynamodbav:"n"`
			}
			if err := store.Unmarshal(i, &r); err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprint(r.SK, " ", r.N))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%+v:\n%s", c, diff)
		}
	}
}

func TestExpire(t *testing.T) {
	t.Parallel()
	ctx, db, now := context.Background(), memory.New(), time.Unix(1_000, 0)
	for table, want := range map[string]int{"holds": 2, "orders": 3} { // orders have no time to live
		for pk, i := range map[string]map[string]any{"past": {"ttl": 999}, "now": {"ttl": 1_000}, "ever": {}} {
			if _, err := db.Apply(ctx, store.Put(table, store.Key{PK: pk}, i)); err != nil {
				t.Fatal(err)
			}
		}
		db.Expire(now)
		if got := db.Items(table); len(got) != want {
			t.Errorf("%s: %v", table, got)
		}
	}
}

// What a reader does to an item that it read changes nothing that is stored; only where readers share items they are not copied.
func TestReadsAreCopies(t *testing.T) {
	t.Parallel()
	ctx, key := context.Background(), store.Key{PK: "a"}
	for _, shared := range []bool{false, true} {
		db := memory.New()
		db.Shared = shared
		if _, err := db.Apply(ctx, store.Put("ledger", key, map[string]any{"n": 1})); err != nil {
			t.Fatal(err)
		}
		i, err := db.Get(ctx, "ledger", key)
		if err != nil {
			t.Fatal(err)
		}
		delete(i, "n")
		if kept := db.Peek("ledger", key)["n"] != nil; kept == shared {
			t.Errorf("shared %t: a reader's change is stored: %t", shared, !kept)
		}
	}
}
