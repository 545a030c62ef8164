package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
)

type record struct {
	N    int64  `dynamodbav:"n"`
	Name string `dynamodbav:"name"`
}

func read(t *testing.T, db store.DB, table string, key store.Key) (record, bool) {
	t.Helper()
	i, err := db.Get(context.Background(), table, key)
	if err != nil {
		t.Fatal(err)
	}
	var r record
	if err := store.Unmarshal(i, &r); err != nil {
		t.Fatal(err)
	}
	return r, i != nil
}

func apply(t *testing.T, db store.DB, ws ...store.Write) {
	t.Helper()
	for _, w := range ws {
		if _, err := db.Apply(context.Background(), w); err != nil {
			t.Fatal(err)
		}
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		key := store.Key{PK: "a"}
		apply(t, db, store.Put("carts", key, record{N: 5, Name: "x"}))
		for _, c := range []struct {
			name string
			cond store.Cond
			want bool
		}{
			{"exists", store.Exists(), true}, {"absent", store.Absent(), false},
			{"has", store.Has("name"), true}, {"has not", store.Has("other"), false}, {"lacks", store.Lacks("other"), true},
			{"eq", store.Eq("n", 5), true}, {"eq other", store.Eq("n", 6), false}, {"eq absent", store.Eq("other", 6), false},
			{"eq of another type", store.Eq("n", "5"), false}, {"ne of another type", store.Ne("n", "5"), true}, {"ne absent", store.Ne("other", 1), true},
			{"lt", store.Lt("n", 6), true}, {"lt itself", store.Lt("n", 5), false}, {"le", store.Le("n", 5), true},
			{"gt", store.Gt("n", 4), true}, {"ge absent", store.Ge("other", 0), false}, {"lt absent", store.Lt("other", 9), false},
			{"numbers are not text", store.Lt("n", 40), true}, {"text", store.Gt("name", "w"), true},
			{"all", store.All(store.Exists(), store.Eq("n", 5)), true}, {"all but one", store.All(store.Exists(), store.Eq("n", 6)), false},
			{"any", store.Any(store.Absent(), store.Eq("n", 5)), true}, {"none", store.Any(store.Absent(), store.Eq("n", 6)), false},
			{"not", store.Not(store.Eq("n", 6)), true}, {"not absent", store.Not(store.Eq("other", 6)), true},
		} {
			_, err := db.Apply(context.Background(), store.Update("carts", key).Set("name", "x").If(c.cond))
			found, failed := store.FailedCondition(err)
			if failed == c.want || err != nil && !failed {
				t.Errorf("%s: %v", c.name, err)
			}
			if failed && found["n"] == nil {
				t.Errorf("%s: a refusal does not show the item", c.name)
			}
		}
	})
}

func TestUpdates(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		key := store.Key{PK: "a", SK: "b"}
		after, err := db.Apply(context.Background(), store.Update("offers", key).Add("n", 7).Set("name", "x").SetIfAbsent("first", "1"))
		if err != nil {
			t.Fatal(err)
		}
		var r record
		if err := store.Unmarshal(after, &r); err != nil || r != (record{7, "x"}) {
			t.Fatalf("%+v %v", r, err)
		}
		apply(t, db, store.Update("offers", key).Add("n", -10).Remove("name").SetIfAbsent("first", "2"))
		i, err := db.Get(context.Background(), "offers", key)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			N     int64  `dynamodbav:"n"`
			Name  string `dynamodbav:"name"`
			First string `dynamodbav:"first"`
		}
		if err := store.Unmarshal(i, &got); err != nil || got.N != -3 || got.Name != "" || got.First != "1" {
			t.Fatalf("%+v %v", got, err)
		}
		apply(t, db, store.Delete("offers", key))
		if _, there := read(t, db, "offers", key); there {
			t.Fatal("a deleted item is there")
		}
	})
}

