package recorded_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/store"
	"rialto/functions/internal/tables"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/recorded"
)

type record struct {
	N    int64  `dynamodbav:"n"`
	Name string `dynamodbav:"name"`
}

func TestDepthCountsWhatWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		db := &recorded.DB{DB: memory.New(), Delay: func(context.Context) { time.Sleep(time.Millisecond) }}
		get := func(pk string) {
			if _, err := db.Get(ctx, "carts", store.Key{PK: pk}); err != nil {
				t.Error(err)
			}
		}
		get("first")
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() { get("side by side") })
		}
		all.Go(func() { get("one"); get("after the other") })
		all.Wait()
		get("last")
		if n := len(db.Calls()); n != 24 {
			t.Errorf("%d calls", n)
		}
		if n := len(recorded.Depth(db.Calls())); n != 4 {
			t.Errorf("depth %d, want 4", n)
		}
	})
}

func TestARecordingChangesNothing(t *testing.T) {
	t.Parallel()
	ctx, key := context.Background(), store.Key{PK: "a"}
	db := &recorded.DB{DB: memory.New(), Tables: tables.All()}
	if _, err := db.Apply(ctx, store.Put("carts", key, record{N: 1})); err != nil {
		t.Fatal(err)
	}
	if err := db.Transact(ctx, store.Update("carts", key).Add("n", 1).If(store.Eq("n", 9)), store.Put("orders", key, record{})); err == nil {
		t.Fatal("a refusal was lost")
	}
	i, err := db.Get(ctx, "carts", key)
	if err != nil {
		t.Fatal(err)
	}
	var r record
	if err := store.Unmarshal(i, &r); err != nil || r.N != 1 {
		t.Fatalf("%+v %v", r, err)
	}
	var got []recorded.Call
	for _, c := range db.Calls() {
		c.Writes = nil
		got = append(got, c)
	}
	want := []recorded.Call{
		{Operation: "Apply", Tables: []string{"carts"}, WCU: 1, LeastWCU: 1, Begun: 1, Ended: 2, Exact: true},
		{Operation: "Transact", Tables: []string{"carts", "orders"}, WCU: 4, LeastWCU: 4, Begun: 3, Ended: 4, Exact: true, Refused: true},
		{Operation: "Get", Tables: []string{"carts"}, Read: 10, RCU: 1, Begun: 5, Ended: 6, Exact: true},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatal(d)
	}
}
