package catalog_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
)

// Seen to catch: a path read from its root; a plural, an apostrophe or an ampersand that makes another name; a list of
// goods taken for one.
func TestNamesOfCategoriesAsSellersWriteThem(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"Apparel & Accessories > Shoes": "shoes", "Apparel & Accessories": "clothing", "apparel and accessories": "clothing",
		"Men’s Clothing": "mens-clothing",
		"mens-clothing":  "mens-clothing", "Food, Beverages & Tobacco > Beverages > Coffee": "coffee",
		"Health & Beauty > Personal Care > Oral Care": "oral-care",
		"Animals & Pet Supplies":                      "pet-supplies", "Media > Books": "books",
		"Electronics / Audio / Headphones": "headphones", "Watches": "watches",
		"Toys & Games|Puzzles": "puzzles", "Kitchen, Sale": "kitchen", "Clothing > Hoodies, New in": "hoodies-sweaters", "Bücher": "books",
		"lamp":                             "lighting",
		"Home & Garden > Lighting > Lamps": "lighting", "Vehicles & Parts": "automotive", "DVDs & Videos": "film", "Video Games": "games",
		"Diapers":                             "diapers",
		"Sporting Goods > Exercise & Fitness": "fitness", "Hardware > Power & Electrical Supplies": "electrical", "Baby & Toddler": "baby",
		"Office Supplies": "office", "Skincare": "skin-care", "Groceries": "groceries", "T-Shirts": "shirts-tops",

		"Shoes > Clogs": "shoes?", "Waterproof winter boots": "boots?", "Electronics > Drones > Racing": "electronics?", "Whatnots": "other?",
		"":                "other?",
		"Furniture > ???": "furniture", "12345": "other?",
	} {
		got, exact := catalog.Categorize(said)
		if !exact {
			got += "?"
		}
		if got != want {
			t.Errorf("%q is %s, not %s", said, got, want)
		}
	}
}

// Every category is under a root that there is, once, and every root says what its products have.
func TestTheBuiltInTree(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range catalog.BuiltIn() {
		if seen[c.ID] || c.Parent != "" && !seen[c.Parent] || c.Name == "" {
			t.Errorf("%+v", c)
		}
		seen[c.ID] = true
		if c.Parent == "" && len(c.Attributes) == 0 && c.ID != catalog.Other {
			t.Errorf("%s has no attributes", c.ID)
		}
		p := catalog.Product{ID: boots(1).ID, Title: "x", CategoryID: c.ID, CategoryPath: []string{c.ID}}
		if err := p.Validate(); err != nil {
			t.Error(c.ID, err)
		}
		for name := range c.Attributes {
			if p.Attributes = map[string]string{name: "1"}; p.Validate() != nil {
				t.Errorf("%s: %s", c.ID, name)
			}
		}
		if id, exact := catalog.Categorize(c.ID); id != c.ID || !exact {
			t.Errorf("%s is %s", c.ID, id)
		}
		if id, exact := catalog.Categorize(c.Name); id != c.ID || !exact {
			t.Errorf("%s, the name of %s, is %s", c.Name, c.ID, id)
		}
	}
	for _, root := range []string{"clothing", "shoes", "books", "groceries", "electronics", "home", "toys", "sports", "beauty", "pet-supplies",
		"office",
		"garden", "automotive", "tools", "baby", "music", "film", "games", catalog.Other} {
		if !seen[root] {
			t.Errorf("there is no %s", root)
		}
	}
}

// Seen to catch: a row refused for its category; a name that is proposed anew by each row; a decision that changes nothing.
func TestWhatNobodyMapsIsSoldAndProposed(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, _ := newListings(t)
	in := func(sku, category string) string {
		t.Helper()
		r, err := s.Contribute(ctx, north, raw(t, catalog.Row{Title: "Thing", SKU: sku, CategoryID: category}))
		found, ferr := catalog.ProductsBySKU(ctx, s.Contributions, north, sku)
		if err != nil || ferr != nil || r.Failed > 0 {
			t.Fatal(r, err, ferr)
		}
		p, err := s.Products.Get(ctx, found[sku])
		if err != nil || !slices.Contains(p.CategoryPath, p.CategoryID) {
			t.Fatal(p, err)
		}
		return p.CategoryID
	}
	for i, c := range []struct{ said, want string }{
		{"boots", "boots"}, {"Boots", "boots"}, {"high boots", "high-boots"}, {"Footwear > Sandals", "sandals"}, {"", catalog.Other},
		{"Shoes > Clogs", "shoes"}, {"shoes > clog", "shoes"}, {"Whatnots <b>x</b>", catalog.Other}, {"Anything", "anything"},
	} {
		if got := in(string(rune('a'+i)), c.said); got != c.want {
			t.Errorf("%q is listed in %s, not %s", c.said, got, c.want)
		}
	}
	if got := in("b", ""); got != "boots" {
		t.Errorf("a row that says no category moves its product to %s", got)
	}
	ops := &catalog.ProposalService{Proposals: s.Proposals, Categories: s.Categories, Now: s.Now}
	page, err := ops.Handle(ctx, catalog.ProposalsInput{})
	if err != nil || len(page.Proposals) != 2 || page.Proposals[0].Name != "Shoes > Clogs" || page.Proposals[0].Under != "shoes" ||
		page.Proposals[0].SellerID != north || page.Proposals[1].Name != "Whatnots x" {
		t.Fatalf("%+v %v", page, err)
	}
	for _, d := range []catalog.Decision{{"", "boots"}, {"x", "No slug"}, {"x", "nowhere"}} {
		if _, err := ops.Handle(ctx, catalog.ProposalsInput{Decide: []catalog.Decision{d}}); fault.Of(err).Kind == fault.Internal {
			t.Error(d, err)
		}
	}
	page, err = ops.Handle(ctx, catalog.ProposalsInput{Decide: []catalog.Decision{{"shoes>clogs", "slippers"}, {"Gadgets", "electronics"}}})
	if err != nil || len(page.Proposals) != 3 {
		t.Fatalf("%+v %v", page, err)
	}
	if got := in("f", "Shoes > Clogs"); got != "slippers" {
		t.Error(got)
	}
	if got := in("new", "gadgets"); got != "electronics" {
		t.Error(got)
	}
	l, _, err := s.List(ctx, ids.Derive(ids.Seller, "form"), catalog.Content{Title: "x", SKU: "1", CategoryID: "vinyl",
		Attributes: map[string]string{"artist": "Y"}})
	if err != nil || cmp.Diff([]string{"music", "vinyl"}, l.Product.CategoryPath) != "" {
		t.Error(l, err)
	}
	if c, err := s.Categories.Category(ctx, "vinyl"); err != nil || c.Parent != "music" {
		t.Error("what is listed in does not stand:", c, err)
	}
}
