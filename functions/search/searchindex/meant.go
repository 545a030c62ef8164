package searchindex

import (
	"slices"
	"strings"
	"unicode"

	"rialto/functions/search"
)

// meantHits is how many of the best hits say what may have been meant.
const meantHits = 10

// meant is the text with those words corrected that the best hits have with a typo only, as most of them have it; "" if
// nothing is to be corrected. What it returns finds those hits, and every word of it is one of the catalog's.
func (a answer) meant(q search.IndexQuery, stop []string) string {
	words := search.Read(q.Text).Loose
	votes, best := map[string]int{}, ""
	for _, h := range a.Hits.Hits[:min(meantHits, len(a.Hits.Hits))] {
		spelled := spelledWords(h.Source)
		out, changed, whole := make([]string, len(words)), false, true
		for i, w := range words {
			out[i] = w
			if !search.Misspelt(w) || slices.Contains(stop, strings.ToLower(w)) || slices.Contains(h.Named, w) ||
				len(q.Typos) > 0 && !slices.Contains(q.Typos, w) {
				continue
			}
			nearest, ok := search.Nearest(strings.ToLower(w), spelled)
			out[i], changed, whole = nearest, true, whole && ok
		}
		if !changed || !whole {
			continue
		}
		s := strings.Join(out, " ")
		if votes[s]++; best == "" || votes[s] > votes[best] {
			best = s
		}
	}
	return best
}

// spelledWords are the words of a document that the field spelled has.
func spelledWords(d search.Document) []string {
	parts := append([]string{d.Title, d.Brand}, append(d.AttributeValues, d.CategoryWords...)...)
	return strings.FieldsFunc(strings.ToLower(strings.Join(parts, " ")), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && r != '\''
	})
}
