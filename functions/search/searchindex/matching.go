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
	words := telling(w.Loose, language)
	if len(words) == 0 {
		if len(w.Phrases) == 0 {
			return object{"match_none": object{}}
		}
		return quoted(w, object{"match_all": object{}})
	}
	var each []object
	for i, word := range words {
		each = append(each, oneWord(word, search.Spellings(words, i), a.Relaxed, n <= typoWords, language))
	}
	if a.Relaxed == search.Fuzzy {
		return quoted(w, object{"bool": object{"must": each}})
	}
	if len(words) == 1 && !parted(language) { // fewer are none, and it was looked for with typos
		return object{"match_none": object{}}
	}
	some := object{"bool": object{"should": each, "minimum_should_match": enough}}
	if a.Known {
		return quoted(w, first(some, w, n, a.Ways, language))
	}
	return quoted(w, object{"bool": object{"must": some, "should": kind(w.Text, language)}})
}

// telling are the words that say something.
func telling(words []string, language string) []string {
	stop := stopWords(language)
	return slices.DeleteFunc(slices.Clone(words), func(word string) bool {
		return slices.Contains(stop, strings.ToLower(word)) ||
			!strings.ContainsFunc(word, func(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.S) })
	})
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
	if joined := everyWordJoined(w, language); joined != nil && n <= typoWords && len(w.Phrases) == 0 {
		ways = append(ways, joined)
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

// everyWordJoined finds each word as it is, or in another of its spellings; nil where no word has another.
func everyWordJoined(w search.Words, language string) object {
	words := telling(w.Loose, language)
	var each []object
	should := []object{kind(w.Text, language)}
	others := false
	for i, word := range words {
		ways := []object{}
		for _, as := range append([]string{word}, search.Spellings(words, i)...) {
			ways = append(ways, object{"multi_match": whole(as)})
		}
		others = others || len(ways) > 1
		each = append(each, object{"dis_max": object{"queries": ways}})
	}
	if !others {
		return nil
	}
	for _, as := range search.Spellings(words, len(words)-1) {
		should = append(should, kind(as, language))
	}
	return object{"bool": object{"must": each, "should": should}}
}

// whole finds one word, wherever it stands.
func whole(word string) object {
	return object{"query": word, "type": "cross_fields", "fields": fields, "operator": "and", "auto_generate_synonyms_phrase_query": false}
}

// oneWord finds a word as it is, as one with a neighbour, or with typos; as it is has its name, the word. Short words and
// those with digits have no typos: 42 is not 43.
func oneWord(word string, joined []string, step search.Relaxed, typos bool, language string) object {
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
