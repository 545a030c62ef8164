package store_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"rialto/functions/contract/tables"
	"rialto/functions/internal/store"
)

func text(n int) string { return strings.Repeat("x", n) }

func TestSizes(t *testing.T) {
	t.Parallel()
	n := func(v string) types.AttributeValue { return &types.AttributeValueMemberN{Value: v} }
	s := func(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
	for _, c := range []struct {
		name string
		item store.Item
		want int
	}{
		{"nothing", nil, 0},
		{"text is UTF-8, names too", store.Item{"å": s("日本")}, 2 + 6},
		{"numbers go by two digits", store.Item{"n": n("1234")}, 1 + 3},
		{"an odd digit takes a byte", store.Item{"n": n("12345")}, 1 + 4},
		{"outer zeroes are trimmed", store.Item{"n": n("001200.00")}, 1 + 2},
		{"a minus takes a byte", store.Item{"n": n("-12")}, 1 + 3},
		{"zero", store.Item{"n": n("0")}, 1 + 1},
		{"true, false and null", store.Item{"a": &types.AttributeValueMemberBOOL{Value: true}, "b": &types.AttributeValueMemberNULL{Value: true}}, 2 + 2},
		{"raw bytes", store.Item{"b": &types.AttributeValueMemberB{Value: make([]byte, 10)}}, 11},
		{"a set is its members", store.Item{"s": &types.AttributeValueMemberSS{Value: []string{"a", "bc"}}}, 1 + 3},
		{"an empty list", store.Item{"l": &types.AttributeValueMemberL{}}, 1 + 3},
		{"a list", store.Item{"l": &types.AttributeValueMemberL{Value: []types.AttributeValue{s("ab"), n("1")}}}, 1 + 3 + (2 + 1) + (2 + 1)},
		{"a map", store.Item{"m": &types.AttributeValueMemberM{Value: store.Item{"k": s("ab")}}}, 1 + 3 + (1 + 2 + 1)},
	} {
		if got := store.Size(c.item); got != c.want {
			t.Errorf("%s: %d bytes, want %d", c.name, got, c.want)
		}
	}
}

func TestUnits(t *testing.T) {
	t.Parallel()
	item := func(bytes int, more ...string) store.Item {
		i := store.Item{"pk": &types.AttributeValueMemberS{Value: "a"}, "text": &types.AttributeValueMemberS{Value: text(bytes)}}
		for n := 0; n+1 < len(more); n += 2 {
			i[more[n]] = &types.AttributeValueMemberS{Value: more[n+1]}
		}
		return i
	}
	plain := tables.Table{}
	due := tables.Table{Indexes: []tables.Index{{Name: "due", Hash: "h", Sort: "s"}}}
	keys := tables.Table{Indexes: []tables.Index{{Name: "keys", Hash: "h", Sort: "s", KeysOnly: true}}}
	for _, c := range []struct {
		name        string
		table       tables.Table
		old, new    store.Item
		transaction bool
		want, least float64
	}{
		{"nothing there, nothing made", plain, nil, nil, false, 1, 1},
		{"put", plain, nil, item(900), false, 1, 1},
		{"put of over 1 KB", plain, nil, item(1100), false, 2, 1},
		{"the item before counts if it is larger", plain, item(2100), item(10), false, 3, 1},
		{"delete", plain, item(1100), nil, false, 2, 1},
		{"a transaction pays twice", plain, nil, item(1100), true, 4, 2},
		{"put into an index", due, nil, item(10, "h", "1", "s", "1"), false, 2, 2},
		{"not in the index without its sort key", due, nil, item(10, "h", "1"), false, 1, 1},
		{"out of the index", due, item(1100, "h", "1", "s", "1"), item(10), false, 4, 2},
		{"moved in the index", due, item(10, "h", "1", "s", "1"), item(10, "h", "1", "s", "2"), false, 3, 3},
		{"changed in the index", due, item(10, "h", "1", "s", "1"), item(11, "h", "1", "s", "1"), false, 2, 2},
		{"unchanged in the index", due, item(10, "h", "1", "s", "1"), item(10, "h", "1", "s", "1"), false, 1, 1},
		{"an index of keys is small", keys, nil, item(1100, "h", "1", "s", "1"), false, 3, 2},
		{"unchanged in an index of keys", keys, item(10, "h", "1", "s", "1"), item(11, "h", "1", "s", "1"), false, 1, 1},
		{"an index pays once in a transaction", due, nil, item(10, "h", "1", "s", "1"), true, 3, 3},
	} {
		if got := store.WriteUnits(c.table, c.old, c.new, c.transaction); got != c.want {
			t.Errorf("%s: %v units, want %v", c.name, got, c.want)
		}
		if got := store.LeastUnits(c.table, c.old, c.new, c.transaction); got != c.least {
			t.Errorf("%s: at least %v units, want %v", c.name, got, c.least)
		}
	}
	if got := store.RefusedUnits(item(2100), item(10), true); got != 6 {
		t.Errorf("refused: %v units", got)
	}
	for bytes, want := range map[int]float64{0: 1, 4096: 1, 4097: 2} {
		if got := store.ReadUnits(bytes, store.Strongly); got != want {
			t.Errorf("reading %d bytes: %v units", bytes, got)
		}
	}
	if e, tr := store.ReadUnits(5000, store.Eventually), store.ReadUnits(5000, store.Transactional); e != 1 || tr != 4 {
		t.Errorf("eventually %v, in a transaction %v", e, tr)
	}
}

func TestDepthCountsWhatWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		db := &store.Recorded{DB: store.NewMemory(), Delay: func(context.Context) { time.Sleep(time.Millisecond) }}
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
		if n := len(store.Depth(db.Calls())); n != 4 {
			t.Errorf("depth %d, want 4", n)
		}
	})
}

func TestARecordingChangesNothing(t *testing.T) {
	t.Parallel()
	ctx, key := context.Background(), store.Key{PK: "a"}
	db := &store.Recorded{DB: store.NewMemory(), Tables: tables.All()}
	apply(t, db, store.Put("carts", key, record{N: 1}))
	if err := db.Transact(ctx, store.Update("carts", key).Add("n", 1).If(store.Eq("n", 9)), store.Put("orders", key, record{})); err == nil {
		t.Fatal("a refusal was lost")
	}
	if r, ok := read(t, db, "carts", key); !ok || r.N != 1 {
		t.Fatalf("%+v", r)
	}
	var got []store.Call
	for _, c := range db.Calls() {
		c.Writes = nil
		got = append(got, c)
	}
	want := []store.Call{
		{Operation: "Apply", Tables: []string{"carts"}, WCU: 1, LeastWCU: 1, Begun: 1, Ended: 2, Exact: true},
		{Operation: "Transact", Tables: []string{"carts", "orders"}, WCU: 4, LeastWCU: 4, Begun: 3, Ended: 4, Exact: true, Refused: true},
		{Operation: "Get", Tables: []string{"carts"}, Read: 10, RCU: 1, Begun: 5, Ended: 6, Exact: true},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatal(d)
	}
}
