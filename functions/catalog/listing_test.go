package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"rialto/functions/catalog"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/memory"
)

var (
	north, harbour = ids.Derive(ids.Seller, "north"), ids.Derive(ids.Seller, "harbour")
	summit         = ids.Derive(ids.Seller, "summit")
)

const gtin = "4006381333931"

// newListings is a service with two categories; boots take numbers, colours and whether they are dry.
func newListings(t fatal) (*catalog.ListingService, *memory.DB) {
	t.Helper()
	db := memory.New()
	s := &catalogstore.Store{DB: db}
	at := noon
	svc := &catalog.ListingService{Products: s, Categories: s, Contributions: s, Proposals: s, Variants: s,
		Now: func() time.Time { at = at.Add(time.Second); return at }}
	for _, c := range []catalog.Category{{ID: "outdoor", Name: "Outdoor"},
		{ID: "boots", Name: "Boots", Parent: "outdoor", Attributes: map[string]string{"size": catalog.Number, "eyelets": catalog.Integer,
			"dry": catalog.Boolean, "colour": "red|blue", "made": catalog.Text}},
		{ID: "high-boots", Name: "High", Parent: "boots"}, {ID: "anything", Name: "Anything"}} {
		if _, err := s.Register(context.Background(), c); err != nil {
			t.Fatal(err)
		}
	}
	return svc, db
}

// fatal is what *testing.T and *rapid.T share.
type fatal interface {
	Helper()
	Fatal(args ...any)
}

func content(title string) catalog.Content {
	return catalog.Content{Title: title, Brand: "Daybird", Model: "Trail 9", GTIN: gtin, CategoryID: "boots",
		Attributes: map[string]string{"size": "42.5"}}
}

func TestTwoSellersShareAPage(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, _ := newListings(t)
	trail := content("Trail boots")
	trail.Bullets = []string{"Leather"}
	first, existing, err := s.List(ctx, north, trail)
	p := first.Product
	if err != nil || existing || p.OwnerID != north || p.Version != 1 || !slices.Equal(p.CategoryPath, []string{"outdoor", "boots"}) ||
		len(first.Disputes) != 0 {
		t.Fatalf("%+v %v %v", first, existing, err)
	}
	if again, existing, err := s.List(ctx, north, trail); err != nil || !existing || again.Product.Version != 1 || again.Contribution.Version != 1 {
		t.Fatalf("the same again: %+v %v %v", again, existing, err)
	}
	if _, _, err := s.List(ctx, north, content("Other")); !errors.Is(err, catalog.ErrListed) {
		t.Fatal(err)
	}
	theirs := content("Cheap boots!!!")
	theirs.GTIN, theirs.Brand, theirs.Description = "0"+gtin, "DAY-BIRD", "Waterproof."
	theirs.Bullets = []string{"Light"}
	theirs.Attributes = map[string]string{"size": "43", "colour": "red"}
	second, existing, err := s.List(ctx, harbour, theirs)
	if err != nil || !existing || second.Product.ID != p.ID || second.Contribution.Title != theirs.Title {
		t.Fatalf("%+v %v %v", second, existing, err)
	}
	page, err := s.Products.Get(ctx, p.ID)
	if err != nil || page.Title != "Trail boots" || page.Brand != "Daybird" || page.Description != "Waterproof." || page.OwnerID != north ||
		!slices.Equal(page.Bullets, trail.Bullets) ||
		!maps.Equal(page.Attributes, map[string]string{"size": "42.5", "colour": "red"}) || page.Version != 2 {
		t.Fatalf("%+v %v", page, err)
	}
	want := []catalog.Dispute{{harbour, "/title", "Trail boots", "Cheap boots!!!"}, {harbour, "/brand", "Daybird", "DAY-BIRD"},
		{harbour, "/gtin", gtin, "0" + gtin}, {harbour, "/bullets", "Leather", "Light"}, {harbour, "/attributes/size", "42.5", "43"}}
	for _, seller := range []string{north, harbour} {
		l, err := s.Own(ctx, p.ID, seller)
		if d := cmp.Diff(want, l.Disputes); err != nil || d != "" {
			t.Error(seller, err, d)
		}
	}
	if _, err := s.Own(ctx, p.ID, summit); !errors.Is(err, catalog.ErrNotListed) {
		t.Error(err)
	}
	// The owner takes up one thing, and the dispute about it is over; another seller cannot.
	mine := trail
	mine.Attributes = map[string]string{"size": "43"}
	l, err := s.Edit(ctx, p.ID, north, mine, catalog.Precondition{Version: 1, Given: true})
	if err != nil || l.Product.Version != 3 || len(l.Disputes) != 4 {
		t.Fatalf("%+v %v", l, err)
	}
	theirs.Title = "Best boots"
	if l, err = s.Edit(ctx, p.ID, harbour, theirs, catalog.Precondition{Version: 1, Given: true}); err != nil || l.Product.Title != "Trail boots" ||
		l.Product.Version != 3 || l.Contribution.Version != 2 {
		t.Fatalf("%+v %v", l, err)
	}
}

