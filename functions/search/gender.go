package search

import (
	"slices"
	"strings"
)

// genders are the words for whom a thing is. What says so comes first, what says that it is for the other gender is left out, and
// what says neither is found too.
var genders = map[string]string{"women": women, "women's": women, "womens": women, "woman's": women, "ladies": women, "ladies'": women,
	"lady's": women,
	"men":    men, "men's": men, "mens": men, "man's": men, "gents": men, "gentlemen's": men}

const women, men = "women", "men"

// Genders are the values by which an attribute says of each gender that a product is for it.
var Genders = map[string][]string{women: {"women", "woman", "female", "womens", "women's", "ladies"}, men: {"men", "man", "male", "mens", "men's"}}

// gendered reads for whom a thing is, and leaves the thing: women's boots, boots for women.
func gendered(text string) (r Reading, rest string, ok bool) {
	words := strings.Fields(text)
	n := len(words)
	of := func(word string) string { return genders[strings.ReplaceAll(strings.ToLower(word), "\u2019", "'")] }
	switch {
	case n > 1 && of(words[0]) != "" && !slices.Contains(kindEnds["en"], strings.ToLower(words[1])):
		return Reading{Kind: GenderWords, Words: words[0], Gender: of(words[0])}, strings.Join(words[1:], " "), true
	case n > 2 && of(words[n-1]) != "" && strings.EqualFold(words[n-2], "for"):
		return Reading{Kind: GenderWords, Words: strings.Join(words[n-2:], " "), Gender: of(words[n-1])}, strings.Join(words[:n-2], " "), true
	}
	return Reading{}, text, false
}
