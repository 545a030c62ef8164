package search

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// genders are the words for whom a thing is. What says so comes first, what says that it is for the other gender is left out, and
// what says neither is found too.
var genders = map[string]string{"women": women, "women's": women, "womens": women, "woman's": women, "ladies": women, "ladies'": women,
	"lady's": women,
	"men":    men, "men's": men, "mens": men, "man's": men, "gents": men, "gentlemen's": men}

// pronouns are whom a thing is for behind that word alone: gifts for her.
var pronouns = map[string]string{"her": women, "him": men}

var possessive = regexp.MustCompile(`(?i)^(?:wo)?m[ea]n['\x{2019}]?s$`)

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
	case n > 2 && strings.EqualFold(words[n-2], "for"):
		if whom := cmp.Or(of(words[n-1]), pronouns[strings.ToLower(words[n-1])]); whom != "" {
			return Reading{Kind: GenderWords, Words: strings.Join(words[n-2:], " "), Gender: whom}, strings.Join(words[:n-2], " "), true
		}
	}
	// A word that can be nothing else says so anywhere: black women's boots, running shoes mens.
	if i := slices.IndexFunc(words, func(w string) bool { return of(w) != "" && possessive.MatchString(w) }); i > 0 {
		return Reading{Kind: GenderWords, Words: words[i], Gender: of(words[i])}, strings.Join(slices.Delete(words, i, i+1), " "), true
	}
	return Reading{}, text, false
}