func TestWhatNamesAProduct(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, _ := newListings(t)
	list := func(seller string, change func(*catalog.Content)) (string, bool) {
		t.Helper()
		c := content("Boots")
		change(&c)
		l, existing, err := s.List(ctx, seller, c)
		if err != nil {
			t.Fatal(err)
		}
		return l.Product.ID, existing
	}
	first, _ := list(north, func(c *catalog.Content) { c.GTIN = "" })
	if other, existing := list(harbour, func(c *catalog.Content) { c.Model = "trail-9"; c.GTIN = "" }); other != first || !existing {
		t.Error("brand and model, written otherwise, name another product")
	}
	if other, existing := list(summit, func(c *catalog.Content) {}); other != first || !existing {
		t.Error("a page without a GTIN is another product than one with the same brand and model")
	}
	variant, existing := list(harbour, func(c *catalog.Content) { c.GTIN = "036000291452"; c.Model = "Trail 10" })
	if variant == first || existing {
		t.Error("another GTIN, brand and model are the same product")
	}
	if other, existing := list(north, func(c *catalog.Content) { c.GTIN = "96385074"; c.Model = "Trail 10" }); other == variant || existing {
		t.Error("a variant with a GTIN of its own shares the page")
	}
	if other, _ := list(north, func(c *catalog.Content) { c.GTIN = "036000291452"; c.Brand, c.Model = "", "" }); other != variant {
		t.Error("a GTIN alone names another product")
	}
	// The owner gives the first page the GTIN of the second.
	c := content("Boots")
	c.GTIN = "036000291452"
	if _, err := s.Edit(ctx, first, north, c, catalog.Precondition{Version: 1, Given: true}); !errors.Is(err, catalog.ErrGTINTaken) {
		t.Error(err)
	}
	c.GTIN = gtin
	if _, err := s.Edit(ctx, first, north, c, catalog.Precondition{Version: 1, Given: true}); err != nil {
		t.Error(err)
	}
	if other, _ := list(ids.Derive(ids.Seller, "late"), func(c *catalog.Content) { c.Brand, c.Model = "", "" }); other != first {
		t.Error("a GTIN that the owner added names another product")
	}
}

