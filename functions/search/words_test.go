package search

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestReadTakesQuotesApart(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Words{
		`red boots`:            {Text: "red boots", Loose: []string{"red", "boots"}},
		`red "rain boots" men`: {Text: "red men rain boots", Loose: []string{"red", "men"}, Phrases: []string{"rain boots"}},
		`“rain boots”`:         {Text: "rain boots", Phrases: []string{"rain boots"}},
		`15" laptop`:           {Text: `15" laptop`, Loose: []string{`15"`, "laptop"}},
		`frame 24" x 30"`:      {Text: `frame 24" x 30"`, Loose: []string{"frame", `24"`, "x", `30"`}},
		`"open quote`:          {Text: `"open quote`, Loose: []string{`"open`, "quote"}},
		`""`:                   {},
	} {
		if d := gocmp.Diff(want, Read(text)); d != "" {
			t.Errorf("%s: %s", text, d)
		}
	}
}

func TestAnIdentifierHasOneSpelling(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"NOR.0707-60", "nor 0707 60", "NOR070760"}, {"dv7-1211ea", "DV7 1211EA"},
		{"4006381333931", "04006381333931", "4006381 333931", "EAN 4006381333931", "EAN-13: 4006381333931"},
		{"9780131103627", "ISBN-13: 978-0-13-110362-7", "isbn 9780131103627"}, {"036000291452", "UPC 036000291452"},
		{"ISBN 0-13-110362-8", "0131103628"}, {"prd_abc", "PRD_ABC", "prd abc"},
	} {
		for _, s := range same {
			if Identifier(s) != Identifier(same[0]) || Identifier(s) == "" {
				t.Errorf("%q: %q, and %q: %q", s, Identifier(s), same[0], Identifier(same[0]))
			}
		}
	}
	if Identifier(" -./ ") != "" || Identifier("000") != "" {
		t.Error("signs and zeros name nothing")
	}
}

func TestSpellings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		words []string
		at    int
		want  []string
	}{
		{[]string{"back", "pack", "red"}, 0, []string{"backpack"}}, {[]string{"back", "pack", "red"}, 1, []string{"backpack", "packred"}},
		{[]string{"back", "pack", "red"}, 2, []string{"packred"}}, {[]string{"t-shirt", "red"}, 0, []string{"tshirt"}},
		{[]string{"t-shirt", "red"}, 1, nil}, {[]string{"c++"}, 0, nil},
	} {
		if d := gocmp.Diff(c.want, Spellings(c.words, c.at)); d != "" {
			t.Errorf("%q %d: %s", c.words, c.at, d)
		}
	}
}

func TestKindIsWhatAThingIs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ title, language, want string }{
		{"Laptop sleeve for 15 inch notebooks", "en", "sleeve"}, {"Fennick Quiet boot in navy, 38", "en", "boot"},
		{"Set of 2 wine glasses", "en", "glasses"},
		{"Camera bag (black) with strap", "en", "bag"}, {"for", "en", "for"}, {"", "en", ""}, {"Wanderschuhe für Damen", "de-DE", "Wanderschuhe"},
		{"Sac à dos pour enfant", "fr", "Sac"}, {"Zaino con tasche", "it", "Zaino"},
	} {
		if got := Kind(c.title, c.language, 1); got != c.want {
			t.Errorf("%s: %q, want %q", c.title, got, c.want)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	list := []string{"sunglasses", "sweater", "boots", "red", "shoe", "tents"}
	for word, want := range map[string]string{"sunglases": "sunglasses", "snuglasses": "sunglasses", "botos": "boots", "seater": "sweater", "rde": "red",
		"umbrella": "", "bts": "", "shues": "shoe", "tint": "tents", "sweeters": "sweater"} {
		if got, ok := Nearest(word, list); got != want || ok != (want != "") {
			t.Errorf("%s: %q %v, want %q", word, got, ok, want)
		}
	}
}
