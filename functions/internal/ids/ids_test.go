package ids

import (
	"bytes"
	"regexp"
	"testing"

	"pgregory.net/rapid"
)

func TestNewAndDerivedIdsAreValidAndMatchThePattern(t *testing.T) {
	t.Parallel()
	pattern := regexp.MustCompile(Pattern(Order))
	rapid.Check(t, func(t *rapid.T) {
		random := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "random")
		a, err := New(Order, bytes.NewReader(random))
		if err != nil {
			t.Fatal(err)
		}
		b := Derive(Order, rapid.String().Draw(t, "x"), rapid.String().Draw(t, "y"))
		for _, id := range []string{a, b} {
			if !Valid(Order, id) || !pattern.MatchString(id) || Valid(Product, id) {
				t.Fatalf("%q", id)
			}
		}
	})
}

func TestDeriveFramesItsParts(t *testing.T) {
	t.Parallel()
	if Derive(Hold, "ab", "c") == Derive(Hold, "a", "bc") {
		t.Fatal("different parts give one id")
	}
	if first, again := Derive(Hold, "ab", "c"), Derive(Hold, "ab", "c"); first != again {
		t.Fatal("the same parts give different ids")
	}
}

func TestNewReportsAShortSource(t *testing.T) {
	t.Parallel()
	if _, err := New(Order, bytes.NewReader([]byte{1})); err == nil {
		t.Fatal("an id was made from one byte of randomness")
	}
}
