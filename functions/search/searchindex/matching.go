package searchindex

import (
	"slices"
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
func matching(a search.IndexQuery, language string) object {
	text, n := firstWords(a.Text)
	if text == "" {
		return object{"match_all": object{}}
	}
	w := search.Read(text)
	switch {
	case a.Ranker == search.Plain:
		return object{"multi_match": object{"query": text, "type": "best_fields", "fields": alike}}
	case a.Relaxed == search.Strict:
		return quoted(w, everyWordAnyhow(w, n, a.Ways, language))
	case a.Relaxed == search.FewerTerms && a.Known && len(w.Phrases) == 0: // the words are known: none needs another form
		some := object{"query": text, "type": "cross_fields", "fields": fields, "minimum_should_match": enough,
			"auto_generate_synonyms_phrase_query": false}
		return first(object{"multi_match": some}, w, n, a.Ways, language)
	}
	stop := stopWords(language)
	words := slices.DeleteFunc(slices.Clone(w.Loose), func(word string) bool {
		return slices.Contains(stop, strings.ToLower(word)) ||
			!strings.ContainsFunc(word, func(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.S) })
	})
	if len(words) == 0 {
		if len(w.Phrases) == 0 {
			return object{"match_none": object{}}
		}
		return quoted(w, object{"match_all": object{}})
	}
	var each []object
	for i, word := range words {
		each = append(each, oneWord(word, neighbours(words, i), a.Relaxed, n <= typoWords, language))
	}
	if a.Relaxed == search.Fuzzy {
		return quoted(w, object{"bool": object{"must": each}})
	}
	// What has every word is found by both, and so comes first.
	return quoted(w, first(object{"bool": object{"should": each, "minimum_should_match": enough}}, w, n, a.Ways, language))
}

// first finds what some finds, and what has every word, or is of the kind that is looked for, before the rest.
func first(some object, w search.Words, n int, synonyms []string, language string) object {
	return object{"bool": object{"must": some, "should": []object{everyWordAnyhow(w, n, synonyms, language), kind(w.Text, language)}}}
}

// quoted lets only those through that have what stands in quotes, as it stands there.
func quoted(w search.Words, found object) object {
	if len(w.Phrases) == 0 {
		return found
	}
	must := []object{found}
	for _, p := range w.Phrases {
		must = append(must, object{"multi_match": object{"query": p, "type": "phrase", "fields": fields, "analyzer": "exact"}})
	}
	return object{"bool": object{"must": must}}
}

// everyWordAnyhow finds every word, as they are parted or with two of them as one, or a synonym of the marketplace's own, and
// the product whose own name the text is, before all others.
func everyWordAnyhow(w search.Words, n int, synonyms []string, language string) object {
	ways := []object{everyWord(w.Text, language)}
	if n <= typoWords && len(w.Phrases) == 0 {
		for _, words := range search.Joined(w.Loose) {
			ways = append(ways, everyWord(strings.Join(words, " "), language))
		}
	}
	for _, text := range synonyms {
		ways = append(ways, everyWord(text, language))
	}
	if id := search.Identifier(w.Text); len(id) >= minIdentifier && strings.ContainsAny(id, "0123456789") {
		ways = append(ways, object{"constant_score": object{"filter": object{"term": object{"identifiers": id}}, "boost": named}})
	}
	return object{"dis_max": object{"queries": ways}}
}

// minIdentifier is the least that an identifier has, so that a size is none, and named what being named by it scores.
const (
	minIdentifier = 4
	named         = 100
)

// everyWord finds each word somewhere in a product. Words that stand in one field side by side count a little more, and so
// does being of the kind that is looked for.
func everyWord(text, language string) object {
	return object{"bool": object{
		"must": object{"multi_match": object{"query": text, "type": "cross_fields", "fields": fields, "operator": "and", "tie_breaker": 0.1,
			"auto_generate_synonyms_phrase_query": false}},
		"should": []object{
			{"multi_match": object{"query": text, "type": "phrase", "fields": []string{"title", "category_words"}, "slop": 1, "boost": 0.5}},
			kind(text, language),
		},
	}}
}

// kind finds what is of the kind that a text asks for.
func kind(text, language string) object {
	return object{"match": object{"kind": object{"query": search.Kind(text, language, 1), "boost": kindBoost,
		"auto_generate_synonyms_phrase_query": false}}}
}

// kindBoost is how much being of the kind that is asked for counts beside the words. More loses queries for attributes.
const kindBoost = 1.0

// neighbours are a word's joins with the one before it and the one behind it.
func neighbours(words []string, i int) (joined []string) {
	for _, both := range search.Joined(words[max(0, i-1):min(len(words), i+2)]) {
		for _, word := range both {
			if !slices.Contains(words, word) {
				joined = append(joined, word)
			}
		}
	}
	return joined
}

// oneWord finds a word as it is, as one with a neighbour, or with typos; as it is has its name, the word. Short words and
// those with digits have no typos: 42 is not 43.
func oneWord(word string, joined []string, step search.Relaxed, typos bool, language string) object {
	whole := func(word string) object {
		return object{"query": word, "type": "cross_fields", "fields": fields, "operator": "and", "auto_generate_synonyms_phrase_query": false}
	}
	as := whole(word)
	as["_name"] = word
	ways := []object{{"multi_match": as}}
	for _, j := range joined {
		as := whole(j)
		as["_name"] = word
		ways = append(ways, object{"multi_match": as})
	}
	if typos && !strings.ContainsFunc(word, unicode.IsDigit) {
		ways = append(ways, object{"match": object{"spelled": object{"query": word, "operator": "and", "fuzziness": "AUTO:4,6",
			"max_expansions": maxVariants}}})
	}
	if step == search.FewerTerms && parted(language) {
		parts := whole(word)
		parts["analyzer"], parts["boost"] = "parts", 0.5
		ways = append(ways, object{"multi_match": parts})
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

// enough is how many of the words are enough where few products have all: half of two or three, a third of more.
const enough = "1<50% 3<34%"