// Of many who list a product at once, one makes its page and all are on it.
func TestManyListOneProductAtOnce(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, db := newListings(t)
	pages := make([]catalog.Listed, 12)
	var g errgroup.Group
	for n := range pages {
		g.Go(func() (err error) {
			for range 100 { // a page that keeps changing is told, and the caller tries again
				pages[n], _, err = s.List(ctx, ids.Derive(ids.Seller, fmt.Sprint(n)), content(fmt.Sprint("Boots ", n)))
				if !errors.Is(err, catalog.ErrChanged) {
					break
				}
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, l := range pages {
		if l.Product.ID != pages[0].Product.ID || l.Product.OwnerID != pages[0].Product.OwnerID {
			t.Fatal("two pages")
		}
	}
	products := slices.DeleteFunc(db.Items("products"), func(i store.Item) bool { return i["owner_id"] == nil })
	list, _, err := s.Contributions.Said(ctx, pages[0].Product.ID)
	if len(products) != 1 || len(list) != len(pages) || err != nil {
		t.Error(len(products), len(list), err)
	}
}

func TestAnImportersPageStaysItsImporters(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, db := newListings(t)
	p := catalog.Product{ID: ids.Derive(ids.Product, "imported"), Title: "Boots", CategoryID: "boots", CategoryPath: []string{"outdoor", "boots"}}
	if r := run(t, newImporter(db), catalog.Batch{Products: raw(t, p)}); r.Written != 1 {
		t.Fatalf("%+v", r)
	}
	c := content("Better boots")
	l, err := s.Edit(ctx, p.ID, north, c, catalog.Precondition{})
	if err != nil || l.Product.Title != "Boots" || l.Product.Version != 1 || l.Contribution.Version != 1 || len(l.Disputes) != 5 {
		t.Fatalf("%+v %v", l, err)
	}
	c.Title = "Best boots"
	if _, err := s.Edit(ctx, p.ID, north, c, catalog.Precondition{}); !errors.Is(err, catalog.ErrPreconditionRequired) {
		t.Error(err)
	}
	if _, err := s.Edit(ctx, p.ID, north, c, catalog.Precondition{Version: 2, Given: true}); !errors.Is(err, catalog.ErrStale) {
		t.Error(err)
	}
	if _, err := s.Edit(ctx, ids.Derive(ids.Product, "none"), north, c, catalog.Precondition{}); !errors.Is(err, catalog.ErrProductNotFound) {
		t.Error(err)
	}
}

func TestContentIsChecked(t *testing.T) {
	t.Parallel()
	s, _ := newListings(t)
	for name, c := range map[string]struct {
		change func(*catalog.Content)
		want   []string
	}{
		"nothing":           {func(*catalog.Content) {}, nil},
		"no identity":       {func(c *catalog.Content) { c.GTIN, c.Model = "", "-" }, []string{"/gtin required"}},
		"check digit":       {func(c *catalog.Content) { c.GTIN = "4006381333932" }, []string{"/gtin bad_format"}},
		"zeros":             {func(c *catalog.Content) { c.GTIN = "00000000" }, []string{"/gtin bad_format"}},
		"length":            {func(c *catalog.Content) { c.GTIN = "400638133393" }, []string{"/gtin bad_format"}},
		"category":          {func(c *catalog.Content) { c.CategoryID = "hats" }, []string{"/category_id not_found"}},
		"no slug":           {func(c *catalog.Content) { c.CategoryID = "Hats!" }, []string{"/category_id bad_format"}},
		"unknown attribute": {func(c *catalog.Content) { c.Attributes["weight"] = "1" }, []string{"/attributes/weight unknown_attribute"}},
		"types": {func(c *catalog.Content) {
			c.Attributes = map[string]string{"size": "1e3", "eyelets": "7.5", "dry": "yes", "colour": "green", "made": "anywhere"}
		}, []string{"/attributes/colour wrong_type", "/attributes/dry wrong_type", "/attributes/eyelets wrong_type", "/attributes/size wrong_type"}},
		"types that fit": {func(c *catalog.Content) {
			c.CategoryID, c.Attributes = "high-boots", map[string]string{"size": "-1.50", "eyelets": "7", "dry": "true", "colour": "blue"}
		}, nil},
		"any attribute": {func(c *catalog.Content) { c.CategoryID, c.Attributes = "anything", map[string]string{"x": "y"} }, nil},
		"title":         {func(c *catalog.Content) { c.Title = " " }, []string{"/title too_short"}},
	} {
		x := content("Boots")
		c.change(&x)
		_, _, err := s.List(context.Background(), ids.Derive(ids.Seller, name), x)
		var got []string
		if err != nil {
			for _, f := range fault.Of(err).Fields {
				got = append(got, f.Pointer+" "+f.Code)
			}
			if fault.Code(err) != "invalid_product" {
				t.Error(name, err)
			}
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Error(name, d)
		}
	}
}

// Whatever sellers say in whatever order, nobody's word is lost, and the page says what Compose makes of all of it.
func TestNobodysDataIsLost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		s, _ := newListings(t)
		said := map[string]catalog.Contribution{}
		var product, owner string
		for range rapid.IntRange(1, 12).Draw(t, "edits") {
			seller := rapid.SampledFrom([]string{north, harbour, summit}).Draw(t, "seller")
			c := content(rapid.SampledFrom([]string{"A", "B"}).Draw(t, "title"))
			c.Description = rapid.SampledFrom([]string{"", "d", "e"}).Draw(t, "description")
			c.Attributes = rapid.MapOf(rapid.SampledFrom([]string{"dry", "made"}), rapid.Just("true")).Draw(t, "attributes")
			var l catalog.Listed
			var err error
			if before, lists := said[seller]; lists {
				l, err = s.Edit(ctx, product, seller, c, catalog.Precondition{Version: before.Version, Given: true})
			} else {
				l, _, err = s.List(ctx, seller, c)
			}
			if err != nil {
				t.Fatal(err)
			}
			if product == "" {
				product, owner = l.Product.ID, seller
			}
			said[seller] = l.Contribution
			if d := cmp.Diff(c, l.Contribution.Content); d != "" && len(c.Attributes) > 0 {
				t.Fatal(d)
			}
		}
		list, _, err := s.Contributions.Said(ctx, product)
		if err != nil || len(list) != len(said) {
			t.Fatal(len(list), len(said), err)
		}
		var others []catalog.Contribution
		for _, c := range list {
			if !c.Same(said[c.SellerID].Content) || c.Version != said[c.SellerID].Version {
				t.Fatalf("%+v was %+v", c, said[c.SellerID])
			}
			if c.SellerID != owner {
				others = append(others, c)
			}
		}
		page, err := s.Products.Get(ctx, product)
		want := catalog.Compose(said[owner].Content, others)
		if err != nil || page.OwnerID != owner || page.Title != want.Title || page.Description != want.Description ||
			!maps.Equal(page.Attributes, want.Attributes) {
			t.Fatalf("%+v, want %+v", page, want)
		}
		for _, d := range catalog.Disputes(want, list) {
			if d.SellerID == owner || d.Says == d.Page || d.Says == "" {
				t.Fatalf("%+v", d)
			}
		}
	})
}

// A page that came with an import, with an owner who says nothing, passes to nobody: not when another lists it, nor when one
// of two does so no more.
func TestAnImportersPageIsNotInherited(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, _ := newListings(t)
	imported := catalog.Product{ID: ids.Derive(ids.Product, "imported"), Title: "Ours", OwnerID: north, CategoryID: "anything",
		CategoryPath: []string{"anything"}, Version: 1}
	if err := s.Products.Save(ctx, imported, 0); err != nil {
		t.Fatal(err)
	}
	for _, seller := range []string{harbour, summit} {
		if _, err := s.Edit(ctx, imported.ID, seller, content("Mine now"), catalog.Precondition{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Withdraw(ctx, imported.ID, harbour); err != nil {
		t.Fatal(err)
	}
	if p, err := s.Products.Get(ctx, imported.ID); err != nil || p.OwnerID != north || p.Title != "Ours" || p.Version != 1 {
		t.Error(p, err)
	}
}

// Seen to catch: a page left to a seller who withdrew; a page that its next seller cannot edit; another's words taken away.
func TestWithdraw(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, _ := newListings(t)
	l, _, err := s.List(ctx, north, content("Trail boots"))
	if err != nil {
		t.Fatal(err)
	}
	product := l.Product.ID
	for _, seller := range []string{harbour, summit} {
		theirs := content("Boots of " + seller)
		theirs.Description = "Of " + seller
		if _, _, err := s.List(ctx, seller, theirs); err != nil {
			t.Fatal(err)
		}
	}
	shows := func(owner, title, description string) {
		t.Helper()
		p, err := s.Products.Get(ctx, product)
		if err != nil || p.OwnerID != owner || p.Title != title || p.Description != description {
			t.Errorf("the page is %s's: %q, %q, %v", p.OwnerID, p.Title, p.Description, err)
		}
	}
	shows(north, "Trail boots", "Of "+harbour)
	for _, step := range []struct{ withdraws, owner, title, description string }{
		{harbour, north, "Trail boots", "Of " + summit},
		{north, summit, "Boots of " + summit, "Of " + summit},
		{summit, summit, "Boots of " + summit, "Of " + summit}, // nobody is left, and the page stays
	} {
		if err := s.Withdraw(ctx, product, step.withdraws); err != nil {
			t.Fatal(err)
		}
		if err := s.Withdraw(ctx, product, step.withdraws); !errors.Is(err, catalog.ErrNotListed) {
			t.Error(err)
		}
		shows(step.owner, step.title, step.description)
	}
	if l, existing, err := s.List(ctx, harbour, content("Anew")); err != nil || !existing || l.Product.ID != product {
		t.Error(l, existing, err)
	}
	shows(harbour, "Anew", "")
	row := catalog.Row{GTIN: gtin, Delete: true}
	for n := range 2 {
		if r, err := s.Contribute(ctx, harbour, raw(t, row)); err != nil || r.Written != 1-n || r.Unchanged != n {
			t.Error(r, err)
		}
	}
}

// Seen to catch: what the owner refuses, shown; what it refuses of one field, withheld of another; what it says itself, withheld.
func TestAnOwnerRefusesWhatOthersAdd(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, _ := newListings(t)
	mine := content("Boots")
	first, _, err := s.List(ctx, north, mine)
	if err != nil {
		t.Fatal(err)
	}
	theirs := content("Boots")
	theirs.Bullets, theirs.Description, theirs.Attributes = []string{"Buy at harbour's"}, "Dry.", map[string]string{"colour": "red", "made": "there"}
	if _, _, err := s.List(ctx, harbour, theirs); err != nil {
		t.Fatal(err)
	}
	edit := func(version int64, refuses ...string) (catalog.Listed, error) {
		mine.Refuses = refuses
		return s.Edit(ctx, first.Product.ID, north, mine, catalog.Precondition{Version: version, Given: true})
	}
	l, err := edit(1, "/bullets", "/attributes/made", "/brand")
	if p := l.Product; err != nil || len(p.Bullets) > 0 || p.Description != "Dry." || p.Brand != "Daybird" ||
		!maps.Equal(p.Attributes, map[string]string{"size": "42.5", "colour": "red"}) {
		t.Errorf("%+v %v", p, err)
	}
	if d := cmp.Diff([]catalog.Dispute{{harbour, "/bullets", "", "Buy at harbour's"}, {harbour, "/attributes/made", "", "there"}}, l.Disputes); d != "" {
		t.Error(d)
	}
	if l, err = edit(2, "/attributes"); err != nil || len(l.Product.Bullets) != 1 || len(l.Product.Attributes) != 1 {
		t.Errorf("%+v %v", l.Product, err)
	}
	row := catalog.Row{ProductID: first.Product.ID, Title: "Boots", GTIN: gtin, CategoryID: "boots"}
	if r, err := s.Contribute(ctx, north, raw(t, row)); err != nil || r.Written != 1 {
		t.Fatal(r, err)
	}
	if l, err = s.Own(ctx, first.Product.ID, north); err != nil || len(l.Contribution.Refuses) != 1 {
		t.Errorf("a file takes back what was refused: %+v %v", l, err)
	}
	for _, bad := range []string{"/title", "bullets", "/attributes/", ""} {
		if _, err := edit(4, bad); fault.Code(err) != "invalid_product" {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
