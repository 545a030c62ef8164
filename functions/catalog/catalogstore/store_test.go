package catalogstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
)

var at = time.Date(2026, 11, 27, 8, 30, 0, 123456789, time.UTC)

func product(n int, category string) catalog.Product {
	return catalog.Product{ID: ids.Derive(ids.Product, fmt.Sprint(n)), Title: "Boots", Bullets: []string{"a"}, CategoryID: category,
		CategoryPath: []string{category},
		Attributes:   map[string]string{"size": "4"}, Images: []string{"https://a.example/x"}, Version: 1, UpdatedAt: at}
}

func TestProducts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), &Store{DB: db}
		p := product(1, "boots")
		if _, err := s.Get(ctx, p.ID); !errors.Is(err, catalog.ErrProductNotFound) {
			t.Fatal(err)
		}
		if err := s.Save(ctx, p, 0); err != nil {
			t.Fatal(err)
		}
		for _, previous := range []int64{0, 2} {
			if err := s.Save(ctx, p, previous); !errors.Is(err, catalog.ErrChanged) {
				t.Errorf("over version %d: %v", previous, err)
			}
		}
		p.Title, p.Version, p.Bullets, p.Attributes = "Other", 2, nil, nil
		if err := s.Save(ctx, p, 1); err != nil {
			t.Fatal(err)
		}
		got, err := s.Get(ctx, p.ID)
		if d := cmp.Diff(p, got); err != nil || d != "" {
			t.Error(err, d)
		}
		list := []string{p.ID, product(2, "boots").ID}
		for n := range 150 {
			list = append(list, product(1000+n, "x").ID)
		}
		many, err := s.GetMany(ctx, list...)
		if d := cmp.Diff(map[string]catalog.Product{p.ID: p}, many); err != nil || d != "" {
			t.Error(err, d)
		}
		for i, want := range []bool{true, false} {
			if ok, err := s.Exists(ctx, list[i]); ok != want || err != nil {
				t.Error(i, ok, err)
			}
		}
	})
}

func TestPagesHoldEachProductOfACategoryOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), &Store{DB: db}
		var want []string
		for n := range 23 {
			category := "boots"
			if n%5 == 0 {
				category = "hats"
			} else {
				want = append(want, product(n, "").ID)
			}
			if err := s.Save(ctx, product(n, category), 0); err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		for after, pages := "", 0; ; pages++ {
			list, next, err := s.Page(ctx, "boots", after, 4)
			if err != nil || pages > 9 {
				t.Fatal(pages, err)
			}
			for _, p := range list {
				got = append(got, p.ID)
			}
			if next == "" {
				break
			}
			after = next
		}
		slices.Sort(got)
		slices.Sort(want)
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		for _, after := range []string{"x", "#", "aaaaaaaa#" + want[0], rankOf("x") + "x"} {
			if _, _, err := s.Page(ctx, "boots", after, 4); fault.Code(err) != "invalid_cursor" {
				t.Errorf("%q: %v", after, err)
			}
		}
	})
}

// Ranks are spread evenly, whatever the ids: a rank that follows the ids would make one partition hot.
func TestRanksSpread(t *testing.T) {
	t.Parallel()
	count := map[byte]int{}
	for n := range 3200 {
		count[rankOf(fmt.Sprintf("prd_%026d", n))[0]]++
	}
	for c, n := range count {
		if n < 50 || n > 170 {
			t.Errorf("%d of 3200 ranks begin with %c", n, c)
		}
	}
	if len(count) != 32 {
		t.Errorf("%d first characters", len(count))
	}
}

// smallPages is a DB whose queries end early, as DynamoDB's do at 1 MB.
type smallPages struct{ store.DB }

func (d smallPages) Query(ctx context.Context, q store.Query) (store.Page, error) {
	q.Limit = 1
	return d.DB.Query(ctx, q)
}

