package catalog_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
)

func boots(n int) catalog.Product {
	return catalog.Product{ID: ids.Derive(ids.Product, "boots", fmt.Sprint(n)), Title: "Trail boots", Description: "Waterproof.\nLight.",
		Brand:   "Daybird",
		Bullets: []string{"Leather"}, CategoryID: "outdoor-footwear", CategoryPath: []string{"outdoor", "outdoor-footwear"},
		Attributes: map[string]string{"size": "42"}, Images: []string{"https://images.example/boots.jpg"}}
}

func TestValidateNamesEveryFlaw(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*catalog.Product)
		want   []string
	}{
		"nothing":          {func(*catalog.Product) {}, nil},
		"all at its limit": {atLimits, nil},
		"little": {func(p *catalog.Product) {
			p.Description, p.Brand, p.Bullets, p.Attributes, p.Images = "", "", nil, nil, nil
		}, nil},
		"owner":            {func(p *catalog.Product) { p.OwnerID = ids.Derive(ids.Seller, "x") }, nil},
		"ids":              {func(p *catalog.Product) { p.ID, p.OwnerID = "prd_1", "cus_1" }, []string{"/owner_id", "/product_id"}},
		"blank title":      {func(p *catalog.Product) { p.Title = " \n " }, []string{"/title"}},
		"long title":       {func(p *catalog.Product) { p.Title = strings.Repeat("é", catalog.MaxTitle+1) }, []string{"/title"}},
		"no text":          {func(p *catalog.Product) { p.Title = "a\x00b"; p.Brand = "\xff" }, []string{"/brand", "/title"}},
		"long description": {func(p *catalog.Product) { p.Description = strings.Repeat("x", catalog.MaxDescription+1) }, []string{"/description"}},
		"bullets":          {func(p *catalog.Product) { p.Bullets = slices.Repeat([]string{"x"}, 11) }, []string{"/bullets"}},
		"a bullet":         {func(p *catalog.Product) { p.Bullets = []string{"a", ""} }, []string{"/bullets/1"}},
		"category": {func(p *catalog.Product) { p.CategoryID, p.CategoryPath = "Outdoor", []string{"Outdoor"} },
			[]string{"/category_id", "/category_path/0"}},
		"no path":        {func(p *catalog.Product) { p.CategoryPath = nil }, []string{"/category_path"}},
		"path elsewhere": {func(p *catalog.Product) { p.CategoryID = "climbing" }, []string{"/category_path"}},
		"path in a circle": {func(p *catalog.Product) { p.CategoryPath = []string{"outdoor-footwear", "outdoor-footwear"} },
			[]string{"/category_path/1"}},
		"attribute name":      {func(p *catalog.Product) { p.Attributes["a.b"], p.Attributes["$x"] = "1", "2" }, []string{"/attributes"}},
		"attribute value":     {func(p *catalog.Product) { p.Attributes["size"] = strings.Repeat("x", 501) }, []string{"/attributes/size"}},
		"too many attributes": {func(p *catalog.Product) { p.Attributes = attributes(51) }, []string{"/attributes"}},
		"images": {func(p *catalog.Product) {
			p.Images = []string{"http://a.example/x", "/x.jpg", "https://u@a.example/x", "https://", "https://a.example/x"}
		}, []string{"/images/0", "/images/1", "/images/2", "/images/3"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := boots(1)
			c.change(&p)
			err := p.Validate()
			var got []string
			if err != nil {
				f := fault.Of(err)
				if f.Code != "invalid_product" || f.Kind != fault.Invalid {
					t.Fatal(err)
				}
				for _, x := range f.Fields {
					got = append(got, x.Pointer)
				}
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func atLimits(p *catalog.Product) {
	p.Title, p.Description, p.Brand = strings.Repeat("é", 500), strings.Repeat("x", 10_000), strings.Repeat("x", 100)
	p.Bullets, p.Attributes = slices.Repeat([]string{strings.Repeat("x", 500)}, 10), attributes(50)
	p.Images = slices.Repeat([]string{"https://a.example/" + strings.Repeat("x", 1982)}, 20)
}

func attributes(n int) map[string]string {
	m := map[string]string{}
	for i := range n {
		m[fmt.Sprintf("a%d", i)] = "x"
	}
	return m
}

func TestSameSeesEveryField(t *testing.T) {
	t.Parallel()
	a, b := boots(1), boots(1)
	b.Version, b.UpdatedAt = 7, b.UpdatedAt.AddDate(1, 0, 0)
	if !a.Same(b) {
		t.Error("version and time count")
	}
	for i, change := range []func(*catalog.Product){
		func(p *catalog.Product) { p.ID = "x" }, func(p *catalog.Product) { p.Title = "x" }, func(p *catalog.Product) { p.Description = "x" },
		func(p *catalog.Product) { p.Brand = "x" }, func(p *catalog.Product) { p.Bullets = nil }, func(p *catalog.Product) { p.CategoryID = "x" },
		func(p *catalog.Product) { p.CategoryPath = nil }, func(p *catalog.Product) { p.Attributes = map[string]string{"size": "43"} },
		func(p *catalog.Product) { p.Images = nil }, func(p *catalog.Product) { p.OwnerID = "x" },
	} {
		c := boots(1)
		change(&c)
		if a.Same(c) {
			t.Errorf("change %d is not seen", i)
		}
	}
}

func TestNamesOfCategories(t *testing.T) {
	t.Parallel()
	p := catalog.Product{CategoryPath: []string{"home-garden", "home-garden-tools", "saws", "-"}}
	want := []catalog.Category{{ID: "home-garden", Name: "Home garden"}, {ID: "home-garden-tools", Name: "Tools", Parent: "home-garden"},
		{ID: "saws", Name: "Saws", Parent: "home-garden-tools"}, {ID: "-", Name: "-", Parent: "saws"}}
	if d := cmp.Diff(want, p.Categories()); d != "" {
		t.Error(d)
	}
}

// The tree holds every category once, whatever the order they come in, and orphans too.
func TestTreeHoldsEachCategoryOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := map[string]catalog.Category{}
		for i := range rapid.IntRange(0, 30).Draw(t, "n") {
			c := catalog.Category{ID: fmt.Sprint(i), Name: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "name"), Parent: "gone"}
			if i > 0 && rapid.Bool().Draw(t, "below") {
				c.Parent = fmt.Sprint(rapid.IntRange(0, i-1).Draw(t, "parent"))
			}
			all[c.ID] = c
		}
		list := slices.Collect(maps.Values(all))
		tree := catalog.Tree(rapid.Permutation(list).Draw(t, "order"))
		seen := map[string]bool{}
		var walk func(nodes []catalog.Node, parent string)
		walk = func(nodes []catalog.Node, parent string) {
			for i, n := range nodes {
				if seen[n.ID] || !cmp.Equal(n.Category, all[n.ID]) || parent != "" && n.Parent != parent || parent == "" && n.Parent != "gone" {
					t.Fatalf("%v under %q", n.Category, parent)
				}
				if i > 0 && nodes[i-1].Name > n.Name {
					t.Fatal("not by name")
				}
				seen[n.ID] = true
				walk(n.Children, n.ID)
			}
		}
		walk(tree, "")
		if len(seen) != len(all) {
			t.Fatalf("%d of %d categories", len(seen), len(all))
		}
	})
}
