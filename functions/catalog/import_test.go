package catalog_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/catalog"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/rows"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/memory"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func newImporter(db store.DB) *catalog.Importer {
	s := &catalogstore.Store{DB: db}
	return &catalog.Importer{Products: s, Categories: s, Now: func() time.Time { return noon }}
}

func raw(t *testing.T, list ...any) []json.RawMessage {
	t.Helper()
	var out []json.RawMessage
	for _, p := range list {
		if raw, ok := p.(string); ok {
			out = append(out, json.RawMessage(raw))
			continue
		}
		b, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}

func run(t *testing.T, s *catalog.Importer, b catalog.Batch) rows.Report {
	t.Helper()
	r, err := s.Import(context.Background(), b)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func codes(r rows.Report) []string {
	var out []string
	for i, x := range r.Rows {
		if x.Line != i || (x.Code == "") != (x.Message == "") {
			out = append(out, "malformed report")
		}
		out = append(out, x.Code)
	}
	return out
}

func TestABadRowNeverBlocksAGoodOne(t *testing.T) {
	t.Parallel()
	db := memory.New()
	s := newImporter(db)
	untitled, moved := boots(2), boots(3)
	untitled.Title = ""
	moved.CategoryID, moved.CategoryPath = "new", []string{"outdoor-footwear", "new"}
	r := run(t, s, catalog.Batch{Products: raw(t, untitled, boots(1), `{"title":5}`, `7`, `{"product_id":"x","price":1}`, boots(1), moved, boots(4))})
	want := []string{"invalid_product", "", "malformed_row", "malformed_row", "malformed_row", "duplicate_row", "category_conflict", ""}
	if d := cmp.Diff(want, codes(r)); d != "" {
		t.Fatal(d)
	}
	if r.Written != 2 || r.Failed != 6 || r.Unchanged != 0 || r.Rows[0].Message != "/title must have at least 1 characters" ||
		r.Rows[1].ID != boots(1).ID {
		t.Errorf("%+v", r)
	}
	if n := len(db.Items("products")); n != 4 { // two products, two categories
		t.Errorf("%d items", n)
	}
}

func TestTheSameBatchTwiceWritesNothing(t *testing.T) {
	t.Parallel()
	var writes atomic.Int64
	db := memory.New()
	db.Before = func(_ context.Context, op string, _ []store.Write) error {
		if op == "Apply" || op == "Transact" {
			writes.Add(1)
		}
		return nil
	}
	s := newImporter(db)
	b := catalog.Batch{Products: raw(t, boots(1), boots(2)), Categories: []catalog.CategoryName{{ID: "outdoor", Name: "Outdoor & trail"}}}
	if r := run(t, s, b); r.Written != 2 {
		t.Fatalf("%+v", r)
	}
	before := writes.Load()
	if r := run(t, s, b); r.Unchanged != 2 || r.Written != 0 || r.Failed != 0 || writes.Load() != before {
		t.Fatalf("%+v, %d writes", r, writes.Load()-before)
	}
	changed := boots(1)
	changed.Title, changed.Version = "Other boots", 99 // a version is not read
	if r := run(t, s, catalog.Batch{Products: raw(t, changed, boots(2))}); r.Written != 1 || r.Unchanged != 1 {
		t.Fatalf("%+v", r)
	}
	p, err := s.Products.Get(context.Background(), boots(1).ID)
	changed.Version, changed.UpdatedAt = 2, noon
	if d := cmp.Diff(changed, p); err != nil || d != "" {
		t.Error(err, d)
	}
}

func TestAnImportWinsOverWhatCameBetween(t *testing.T) {
	t.Parallel()
	db := memory.New()
	other := newImporter(db)
	run(t, other, catalog.Batch{Products: raw(t, boots(1))})
	var once atomic.Bool
	db.Before = func(ctx context.Context, op string, _ []store.Write) error {
		if op == "Apply" && once.CompareAndSwap(false, true) {
			between := boots(1)
			between.Title, between.Version = "Between", 2
			return (&catalogstore.Store{DB: db}).Save(ctx, between, 1)
		}
		return nil
	}
	mine := boots(1)
	mine.Title = "Mine"
	if r := run(t, newImporter(db), catalog.Batch{Products: raw(t, mine)}); r.Written != 1 {
		t.Fatalf("%+v", r)
	}
	p, err := other.Products.Get(context.Background(), boots(1).ID)
	if err != nil || p.Title != "Mine" || p.Version != 3 {
		t.Errorf("%+v %v", p, err)
	}
}

func TestAFailedWriteIsItsRowsAlone(t *testing.T) {
	t.Parallel()
	db := memory.New()
	run(t, newImporter(db), catalog.Batch{Products: raw(t, boots(9))}) // the categories
	var n atomic.Int64
	db.Before = func(_ context.Context, op string, _ []store.Write) error {
		if op == "Apply" && n.Add(1) == 1 {
			return errors.New("the network is away")
		}
		return nil
	}
	r := run(t, newImporter(db), catalog.Batch{Products: raw(t, boots(1), boots(2), boots(3))})
	if r.Written != 2 || r.Failed != 1 {
		t.Fatalf("%+v", r)
	}
	for _, x := range r.Rows {
		if (x.Code == "internal") != x.Retry || x.Message == "the network is away" {
			t.Errorf("%+v", x)
		}
	}
}

func TestNamesOfCategoriesAreKept(t *testing.T) {
	t.Parallel()
	db := memory.New()
	s := newImporter(db)
	service := &catalog.Service{Categories: s.Categories}
	run(t, s, catalog.Batch{Products: raw(t, boots(1))})
	run(t, s, catalog.Batch{Categories: []catalog.CategoryName{{ID: "outdoor-footwear", Name: "Shoes"}, {ID: "unknown", Name: "Nothing"}}})
	run(t, s, catalog.Batch{Products: raw(t, boots(2))})
	tree, err := service.Tree(context.Background())
	got := map[string]string{}
	for _, root := range tree {
		if root.ID == "outdoor" {
			got[root.ID] = root.Name
			for _, c := range root.Children {
				got[c.ID] = c.Name
			}
		}
	}
	if err != nil || got["outdoor"] != "Outdoor" || got["outdoor-footwear"] != "Shoes" || got["unknown"] != "" {
		t.Error(got, err)
	}
}

func TestBatchesThatAreNone(t *testing.T) {
	t.Parallel()
	s := newImporter(memory.New())
	for code, b := range map[string]catalog.Batch{
		"batch_too_large":  {Products: make([]json.RawMessage, 101)},
		"invalid_category": {Categories: []catalog.CategoryName{{ID: "a", Name: " "}}},
	} {
		if _, err := s.Import(context.Background(), b); fault.Code(err) != code {
			t.Errorf("%s: %v", code, err)
		}
	}
	if r := run(t, s, catalog.Batch{}); r.Rows == nil || len(r.Rows) != 0 {
		t.Errorf("%+v", r)
	}
}