func TestCategories(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), &Store{DB: smallPages{db}}
		if err := s.Save(ctx, product(1, "outdoor"), 0); err != nil {
			t.Fatal(err)
		}
		outdoor, boots := catalog.Category{ID: "outdoor", Name: "Outdoor"}, catalog.Category{ID: "boots", Name: "Boots", Parent: "outdoor"}
		for _, c := range []catalog.Category{outdoor, boots, {ID: "boots", Name: "Moved"}} {
			got, err := s.Register(ctx, c)
			want := map[string]catalog.Category{"outdoor": outdoor, "boots": boots}[c.ID]
			if !cmp.Equal(got, want) || err != nil {
				t.Error(got, err)
			}
		}
		if err := errors.Join(s.Rename(ctx, "boots", "Shoes", map[string]string{"size": "number"}), s.Rename(ctx, "boots", "Shoes", nil),
			s.Rename(ctx, "gone", "x", nil)); err != nil {
			t.Error(err)
		}
		boots.Name, boots.Attributes = "Shoes", map[string]string{"size": "number"}
		list, err := s.Categories(ctx)
		if d := cmp.Diff([]catalog.Category{boots, outdoor}, list); err != nil || d != "" {
			t.Error(err, d)
		}
		one, err := s.Category(ctx, "boots")
		if !cmp.Equal(one, boots) || err != nil {
			t.Error(one, err)
		}
		if _, err := s.Category(ctx, "gone"); !errors.Is(err, catalog.ErrCategoryNotFound) {
			t.Error(err)
		}
		known, err := s.Registered(ctx, "boots", "gone")
		if d := cmp.Diff(map[string]catalog.Category{"boots": boots}, known); err != nil || d != "" {
			t.Error(err, d)
		}
	})
}

func image(t *testing.T, version int64) store.Item {
	t.Helper()
	p := product(1, "boots")
	p.Version = version
	i, err := store.Marshal(ranked{record(p), rankOf(p.ID)})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestEvents(t *testing.T) {
	t.Parallel()
	c, err := store.Marshal(map[string]string{"pk": "category#boots", "category_id": categories})
	if err != nil {
		t.Fatal(err)
	}
	id := product(1, "").ID
	for name, x := range map[string]struct {
		change outbox.Change
		want   []catalog.ProductChanged
	}{
		"new":              {outbox.Change{New: image(t, 1)}, []catalog.ProductChanged{{ProductID: id, Version: 1}}},
		"changed":          {outbox.Change{Old: image(t, 1), New: image(t, 2)}, []catalog.ProductChanged{{ProductID: id, Version: 2}}},
		"deleted":          {outbox.Change{Old: image(t, 2)}, []catalog.ProductChanged{{ProductID: id, Version: 2, Deleted: true}}},
		"unchanged":        {outbox.Change{Old: image(t, 2), New: image(t, 2)}, nil},
		"category":         {outbox.Change{New: c}, nil},
		"category renamed": {outbox.Change{Old: c, New: c}, nil},
		"category deleted": {outbox.Change{Old: c}, nil},
	} {
		es, err := Events(x.change)
		var got []catalog.ProductChanged
		for _, e := range es {
			var d catalog.ProductChanged
			if err := e.Into(&d); err != nil || e.Key != d.ProductID || e.Name != "ProductChanged" {
				t.Error(name, e, err)
			}
			got = append(got, d)
		}
		if d := cmp.Diff(x.want, got); err != nil || d != "" {
			t.Error(name, err, d)
		}
	}
}

// The published example is what the code publishes, field for field.
func TestExample(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../../events/catalog/ProductChanged.v1.example.json")
	if err != nil {
		t.Fatal(err)
	}
	e, err := outbox.Decode(b)
	if err != nil || e.Name != "ProductChanged" {
		t.Fatal(e, err)
	}
	var data catalog.ProductChanged
	if err := e.Into(&data); err != nil {
		t.Fatal(err)
	}
	var want, got any
	again, err := json.Marshal(data)
	if err != nil || json.Unmarshal(e.Data, &want) != nil || json.Unmarshal(again, &got) != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
