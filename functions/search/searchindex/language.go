package searchindex

import (
	"slices"
	"strings"
)

// language is how texts of a language are made comparable, from the analyzers that OpenSearch has built in. The
// filters stand in the order they are applied in.
type language struct {
	lower    string // the language of lower-casing, "" for the usual
	stop     string // words that say nothing when searched for
	elision  bool   // l'eau is eau
	compound bool   // words/compounds.<language>.txt lists parts of words
	filters  []string
	stemmer  string
}

// languages is the one table of what a marketplace's language gets (marketplaces.Marketplace.Language). What it does
// not say: German compounds are parted by a list of some hundred words of what shops sell, whatever is not on it
// stays whole, and Dutch and Swedish ones all stay whole; Japanese is searched by pairs of characters, as a
// dictionary of its words is a plugin (analysis-kuromoji) that is not bundled, so it has no stems, no synonyms and no
// tolerance for typos; Polish, whose stemmer is a plugin too, is folded only; Arabic, Dutch, Polish, Portuguese,
// Swedish and Turkish have no synonyms yet.
var languages = map[string]language{
	"ar": {stop: "_arabic_", filters: []string{"decimal_digit", "arabic_normalization"}, stemmer: "arabic"},
	"de": {stop: "_german_", compound: true, filters: []string{"german_normalization"}, stemmer: "light_german"},
	"en": {stop: "_english_", stemmer: "english"},
	"es": {stop: "_spanish_", stemmer: "light_spanish"},
	"fr": {stop: "_french_", elision: true, stemmer: "light_french"},
	"it": {stop: "_italian_", elision: true, stemmer: "light_italian"},
	"ja": {filters: []string{"cjk_width", "cjk_bigram"}},
	"nl": {stop: "_dutch_", stemmer: "dutch"},
	"pl": {},
	"pt": {stop: "_portuguese_", stemmer: "light_portuguese"},
	"sv": {stop: "_swedish_", stemmer: "light_swedish"},
	"tr": {lower: "turkish", stop: "_turkish_", stemmer: "turkish"},
}

// analysis returns the analyzers of a BCP 47 language:
//
//	text     what is indexed, a compound with its parts
//	query    what is looked for: without words that say nothing, with synonyms, compounds whole
//	parts    the same for a search that found nothing: compounds parted, no synonyms
//	spelled  words whole: a typo is one letter off the word, but may be many off its stem
//
// A language that is not known is folded and lower-cased only.
func analysis(tag string) object {
	code, _, _ := strings.Cut(tag, "-")
	l := languages[code]
	filters := object{}
	var before, after []string
	add := func(list *[]string, name string, definition object) {
		*list = append(*list, name)
		if definition != nil {
			filters[name] = definition
		}
	}
	if l.elision {
		add(&before, "elided", object{"type": "elision", "articles_case": true, "articles": []string{
			"l", "m", "t", "qu", "n", "s", "j", "d", "c", "jusqu", "quoiqu", "lorsqu", "puisqu", "dell", "all", "dall", "nell", "sull", "un"}})
	}
	if code == "en" {
		add(&before, "possessive", object{"type": "stemmer", "language": "possessive_english"})
	}
	if l.lower != "" {
		add(&before, "lower", object{"type": "lowercase", "language": l.lower})
	} else {
		add(&before, "lowercase", nil)
	}
	for _, f := range l.filters {
		add(&after, f, nil)
	}
	if l.stemmer != "" {
		add(&after, "stem", object{"type": "stemmer", "language": l.stemmer})
	}
	add(&after, "asciifolding", nil)
	var compound, stop, synonyms []string
	if l.compound {
		add(&compound, "compound", object{"type": "dictionary_decompounder", "word_list": lines("compounds." + code),
			"min_word_size": 6, "min_subword_size": 4, "only_longest_match": true})
	}
	if l.stop != "" {
		add(&stop, "stop_words", object{"type": "stop", "stopwords": l.stop})
	}
	// The rules pass through the filters before them, so they stand last and meet stems.
	if rules := lines("synonyms." + code); rules != nil {
		add(&synonyms, "synonyms", object{"type": "synonym_graph", "synonyms": rules})
	}
	units := []string{"units"}
	return object{
		// 28l is 28 l.
		"char_filter": object{"units": object{"type": "pattern_replace", "pattern": `(?<=\p{Nd})(?=\p{L})`, "replacement": " "}},
		"filter":      filters,
		"analyzer": object{
			"text":    custom(units, before, compound, after),
			"query":   custom(units, before, stop, after, synonyms),
			"parts":   custom(units, before, stop, compound, after),
			"spelled": custom([]string{}, before, []string{"asciifolding"}),
		},
	}
}

// custom is an analyzer of words: its char filters, then its filters in their order.
func custom(chars []string, filters ...[]string) object {
	return object{"type": "custom", "tokenizer": "standard", "char_filter": chars, "filter": slices.Concat(filters...)}
}
