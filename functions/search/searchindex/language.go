package searchindex

import (
	"fmt"
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
	// plurals are patterns whose first group is the singular, for what the stemmer leaves.
	plurals []string
	stemmer string
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
	// Not the Porter stemmer: it makes legs of leggings, and organs of organizers.
	"en": {stop: "_english_", plurals: []string{`^(.*(?:ch|sh|ss|x|zz))es$`, `^(.*[a-z]{2}[^suia'])s$`}, stemmer: "light_english"},
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

var elided = []string{"l", "m", "t", "qu", "n", "s", "j", "d", "c", "jusqu", "quoiqu", "lorsqu", "puisqu", "dell", "all", "dall", "nell", "sull",
	"un"}

// analysis returns the analyzers of a BCP 47 language:
//
//	text     what is indexed, a compound with its parts
//	joined   the same with each two neighbours as one word too: flip flops are flipflops
//	query    what is looked for: without words that say nothing, with synonyms, compounds whole
//	parts    the same for a search that found nothing: compounds parted, no synonyms
//	exact    what is looked for in quotes: every word
//	spelled  words whole: a typo is one letter off the word, but may be many off its stem
//
// A language that is not known is folded and lower-cased only.
func analysis(tag string) object {
	code, _, _ := strings.Cut(tag, "-")
	l := languages[code]
	filters := object{"joined": object{"type": "shingle", "min_shingle_size": 2, "max_shingle_size": 2, "token_separator": ""}}
	var before, after []string
	add := func(list *[]string, name string, definition object) {
		*list = append(*list, name)
		if definition != nil {
			filters[name] = definition
		}
	}
	if l.elision {
		add(&before, "elided", object{"type": "elision", "articles_case": true, "articles": elided})
	}
	if code == "en" {
		add(&before, "possessive", object{"type": "stemmer", "language": "possessive_english"})
	}
	lower := object{"type": "lowercase"}
	if l.lower != "" {
		lower["language"] = l.lower
	}
	add(&before, "lower", lower)
	l.endings(code, func(name string, definition object) { add(&after, name, definition) })
	var compound, stop, synonyms []string
	if l.compound {
		add(&compound, "compound", object{"type": "dictionary_decompounder", "word_list": lines("compounds." + code),
			"min_word_size": 6, "min_subword_size": 4, "only_longest_match": true})
	}
	if l.stop != "" {
		add(&stop, "stop_words", object{"type": "stop", "stopwords": l.stop})
	}
	if list := lines("stop." + code); list != nil {
		add(&stop, "more_stop_words", object{"type": "stop", "stopwords": list})
	}
	// The rules pass through the filters before them, so they stand last and meet stems.
	if rules := lines("synonyms." + code); rules != nil {
		add(&synonyms, "synonyms", object{"type": "synonym_graph", "synonyms": rules})
	}
	return object{
		"char_filter": signs,
		"filter":      filters,
		"analyzer": object{
			"text":    custom(signNames, before, compound, after),
			"joined":  custom(signNames, before, []string{"joined"}, compound, after),
			"query":   custom(signNames, before, stop, after, synonyms),
			"parts":   custom(signNames, before, stop, compound, after),
			"exact":   custom(signNames, before, after),
			"spelled": custom([]string{}, before, []string{"asciifolding"}),
		},
	}
}

// endings adds the filters that make a word's forms one.
func (l language) endings(code string, add func(name string, definition object)) {
	for _, f := range l.filters {
		add(f, nil)
	}
	if rules := lines("forms." + code); rules != nil {
		add("forms", object{"type": "stemmer_override", "rules": rules})
	}
	if l.stemmer != "" {
		add("stem", object{"type": "stemmer", "language": l.stemmer})
	}
	for i, p := range l.plurals {
		add(fmt.Sprintf("plurals_%d", i), object{"type": "pattern_replace", "pattern": p, "replacement": "$1"})
	}
	add("asciifolding", nil)
}

// signs are made words before words are parted.
var signs = object{
	// 28l is 28 l.
	"units": object{"type": "pattern_replace", "pattern": `(?<=\p{Nd})(?=\p{L})`, "replacement": " "},
	// S21+ is not S21, C++ not C, C# neither, and AT&T has no word at.
	"plus":  object{"type": "pattern_replace", "pattern": `(?<=[\p{L}\p{Nd}+])\+(?![\p{L}\p{Nd}])`, "replacement": " plus"},
	"sharp": object{"type": "pattern_replace", "pattern": `(?<=\b\p{L})#`, "replacement": " sharp"},
	"and":   object{"type": "pattern_replace", "pattern": `\b(\p{L}{1,2})&(\p{L}{1,2})\b`, "replacement": "$1and$2"},
}

var signNames = []string{"units", "plus", "sharp", "and"}

// parted tells whether words of a BCP 47 language have parts.
func parted(tag string) bool {
	code, _, _ := strings.Cut(tag, "-")
	return languages[code].compound
}

// custom is an analyzer of words: its char filters, then its filters in their order.
func custom(chars []string, filters ...[]string) object {
	return object{"type": "custom", "tokenizer": "standard", "char_filter": chars, "filter": slices.Concat(filters...)}
}
