package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/catalog"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/internal/fault"
	"rialto/functions/laboratory/memory"
)

// family is what a page lists: each variant's values.
func family(t *testing.T, db *memory.DB, id string) (values []string) {
	t.Helper()
	s := &catalogstore.Store{DB: db}
	l, err := (&catalog.Service{Products: s, Categories: s, BuyBoxes: s, Variants: s}).Product(context.Background(), id, "US")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range l.Variants {
		var list []string
		for _, o := range v.Options {
			list = append(list, o.Name+"="+o.Value)
		}
		values = append(values, strings.Join(list, " "))
	}
	return values
}

func list(t *testing.T, s *catalog.ListingService, seller string, c catalog.Content) catalog.Product {
	t.Helper()
	l, _, err := s.List(context.Background(), seller, c)
	if err != nil {
		t.Fatal(err)
	}
	return l.Product
}

func mugOf(parent, sku string, options map[string]string) catalog.Content {
	return catalog.Content{Title: "Mug", CategoryID: "anything", SKU: sku, Brand: "Potter", Model: "M", Variation: catalog.Variation{ParentID: parent,
		Options: options}}
}

var mugs = catalog.Content{Title: "Mug", CategoryID: "anything", SKU: "MUG", Brand: "Potter", Model: "M",
	Variation: catalog.Variation{Parent: true, OptionNames: []string{"Colour", "Size"}}}

// Seen to catch: variants of one brand and model taken for one product; options in the order of their names and not the parent's; a
// parent that can be offered.
func TestVariantsOfAParent(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, db := newListings(t)
	parent := list(t, s, north, mugs)
	if err := parent.Offerable(); !parent.Parent || !errors.Is(err, catalog.ErrHasVariants) {
		t.Fatalf("%+v %v", parent, err)
	}
	red := list(t, s, north, mugOf(parent.ID, "RED-L", map[string]string{"size": "L", "Colour": "Red"}))
	blue := list(t, s, north, mugOf(parent.ID, "BLUE-S", map[string]string{"Size": "S", "Colour": "Blue"}))
	if red.ID == blue.ID || red.ParentID != parent.ID || red.Offerable() != nil ||
		cmp.Diff([]catalog.Option{{Name: "Colour", Value: "Red"}, {Name: "Size", Value: "L"}}, red.Options) != "" {
		t.Fatalf("%+v %+v", red, blue)
	}
	for _, id := range []string{parent.ID, red.ID, blue.ID} {
		if d := cmp.Diff([]string{"Colour=Blue Size=S", "Colour=Red Size=L"}, family(t, db, id)); d != "" {
			t.Error(id, d)
		}
	}
	// One that takes other values leaves its place to others, and one that says no parent any more leaves the family.
	edit := func(p catalog.Product, version int64, c catalog.Content) {
		t.Helper()
		if _, err := s.Edit(ctx, p.ID, north, c, catalog.Precondition{Version: version, Given: true}); err != nil {
			t.Fatal(err)
		}
	}
	edit(red, 1, mugOf(parent.ID, "RED-L", map[string]string{"Size": "M", "Colour": "Red"}))
	green := mugOf("", "BLUE-S", nil)
	edit(blue, 1, green)
	list(t, s, north, mugOf(parent.ID, "RED-L2", map[string]string{"Size": "L", "Colour": "RED"}))
	if d := cmp.Diff([]string{"Colour=RED Size=L", "Colour=Red Size=M"}, family(t, db, parent.ID)); d != "" {
		t.Error(d)
	}
	if got := family(t, db, blue.ID); got != nil {
		t.Error(got)
	}
	if err := s.Withdraw(ctx, red.ID, north); err != nil || len(family(t, db, parent.ID)) != 2 {
		t.Error("a page that nobody lists stays as it was", err)
	}
}

