package searchindex

import (
	"strings"
	"unicode"

	"rialto/functions/search"
)

// A text is cut off after so many words: OpenSearch bounds the clauses of a query, and a word is one a field.
// Among few words each may have typos; each then stands for up to maxVariants others.
const (
	maxWords    = 24
	typoWords   = 8
	maxVariants = 10
)

// Words in a title count three times, in a brand twice, what they do elsewhere.
var (
	fields = []string{"title^3", "brand^2", "description", "bullets", "attribute_values", "category_words"}
	alike  = []string{"title", "brand", "description", "bullets", "attribute_values", "category_words"}
)

// matching is the clause of what a shopper typed. It goes into match queries only, which know no operators.
func matching(a search.IndexQuery) object {
	text, n := firstWords(a.Text)
	if text == "" {
		return object{"match_all": object{}}
	}
	switch {
	case a.Ranker == search.Plain:
		return object{"multi_match": object{"query": text, "type": "best_fields", "fields": alike}}
	case a.Relaxed == search.Strict:
		return everyWord(text)
	case a.Relaxed == search.FewerTerms && a.Known: // the words are known: none needs another form
		some := object{"query": text, "type": "cross_fields", "fields": fields, "minimum_should_match": "50%", "auto_generate_synonyms_phrase_query": false}
		return object{"bool": object{"must": object{"multi_match": some}, "should": []object{everyWord(text)}}}
	}
	var each []object
	for _, word := range strings.Fields(text) {
		if strings.ContainsFunc(word, func(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.S) }) {
			each = append(each, oneWord(word, a.Relaxed, n <= typoWords))
		}
	}
	if each == nil {
		return object{"match_none": object{}}
	}
	if a.Relaxed == search.Fuzzy {
		return object{"bool": object{"must": each}}
	}
	// What has every word is found by both, and so comes first.
	some := object{"bool": object{"should": each, "minimum_should_match": "50%"}}
	return object{"bool": object{"must": some, "should": []object{everyWord(text)}}}
}

// everyWord finds each word somewhere in a product. Words that stand in one field side by side count a little more.
func everyWord(text string) object {
	return object{"bool": object{
		"must": object{"multi_match": object{"query": text, "type": "cross_fields", "fields": fields, "operator": "and", "tie_breaker": 0.1,
			"auto_generate_synonyms_phrase_query": false}},
		"should": object{"multi_match": object{"query": text, "type": "phrase", "fields": []string{"title", "category_words"}, "slop": 1, "boost": 0.5}},
	}}
}

// oneWord finds a word as it is or with typos. Short words and those with digits have no typos: 42 is not 43.
func oneWord(word string, step search.Relaxed, typos bool) object {
	ways := []object{{"multi_match": object{"query": word, "type": "cross_fields", "fields": fields, "operator": "and",
		"auto_generate_synonyms_phrase_query": false}}}
	if typos && !strings.ContainsFunc(word, unicode.IsDigit) {
		ways = append(ways, object{"match": object{"spelled": object{"query": word, "operator": "and", "fuzziness": "AUTO:4,6", "prefix_length": 1,
			"max_expansions": maxVariants}}})
	}
	if step == search.FewerTerms {
		ways = append(ways, object{"multi_match": object{"query": word, "type": "cross_fields", "fields": fields, "analyzer": "parts", "boost": 0.5}})
	}
	return object{"dis_max": object{"queries": ways}}
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
