package searchindex

import "unicode"

// A text is cut off after so many words: OpenSearch bounds the clauses of a query, and a word is one a field.
// Among few words each may have typos; each then stands for up to maxVariants others.
const (
	maxWords    = 24
	typoWords   = 8
	maxVariants = 10
)

var fields = []string{"title^3", "brand^2", "description", "bullets", "attribute_values", "category_words"}

// matching is the clause of what a shopper typed. A product matches if every word is somewhere in it; or if one
// of its fields alone has most of the words, each perhaps with a typo. The better of the two counts, and a little
// of the other.
func matching(text string) object {
	text, words := firstWords(text)
	if text == "" {
		return object{"match_all": object{}}
	}
	loose := object{"query": text, "type": "best_fields", "fields": append([]string{"title.spelled^3"}, fields...), "minimum_should_match": "2<75%", "tie_breaker": 0.3}
	if words <= typoWords {
		loose["fuzziness"], loose["prefix_length"], loose["max_expansions"] = "AUTO", 1, maxVariants
	}
	all := object{"query": text, "type": "cross_fields", "fields": fields, "operator": "and"}
	return object{"dis_max": object{"tie_breaker": 0.3, "queries": []object{{"multi_match": all}, {"multi_match": loose}}}}
}

// firstWords returns a text up to its maxWords-th word, and how many it has. It counts as the index does or
// higher: in writing that does not part words, each character is one.
func firstWords(text string) (string, int) {
	words, in := 0, false
	for i, r := range text {
		whole := unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
		part := unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r)
		begins := whole || part && !in || !part && unicode.IsSymbol(r) // the index knows some symbols as words, as emoji
		if begins {
			if words == maxWords {
				return text[:i], words
			}
			words++
		}
		in = part && !whole
	}
	return text, words
}