func TestTransactionsAreAllOrNone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx := context.Background()
		a, b := store.Key{PK: "a"}, store.Key{PK: "b"}
		apply(t, db, store.Put("carts", a, record{N: 1}))
		err := db.Transact(ctx,
			store.Put("orders", b, record{N: 9}).If(store.Absent()).Named("order"),
			store.Update("carts", a).Add("n", -2).If(store.Ge("n", 2)).Named("stock"))
		refused, ok := store.AsRefused(err)
		if !ok {
			t.Fatalf("got %v", err)
		}
		if r, ok := refused.Failed("stock"); !ok || r.Found["n"] == nil {
			t.Fatalf("the reason is missing: %+v", refused)
		}
		if _, ok := refused.Failed("order"); ok || refused.Transient() {
			t.Fatalf("wrong reason: %+v", refused)
		}
		if _, there := read(t, db, "orders", b); there {
			t.Fatal("half a transaction was written")
		}
		if err := db.Transact(ctx, store.Put("orders", b, record{N: 9}).If(store.Absent()), store.Check("carts", a, store.Eq("n", 1))); err != nil {
			t.Fatal(err)
		}
		if err := db.Transact(ctx, store.Delete("orders", b), store.Put("orders", b, record{})); err == nil {
			t.Fatal("one item was written twice in a transaction")
		}
	})
}

func TestReadsOfMany(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		apply(t, db, store.Put("carts", store.Key{PK: "a"}, record{N: 1}), store.Put("offers", store.Key{PK: "b", SK: "c"}, record{N: 2}))
		gets := []store.Get{{"carts", store.Key{PK: "none"}}, {"offers", store.Key{PK: "b", SK: "c"}}, {"carts", store.Key{PK: "a"}},
			{"carts", store.Key{PK: "a"}}}
		for name, do := range map[string]func(context.Context, ...store.Get) ([]store.Item, error){"many": db.GetMany} {
			items, err := do(context.Background(), gets...)
			if err != nil {
				t.Fatal(name, err)
			}
			var rs []record
			if err := store.UnmarshalAll(items[1:], &rs); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]record{{N: 2}, {N: 1}, {N: 1}}, rs); items[0] != nil || diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		items, err := db.Snapshot(context.Background(), gets[:3]...)
		if err != nil || items[0] != nil || items[1] == nil || items[2] == nil {
			t.Errorf("snapshot: %v %v", items, err)
		}
	})
}

func TestQueriesPage(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		for i := range 7 {
			apply(t, db, store.Put("products", store.Key{PK: fmt.Sprint("o", i)},
				map[string]any{"category_id": "c", "rank": fmt.Sprint("2026-0", i+1), "n": i}),
				store.Put("offers", store.Key{PK: "p", SK: fmt.Sprintf("US#%d", i)}, record{N: int64(i)}))
		}
		apply(t, db, store.Put("offers", store.Key{PK: "p", SK: "DE#1"}, record{N: 100}),
			store.Put("products", store.Key{PK: "other"}, map[string]any{"category_id": "d", "rank": "2026"}),
			store.Put("orders", store.Key{PK: "o"}, map[string]any{"customer_id": "c", "created_at": "2026", "n": 9}))
		all := func(q store.Query) (ns []int64, pages int) {
			for {
				p, err := db.Query(context.Background(), q)
				if err != nil {
					t.Fatal(err)
				}
				var rs []record
				if err := store.UnmarshalAll(p.Items, &rs); err != nil {
					t.Fatal(err)
				}
				for _, r := range rs {
					ns = append(ns, r.N)
				}
				if pages++; p.Next == nil {
					return ns, pages
				}
				q.After = p.Next
			}
		}
		for name, c := range map[string]struct {
			q     store.Query
			want  []int64
			pages int // where the query limits them
		}{
			"index, newest first": {store.Query{Table: "products", Index: "by_category", HashAttr: "category_id", SortAttr: "rank", Hash: "c",
				Limit: 3, Reverse: true}, []int64{6, 5, 4, 3, 2, 1, 0}, 3},
			"index, a range": {store.Query{Table: "products", Index: "by_category", HashAttr: "category_id", SortAttr: "rank", Hash: "c",
				From: "2026-02", To: "2026-03"}, []int64{1, 2}, 1},
			// no n
			"index of keys": {store.Query{Table: "orders", Index: "by_customer", HashAttr: "customer_id", SortAttr: "created_at", Hash: "c"}, []int64{0}, 1},
			"prefix":        {store.Query{Table: "offers", Hash: "p", Prefix: "US#", Limit: 5}, []int64{0, 1, 2, 3, 4, 5, 6}, 2},
			"up to":         {store.Query{Table: "offers", Hash: "p", To: "US#0"}, []int64{100, 0}, 1},
			"none":          {store.Query{Table: "offers", Hash: "q"}, nil, 1},
		} {
			ns, pages := all(c.q)
			if diff := cmp.Diff(c.want, ns); diff != "" || c.q.Limit > 0 && pages != c.pages {
				t.Errorf("%s: %d pages %s", name, pages, diff)
			}
		}
	})
}

