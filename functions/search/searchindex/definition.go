package searchindex

import "strings"

// object is JSON that OpenSearch reads.
type object = map[string]any

// language is how texts of a language are made comparable, from the analyzers that OpenSearch has built in. The
// filters stand in the order they are applied in.
type language struct {
	lower   string // the language of lower-casing, "" for the usual
	stop    string // words that say nothing when searched for
	elision bool   // l'eau is eau
	filters []string
	stemmer string
}

var languages = map[string]language{
	"ar": {stop: "_arabic_", filters: []string{"decimal_digit", "arabic_normalization"}, stemmer: "arabic"},
	"de": {stop: "_german_", filters: []string{"german_normalization"}, stemmer: "light_german"},
	"en": {stop: "_english_", stemmer: "english"},
	"es": {stop: "_spanish_", stemmer: "light_spanish"},
	"fr": {stop: "_french_", elision: true, stemmer: "light_french"},
	"it": {stop: "_italian_", elision: true, stemmer: "light_italian"},
	"ja": {filters: []string{"cjk_width", "cjk_bigram"}}, // pairs of characters: a dictionary is a plugin
	"nl": {stop: "_dutch_", stemmer: "dutch"},
	"pl": {},
	"pt": {stop: "_portuguese_", stemmer: "light_portuguese"},
	"sv": {stop: "_swedish_", stemmer: "light_swedish"},
	"tr": {lower: "turkish", stop: "_turkish_", stemmer: "turkish"},
}

// analysis returns the analyzers of a BCP 47 language: "text" for what is indexed, "query" for what is looked for,
// which leaves out words that say nothing, and "spelled", which keeps words whole: a typo is one letter off the
// word, but may be many off its stem. A language that is not known is folded and lower-cased only.
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
	query := append([]string(nil), before...)
	if l.stop != "" {
		add(&query, "stop_words", object{"type": "stop", "stopwords": l.stop})
	}
	custom := func(filters ...[]string) object {
		var all []string
		for _, f := range filters {
			all = append(all, f...)
		}
		return object{"type": "custom", "tokenizer": "standard", "filter": all}
	}
	return object{"filter": filters, "analyzer": object{"text": custom(before, after), "query": custom(query, after), "spelled": custom(before, []string{"asciifolding"})}}
}

// definition is an index of products in a language, with its alias.
func definition(language, alias string, shards int) object {
	keyword, hidden := object{"type": "keyword"}, object{"type": "keyword", "index": false, "doc_values": false}
	text := object{"type": "text", "analyzer": "text", "search_analyzer": "query"}
	return object{
		"aliases": object{alias: object{"is_write_index": true}},
		"settings": object{
			"index":    object{"refresh_interval": "500ms", "number_of_shards": shards, "auto_expand_replicas": "0-2"},
			"analysis": analysis(language),
		},
		"mappings": object{"dynamic": "strict", "properties": object{
			"product_id": keyword, "description": text, "bullets": text,
			"title":       object{"type": "text", "analyzer": "text", "search_analyzer": "query", "fields": object{"spelled": object{"type": "text", "analyzer": "spelled"}}},
			"brand":       object{"type": "text", "analyzer": "text", "search_analyzer": "query", "fields": object{"name": keyword}},
			"category_id": keyword, "category_path": keyword, "category_words": text,
			"attributes": object{"type": "object", "enabled": false}, "attribute_values": text,
			"image": hidden, "offer_id": hidden,
			"price": object{"type": "long"}, "landed": object{"type": "long"}, "currency": keyword,
			"seller_id": keyword, "seller_name": hidden, "in_stock": object{"type": "boolean"}, "offer_count": object{"type": "integer"},
			"rating":     object{"type": "integer"}, // hundredths of a star
			"updated_at": object{"type": "date"}, "deleted": object{"type": "boolean"}, "n": object{"type": "long"},
		}},
	}
}
