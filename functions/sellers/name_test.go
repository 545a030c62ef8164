package sellers

import "testing"

func TestNamesThatLookTheSame(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"Harbour Row", "harbour row", "HARBOUR-ROW", "Hаrbour Rоw", "Harb0ur Row", "Ｈarbour Row"}, // Cyrillic letters, a zero, a wide letter
		{"Ivory Lane", "lvory Lane", "1vory lane"},
	} {
		for _, name := range same {
			if Looks(name) != Looks(same[0]) {
				t.Errorf("%q looks like %q, %q like %q", name, Looks(name), same[0], Looks(same[0]))
			}
		}
	}
	if Looks("Harbour Row") == Looks("Harbour Raw") {
		t.Error("two names look the same")
	}
}

func TestTheMarketplacesNameIsItsOwn(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string]bool{"Rialto": true, "RIALTO": true, "R1alto": true, "Riа1tо Support": true, "Official Rialto": true,
		"Rialtoshop": true, "Harbour Row": false, "Rival Toys": false, "\u202ewoR ruobraH": true,
		"Harbour\u200bRow": true, "\u200b": true, " x": true, "": true} {
		p := Profile{Name: name, Country: "US"}
		if err := p.Check(); (err != nil) != bad {
			t.Errorf("%q: %v", name, err)
		}
	}
}