// Seen to catch, one by one: what each says in its name.
func TestVariantsThatCannotBe(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, db := newListings(t)
	parent := list(t, s, north, mugs)
	red := list(t, s, north, mugOf(parent.ID, "RED-L", map[string]string{"Size": "L", "Colour": "Red"}))
	alone := list(t, s, north, catalog.Content{Title: "Cup", CategoryID: "anything", SKU: "CUP"})
	four := mugs
	four.OptionNames = []string{"a", "b", "c", "d"}
	other := mugs
	other.SKU, other.OptionNames = "M2", []string{"Size", "size"}
	numbered := mugs
	numbered.SKU, numbered.GTIN = "M3", gtin
	for name, c := range map[string]struct {
		seller string
		says   catalog.Content
		code   string
	}{
		"the values of another":       {north, mugOf(parent.ID, "X", map[string]string{"Size": "l", "Colour": "red"}), "variant_taken"},
		"an option left out":          {north, mugOf(parent.ID, "X", map[string]string{"Size": "L"}), "invalid_product"},
		"an option that is none":      {north, mugOf(parent.ID, "X", map[string]string{"Size": "L", "Colour": "x", "Cut": "y"}), "invalid_product"},
		"another's parent":            {harbour, mugOf(parent.ID, "X", map[string]string{"Size": "S", "Colour": "Red"}), "parent_not_found"},
		"no parent":                   {north, mugOf(alone.ID, "X", map[string]string{"Size": "S", "Colour": "Red"}), "parent_not_found"},
		"a variant as the parent":     {north, mugOf(red.ID, "X", map[string]string{"Size": "S", "Colour": "Red"}), "parent_not_found"},
		"options without a parent":    {north, mugOf("", "X", map[string]string{"Size": "S"}), "invalid_product"},
		"a value without words":       {north, mugOf(parent.ID, "X", map[string]string{"Size": "", "Colour": "Red"}), "invalid_product"},
		"four options":                {north, four, "invalid_product"},
		"one option twice":            {north, other, "invalid_product"},
		"a number that variants have": {north, numbered, "invalid_product"},
	} {
		if _, _, err := s.List(ctx, c.seller, c.says); fault.Code(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, c := range map[string]struct {
		id   string
		says func(*catalog.Content)
		code string
	}{
		"other options":               {parent.ID, func(c *catalog.Content) { c.OptionNames = []string{"Size"} }, "options_fixed"},
		"a parent of what is offered": {alone.ID, func(c *catalog.Content) { c.SKU = "CUP" }, "not_a_parent"},
	} {
		says := mugs
		c.says(&says)
		if _, err := s.Edit(ctx, c.id, north, says, catalog.Precondition{Version: 1, Given: true}); fault.Code(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if d := cmp.Diff([]string{"Colour=Red Size=L"}, family(t, db, parent.ID)); d != "" {
		t.Error(d)
	}
}

// A variant's page that passes to another seller is no variant of the first one's product any more.
func TestAVariantThatPassesOn(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, db := newListings(t)
	parent := list(t, s, north, mugs)
	says := mugOf(parent.ID, "RED", map[string]string{"Size": "L", "Colour": "Red"})
	says.GTIN = gtin
	red := list(t, s, north, says)
	theirs := mugOf(parent.ID, "THEIRS", map[string]string{"Size": "S", "Colour": "Red"})
	theirs.GTIN = gtin
	if p := list(t, s, harbour, theirs); p.ID != red.ID || cmp.Diff(red.Options, p.Options) != "" {
		t.Fatalf("%+v", p)
	}
	if err := s.Withdraw(ctx, red.ID, north); err != nil {
		t.Fatal(err)
	}
	if p, err := s.Products.Get(ctx, red.ID); err != nil || p.OwnerID != harbour || p.ParentID != "" || p.Options != nil {
		t.Errorf("%+v %v", p, err)
	}
	if got := family(t, db, parent.ID); got != nil {
		t.Error(got)
	}
}

// Rows of a file in any order make one parent, of its own row if it has one. Seen to catch: a parent a chunk; a parent's title that a
// later variant takes away; variants of which a cart could not say which they are; a second sending that changes anything.
func TestRowsOfVariants(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	row := func(sku string, more func(*catalog.Row)) catalog.Row {
		r := catalog.Row{Title: "Mug", SKU: sku, CategoryID: "anything", Group: "mug"}
		more(&r)
		return r
	}
	variant := func(sku, colour, size string) catalog.Row {
		return row(sku, func(r *catalog.Row) {
			r.Options, r.OptionNames = map[string]string{"Colour": colour, "Size": size}, []string{"Colour", "Size"}
		})
	}
	parent := row("P", func(r *catalog.Row) { r.Title, r.Parent = "A mug", true })
	first, second := []catalog.Row{variant("1", "Red", "L"), variant("2", "Red", "S")}, []catalog.Row{variant("3", "Blue", "S"), parent}
	for name, batches := range map[string][][]catalog.Row{"the parent last": {first, second}, "the parent first": {second, first}} {
		s, db := newListings(t)
		for range 2 {
			for _, b := range batches {
				var rows []any
				for _, r := range b {
					rows = append(rows, r)
				}
				if r, err := s.Contribute(ctx, north, raw(t, rows...)); err != nil || r.Failed > 0 {
					t.Fatal(name, r, err)
				}
			}
		}
		skus, err := catalog.ProductsBySKU(ctx, s.Contributions, north, "1", "2", "3", "P")
		if err != nil || len(skus) != 4 {
			t.Fatal(name, skus, err)
		}
		p, _ := s.Products.Get(ctx, skus["P"])
		one, err := s.Products.Get(ctx, skus["1"])
		if err != nil || p.Title != "A mug" || !p.Parent || one.ParentID != p.ID || !strings.HasPrefix(one.Title, "Mug") ||
			one.Attributes["Colour"] != "Red" || len(one.Bullets) > 0 {
			t.Errorf("%s: %+v %+v %v", name, p, one, err)
		}
		if d := cmp.Diff([]string{"Colour=Blue Size=S", "Colour=Red Size=L", "Colour=Red Size=S"}, family(t, db, p.ID)); d != "" {
			t.Error(name, d)
		}
		var rows []any
		for _, r := range slices.Concat(first, second) {
			rows = append(rows, r)
		}
		if r, err := s.Contribute(ctx, north, raw(t, rows...)); err != nil || r.Unchanged != 4 {
			t.Error(name, r, err)
		}
	}
	s, _ := newListings(t)
	if r, err := s.Contribute(ctx, north, raw(t, variant("1", "Red", "L"))); err != nil || r.Written != 1 {
		t.Fatal(r, err)
	}
	skus, _ := catalog.ProductsBySKU(ctx, s.Contributions, north, "1")
	if p, err := s.Products.Get(ctx, skus["1"]); err != nil || p.Title != "Mug, Red, L" {
		t.Errorf("%+v %v", p, err)
	}
}

// Seen to catch: no bound; a bound that counts a variant that takes other values.
func TestAsManyVariantsAsThereMayBe(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, _ := newListings(t)
	parent := list(t, s, north, mugs)
	of := func(n int) catalog.Content {
		return mugOf(parent.ID, fmt.Sprint("S-", n), map[string]string{"Size": fmt.Sprint(n), "Colour": "Red"})
	}
	full := &counted{s.Variants, catalog.MaxVariants - 2}
	s.Variants = full
	first := list(t, s, north, of(1))
	list(t, s, north, of(2))
	if _, _, err := s.List(ctx, north, of(3)); !errors.Is(err, catalog.ErrTooManyVariants) {
		t.Error(err)
	}
	if _, err := s.Edit(ctx, first.ID, north, mugOf(parent.ID, "S-1", map[string]string{"Size": "9", "Colour": "Red"}),
		catalog.Precondition{Version: 1, Given: true}); err != nil {
		t.Error(err)
	}
}

// counted are variants with so many more on a page before.
type counted struct {
	places
	more int
}

type places = catalog.Variants

func (c *counted) Variants(ctx context.Context, parent, after string, limit int) ([]catalog.Variant, string, error) {
	if after == "" {
		return make([]catalog.Variant, c.more), "!", nil
	}
	return c.places.Variants(ctx, parent, "", limit)
}
