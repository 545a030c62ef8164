package catalog_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/catalog/catalogstore"
)

// Seen to catch: a page shown, or listed in its category, while it is withheld; an edit of its seller, or an import, that shows it
// again; a restore that shows what was said before and not what is said now.
func TestAPageThatIsTakenDown(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, db := newListings(t)
	kept := &catalogstore.Store{DB: db}
	pages := &catalog.Service{Products: kept, Categories: kept, BuyBoxes: kept, Variants: kept}
	takedowns := &catalog.TakedownService{Products: kept, Now: s.Now}
	listed, _, err := s.List(ctx, north, content("Boots"))
	if err != nil {
		t.Fatal(err)
	}
	id := listed.Product.ID
	shown := func(want bool, what string) {
		t.Helper()
		_, err := pages.Product(ctx, id, "US")
		list, _, browse := pages.Browse(ctx, "boots", "US", "", 10)
		exists, read := kept.Exists(ctx, id)
		barred, _ := kept.Barred(ctx, id)
		if (err == nil) != want || (len(list) == 1) != want || exists != want || (barred[id] == nil) != want || browse != nil || read != nil ||
			!want && !errors.Is(err, catalog.ErrProductNotFound) {
			t.Errorf("%s: %v; %d listed; exists %v, barred %v; %v %v", what, err, len(list), exists, barred[id], browse, read)
		}
	}
	for _, bad := range []string{"", " ", strings.Repeat("x", catalog.MaxReason+1), "\u200b"} {
		if err := takedowns.TakeDown(ctx, id, bad); !errors.Is(err, catalog.ErrReason) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	shown(true, "before")
	for range 2 {
		if err := takedowns.TakeDown(ctx, id, "counterfeit"); err != nil {
			t.Fatal(err)
		}
	}
	shown(false, "taken down")
	changed := content("Other boots")
	own, err := s.Edit(ctx, id, north, changed, catalog.Precondition{Version: 1, Given: true})
	if err != nil || own.Product.Withheld != "counterfeit" || own.Product.Version != 3 {
		t.Errorf("%+v %v", own.Product, err)
	}
	shown(false, "edited")
	row, err := json.Marshal(map[string]any{"product_id": id, "title": "Imported", "category_id": "boots",
		"category_path": []string{"outdoor", "boots"}})
	if err != nil {
		t.Fatal(err)
	}
	importer := &catalog.Importer{Products: kept, Categories: kept, Now: time.Now}
	if r, err := importer.Import(ctx, catalog.Batch{Products: []json.RawMessage{row}}); err != nil || r.Written != 1 {
		t.Fatal(r, err)
	}
	shown(false, "imported")
	if err := takedowns.Restore(ctx, id); err != nil {
		t.Fatal(err)
	}
	shown(true, "restored")
	if l, err := pages.Product(ctx, id, "US"); err != nil || l.Product.Title != "Imported" {
		t.Errorf("%+v %v", l.Product, err)
	}
}
