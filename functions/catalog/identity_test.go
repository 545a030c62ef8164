package catalog_test

import (
	"context"
	"testing"

	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
)

// Each pair is of two sellers. Seen to catch: a plus, a point, a fraction or a sign of a number that is folded away; a
// hyphen, a blank or an accent in another form that makes a second page.
func TestModelsThatDifferByASign(t *testing.T) {
	t.Parallel()
	for pair, same := range map[[2]string]bool{
		{"Nova 7", "Nova 7+"}: false, {"C", "C++"}: false, {"C", "C#"}: false, {"C#", "C++"}: false, {"HDMI 0.5 m", "HDMI 05 m"}: false,
		{"1/2 in", "12 in"}: false, {"0,75 l", "075 l"}: false, {"4×6", "46"}: false, {"Soft -1.25", "Soft +1.25"}: false, {"Soft -3", "Soft 3"}: false,
		{"No. 10-20", "No. 1020"}: false, {`24"`, "24'"}: false, {"5 %", "5"}: false, {"20 °C", "20 C"}: false, {"m²", "m"}: false,
		{"AT&T", "ATT"}: false, {"कि", "का"}: false,
		{"0,75 l", "0.75 L"}: true, {"Soft −3", "Soft -3"}: true, {"Soft–X", "soft x"}: true, {"WH-1000", "WH 1000"}: true,
		{"Nova 7 +", "NOVA-7+"}: true, {"ＡＢ１００", "AB-100"}: true, {"ＡＢ１００", "AB-101"}: false,
		{"Caf\u00e9 2", "Cafe\u0301 2"}: true, {"Lux® (2019)", "LUX 2019"}: true, {"4×6", "4x6"}: true, {"Pad #5", "Pad 5"}: true, {"a.b", "ab"}: true,
		{`The "One"`, "The One"}: true,
	} {
		s, _ := newListings(t)
		list := func(seller, model string) string {
			c := content("Thing")
			c.GTIN, c.Model = "", model
			l, _, err := s.List(context.Background(), seller, c)
			if err != nil {
				t.Fatal(model, err)
			}
			return l.Product.ID
		}
		if got := list(north, pair[0]) == list(harbour, pair[1]); got != same {
			t.Errorf("%q is one product: %v", pair, got)
		}
	}
}

// Seen to catch: markup that a seller's form lets through; a file's row refused for the tags of a description.
func TestNoMarkupOnPages(t *testing.T) {
	t.Parallel()
	s, _ := newListings(t)
	for _, c := range []func(*catalog.Content){
		func(c *catalog.Content) { c.Title = "Boots <b>new</b>" }, func(c *catalog.Content) { c.Description = "<script>x</script>" },
		func(c *catalog.Content) { c.Title = "stooB\u202e" }, func(c *catalog.Content) { c.Bullets = []string{"<i>x"} },
		func(c *catalog.Content) { c.Attributes = map[string]string{"made": "in\u200bside"} }, func(c *catalog.Content) { c.Title = "\u2800" },
		func(c *catalog.Content) { c.Brand = "</title>" }, func(c *catalog.Content) { c.Model = "a\u200bb" },
	} {
		x := content("Boots")
		c(&x)
		if _, _, err := s.List(context.Background(), north, x); fault.Code(err) != "invalid_product" {
			t.Errorf("%+v: %v", x, err)
		}
	}
	row := catalog.Row{Title: "Boots <script>x()</script>\u202e", Description: "<p>Dry &amp; warm</p>", Brand: "Day",
		Model: "<b>9</b>", CategoryID: "boots",
		Bullets: []string{"<li>light</li>", "<br>"}, Attributes: map[string]string{"made": "<i>here</i>", "colour": "<br>"}}
	if r, err := s.Contribute(context.Background(), north, raw(t, row)); err != nil || r.Written != 1 {
		t.Fatalf("%+v %v", r, err)
	}
	l, _, err := s.List(context.Background(), harbour, catalog.Content{Title: "x", Brand: "Day", Model: "9", CategoryID: "boots"})
	p := l.Product
	if err != nil || p.Title != "Boots" || p.Description != "Dry & warm" || len(p.Bullets) != 1 || p.Bullets[0] != "light" ||
		len(p.Attributes) != 1 || p.Attributes["made"] != "here" {
		t.Errorf("%+v %v", p, err)
	}
}