func TestTwentyRacersAndOneWinner(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		var won atomic.Int32
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				err := db.Transact(context.Background(), store.Put("checkouts", store.Key{PK: "k"}, record{N: int64(i)}).If(store.Absent()))
				if err == nil {
					won.Add(1)
				} else if _, ok := store.AsRefused(err); !ok {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Fatalf("%d winners", won.Load())
		}
	})
}

// A write returns the item as that write left it, whoever writes beside. Seen to catch: a fake that reads the item
// after it let others in.
func TestAnUpdateReturnsItsOwnItem(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		var mu sync.Mutex
		seen := map[int64]bool{}
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				i, err := db.Apply(context.Background(), store.Update("carts", store.Key{PK: "n"}).Add("n", 1))
				var r record
				if err == nil {
					err = store.Unmarshal(i, &r)
				}
				mu.Lock()
				defer mu.Unlock()
				if err != nil || seen[r.N] {
					t.Errorf("%d was returned twice, or %v", r.N, err)
				}
				seen[r.N] = true
			})
		}
		all.Wait()
	})
}

// A place that a caller made up is refused as such, and is no failure of ours. Seen to catch: an empty key, and a place beyond the bounds
// of a query, sent to DynamoDB.
func TestAQueryGoesOnFromItsOwnPlaces(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		for _, sk := range []string{"a#1", "b#1", "b#2", "b#3"} {
			apply(t, db, store.Put("holds", store.Key{PK: "o", SK: sk}, record{Name: sk}))
		}
		for name, c := range map[string]struct {
			of    store.Query
			pk    string
			after string
			left  int
		}{
			"a place":             {store.Query{Prefix: "b#"}, "o", "b#1", 1},
			"one that is no item": {store.Query{Prefix: "b#"}, "o", "b#11", 1},
			"beyond the prefix":   {store.Query{Prefix: "b#"}, "o", "a#1", -1},
			"below":               {store.Query{From: "b#2", To: "b#3"}, "o", "b#1", -1},
			"above":               {store.Query{From: "a", To: "b#2"}, "o", "b#3", -1},
			"no sort key":         {store.Query{}, "o", "", -1},
			"no key":              {store.Query{}, "", "b#1", -1},
		} {
			q := c.of
			q.Table, q.Hash, q.Limit = "holds", "o", 1
			q.After, _ = store.Marshal(map[string]string{"pk": c.pk, "sk": c.after})
			p, err := db.Query(t.Context(), q)
			if refused := errors.Is(err, fault.ErrCursor); refused != (c.left < 0) || !refused && (err != nil || len(p.Items) != c.left) {
				t.Errorf("%s: %v %v", name, p.Items, err)
			}
		}
	})
}
