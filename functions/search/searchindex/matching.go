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

// asking is what a shopper typed, taken apart, and how an index is asked for it.
type asking struct {
	search.Words
	n        int      // words
	ways     []string // other texts that are as good
	typos    []string // words that no product has
	language string
	old      bool // the index is of an earlier release, and may have no field words
}

func ask(a search.IndexQuery, language string, old bool) asking {
	text, n := firstWords(a.Text)
	return asking{search.Read(text), n, a.Ways, a.Typos, language, old}
}

// matching is the clause of what a shopper typed. It goes into match queries only, which know no operators.
func matching(a search.IndexQuery, w asking) object {
	switch {
	case w.Text == "":
		return object{"match_all": object{}}
	case a.Ranker == search.Plain:
		return object{"multi_match": object{"query": w.Text, "type": "best_fields", "fields": alike}}
	case a.Relaxed == search.Strict:
		return w.quoted(object{"bool": object{"filter": w.everyWord(), "should": append(w.beside(), w.typed("1"))}})
	case a.Relaxed == search.FewerTerms && a.Known: // the words are known: none needs another form
		return w.quoted(w.first())
	}
	words := telling(w.Loose, w.language)
	if len(words) == 0 {
		if len(w.Phrases) == 0 {
			return object{"match_none": object{}}
		}
		return w.quoted(object{"match_all": object{}})
	}
	var each []object
	for i, word := range words {
		each = append(each, w.oneWord(word, search.Spellings(words, i), a.Relaxed))
	}
	if a.Relaxed == search.Fuzzy {
		return w.quoted(object{"bool": object{"must": each}})
	}
	if len(words) == 1 && !parted(w.language) { // fewer are none, and it was looked for with typos
		return object{"match_none": object{}}
	}
	some := object{"bool": object{"should": each, "minimum_should_match": enough}}
	return w.quoted(object{"bool": object{"must": some, "should": kind(w.Text, w.language)}})
}

// telling are the words that say something.
func telling(words []string, language string) []string {
	stop := stopWords(language)
	return slices.DeleteFunc(slices.Clone(words), func(word string) bool {
		return slices.Contains(stop, strings.ToLower(word)) ||
			!strings.ContainsFunc(word, func(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.S) })
	})
}

// first finds what has enough of the words, and what has every word before the rest: its words count twice.
func (w asking) first() object {
	found := object{"bool": object{"must": w.typed(enough), "should": w.beside()}}
	if len(w.typos) > 0 { // nothing has every word
		return found
	}
	return object{"function_score": object{"query": found, "functions": []object{{"filter": w.everyWord(), "weight": 2}}}}
}

// quoted lets only those through that have what stands in quotes, as it stands there.
func (w asking) quoted(found object) object {
	if len(w.Phrases) == 0 {
		return found
	}
	must := []object{found}
	for _, p := range w.Phrases {
		must = append(must, object{"multi_match": object{"query": p, "type": "phrase", "fields": fields, "analyzer": "exact"}})
	}
	return object{"bool": object{"must": must}}
}

// everyWord finds what has every word, as they are parted or with two of them as one, or a synonym of the marketplace's own,
// and the product whose own name the text is.
func (w asking) everyWord() object {
	ways := []object{w.has(w.Text, 1)}
	if each := w.joined(); each != nil {
		ways = append(ways, object{"bool": object{"filter": each}})
	}
	for _, text := range w.ways {
		ways = append(ways, w.has(text, 1))
	}
	if id := w.named(); id != nil {
		ways = append(ways, id)
	}
	return object{"bool": object{"should": ways}}
}

// has finds all words of a text, wherever they stand.
func (w asking) has(text string, boost float64) object {
	q := object{"query": text, "operator": "and", "boost": boost, "auto_generate_synonyms_phrase_query": false}
	if w.old {
		q["type"], q["fields"] = "cross_fields", alike
		return object{"multi_match": q}
	}
	return object{"match": object{"words": q}}
}

// named finds the product whose own name a text is; nil for a text that is no name.
func (w asking) named() object {
	id := search.Identifier(w.Text)
	if len(id) < minIdentifier || !strings.ContainsAny(id, "0123456789") {
		return nil
	}
	return object{"term": object{"identifiers": id}}
}

// minIdentifier is the least that an identifier has, so that a size is none, and namedBoost what being named by it scores.
const (
	minIdentifier = 4
	namedBoost    = 100
)

// typed finds what has so many of the words, or one of them with typos, or of a synonym, and counts them; or what has two of them
// as one.
func (w asking) typed(least string) object {
	some := []object{scored(w.Text, least)}
	for _, word := range w.typos {
		some = append(some, w.otherwise(word)...)
	}
	ways := []object{{"bool": object{"should": some}}}
	for _, text := range w.ways {
		ways = append(ways, scored(text, "100%"))
	}
	if w.joined() != nil {
		words := telling(w.Loose, w.language)
		for i := range words {
			for _, as := range search.Spellings(words, i) {
				ways = append(ways, w.has(as, joinedBoost))
			}
		}
	}
	if id := w.named(); id != nil {
		ways = append(ways, id)
	}
	return object{"dis_max": object{"queries": ways}}
}

// otherwise finds a word with typos, or the parts of a compound.
func (w asking) otherwise(word string) []object {
	ways := []object{misspelt(word)}
	if parted(w.language) {
		parts := whole(word)
		parts["analyzer"], parts["boost"] = "parts", 0.5
		ways = append(ways, object{"multi_match": parts})
	}
	return ways
}

// scored counts each word in the fields that it stands in.
func scored(text, least string) object {
	return object{"multi_match": object{"query": text, "type": "cross_fields", "fields": fields, "minimum_should_match": least, "tie_breaker": 0.1,
		"auto_generate_synonyms_phrase_query": false}}
}

// beside is what counts beside the words: that they stand in one field side by side, being of the kind that is looked for, and
// being named by them.
func (w asking) beside() []object {
	list := []object{kind(w.Text, w.language),
		{"multi_match": object{"query": w.Text, "type": "phrase", "fields": []string{"title", "category_words"}, "slop": 1, "boost": 0.5}}}
	if w.joined() != nil {
		words := telling(w.Loose, w.language)
		for _, as := range search.Spellings(words, len(words)-1) {
			list = append(list, kind(as, w.language))
		}
	}
	if id := w.named(); id != nil {
		list = append(list, object{"constant_score": object{"filter": id, "boost": namedBoost}})
	}
	return list
}

// joinedBoost is how much a word counts that is spelled as one, or in two.
const joinedBoost = 1.5

// kind finds what is of the kind that a text asks for.
func kind(text, language string) object {
	return object{"match": object{"kind": object{"query": search.Kind(text, language, 1), "boost": kindBoost,
		"auto_generate_synonyms_phrase_query": false}}}
}

// kindBoost is how much being of the kind that is asked for counts beside the words. More loses queries for attributes.
const kindBoost = 1.0

// joined finds each word as it is, or in another of its spellings; nil where no word has another, or all are too many.
func (w asking) joined() []object {
	if w.n > typoWords || len(w.Phrases) > 0 {
		return nil
	}
	words := telling(w.Loose, w.language)
	var each []object
	others := false
	for i := range words {
		ways := w.spellings(words, i)
		others = others || len(ways) > 1
		each = append(each, object{"bool": object{"should": ways}})
	}
	if !others {
		return nil
	}
	return each
}

// spellings find a word as it is, or in another of its spellings.
func (w asking) spellings(words []string, i int) []object {
	ways := []object{w.has(words[i], 1)}
	for _, as := range search.Spellings(words, i) {
		ways = append(ways, w.has(as, 1))
	}
	return ways
}

// misspelt finds a word with typos, in either number.
func misspelt(word string) object {
	var ways []object
	for _, as := range search.Numbers(word) {
		ways = append(ways, object{"match": object{"spelled": object{"query": as, "operator": "and", "fuzziness": "AUTO:4,6",
			"max_expansions": maxVariants}}})
	}
	return object{"dis_max": object{"queries": ways}}
}

// whole finds one word, wherever it stands.
func whole(word string) object {
	return object{"query": word, "type": "cross_fields", "fields": fields, "operator": "and", "auto_generate_synonyms_phrase_query": false}
}

// oneWord finds a word as it is, as one with a neighbour, or with typos; as it is has its name, the word. Short words and
// those with digits have no typos: 42 is not 43.
func (w asking) oneWord(word string, joined []string, step search.Relaxed) object {
	as := whole(word)
	as["_name"] = word
	ways := []object{{"multi_match": as}}
	for _, j := range joined {
		as := whole(j)
		as["_name"] = word
		ways = append(ways, object{"multi_match": as})
	}
	if w.n <= typoWords && !strings.ContainsFunc(word, unicode.IsDigit) {
		ways = append(ways, misspelt(word))
	}
	if step == search.FewerTerms {
		ways = append(ways, w.otherwise(word)[1:]...)
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
