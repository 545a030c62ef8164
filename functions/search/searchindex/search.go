package searchindex

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rialto/functions/marketplaces"
	"rialto/functions/search"
)

// Search finds products, with all queries in one call, side by side; a marketplace without an index has none. Errors:
// invalid_cursor, search_unavailable.
func (x *Index) Search(ctx context.Context, m marketplaces.Marketplace, queries ...search.IndexQuery) ([]search.Found, error) {
	ranges := search.Ranges(m.Currency)
	var body bytes.Buffer
	line := json.NewEncoder(&body)
	known := x.known(ctx, m)
	queries, counted := slices.Clone(queries), x.counted(m)
	uncounted := make([][]string, len(queries))
	for i, a := range queries {
		if a.OrFewer && known.few {
			w := ask(a, m.Language, known.old)
			queries[i], uncounted[i] = w.choose(a, counted.of(x.time(), telling(w.Loose, m.Language)))
		}
		if err := errors.Join(line.Encode(object{"index": x.alias(m), "allow_partial_search_results": false}),
			line.Encode(request(queries[i], m.Language, ranges, known, uncounted[i]))); err != nil {
			return nil, fmt.Errorf("write search: %w", err)
		}
	}
	var out struct {
		Responses []answer `json:"responses"`
	}
	err := x.call(ctx, searching, http.MethodPost, "/_msearch", raw(body.Bytes()), &out)
	var r *refusal
	switch {
	case queries[0].After != nil && errors.As(err, &r) && r.Status == http.StatusBadRequest: // one that cannot be read spoils the call
		return nil, search.ErrPosition.Because(err) // all else of the request is made here
	case err != nil:
		return nil, fmt.Errorf("search: %w", err)
	}
	if len(out.Responses) != len(queries) {
		return nil, fmt.Errorf("OpenSearch answered %d of %d searches", len(out.Responses), len(queries))
	}
	list := make([]search.Found, len(queries))
	for i, a := range queries {
		err := out.Responses[i].refused()
		switch {
		case refused(err, "index_not_found_exception"):
			list[i] = search.Found{Facets: search.Facets{Price: ranges}}
			continue
		case a.After != nil && out.Responses[i].Status == http.StatusBadRequest:
			return nil, search.ErrPosition.Because(err)
		case err != nil:
			return nil, fmt.Errorf("search: %w", err)
		}
		if list[i], err = out.Responses[i].found(a, m.Language, ranges, known.grouped); err != nil {
			return nil, err
		}
		if uncounted[i] != nil {
			counts := out.Responses[i].counted(uncounted[i])
			counted.learn(counts)
			list[i].Typos = ask(a, m.Language, known.old).missing(counts)
			list[i].Misspelt = len(list[i].Typos) == len(a.Typos)
		}
	}
	return list, nil
}

// request is the whole search. What filters a facet stands behind the query (post_filter), so that each facet
// can count without its own.
func request(a search.IndexQuery, language string, ranges []search.Range, known known, uncounted []string) object {
	filters := filtersOf(a.Query, language)
	if a.By == search.Near {
		body := object{"size": a.Want, "track_total_hits": true, "timeout": "1500ms", "query": near(a, filters), "sort": sorts[search.Relevance]}
		if known.grouped {
			body["collapse"] = object{"field": "group"}
		}
		return body
	}
	words := ask(a, language, known.old)
	found := preferring(matching(a, words), a.Gender, language)
	if a.By != search.ByWords {
		also := near(a, filters)
		also["function_score"].(object)["boost"] = 0
		found = object{"bool": object{"should": []object{found, also}}}
	}
	body := object{
		"size": a.Want, "track_total_hits": true,
		"timeout": "1500ms", // the index gives up before who asked does
		"query":   object{"bool": object{"must": found, "filter": object{"term": object{"deleted": false}}}},
		"sort":    sorts[a.Sort], "track_scores": a.Sort == search.Relevance,
		"post_filter": filters.but(""),
		"aggs":        facets(filters, ranges, known.grouped),
	}
	if a.Relaxed == search.FewerTerms && a.Known && len(a.Typos) == 0 {
		all := object{"filter": words.everyWord()}
		if known.grouped {
			all["aggs"] = distinct(manyFamilies)
		}
		body["aggs"].(object)["exact"] = all
	}
	maps.Copy(body["aggs"].(object), words.counts(uncounted))
	if a.After != nil {
		body["search_after"] = a.After
		return body
	}
	body["from"] = a.From
	if known.grouped { // OpenSearch refuses it beside search_after: what goes on after a hit was no group before, either
		body["collapse"] = object{"field": "group"}
	}
	return body
}

// near finds what is near in meaning. Of those that pass the filters the nearest are taken, so that filters leave as many.
func near(a search.IndexQuery, l filters) object {
	least := search.LeastNear
	if a.Far {
		least = search.LeastFar
	}
	pass := append(filters{{"", object{"term": object{"deleted": false}}}}, l...)
	return object{"function_score": object{
		"query":     object{"knn": object{"vector": object{"vector": a.Vector, "k": search.NearestHits, "filter": pass.but("none")}}},
		"min_score": (1 + least) / 2, // Lucene scores a cosine from 0 to 1
	}}
}

// preferring finds what found finds, and what is for a gender before the rest.
func preferring(found object, gender, language string) object {
	if gender == "" {
		return found
	}
	said := []object{}
	for _, word := range search.SaidFor(gender, language) {
		said = append(said, object{"multi_match": whole(word)})
	}
	return object{"bool": object{"must": found, "should": object{"dis_max": object{"queries": said}}}}
}

// ofOther leaves out what says that it is for another gender.
func ofOther(gender, language string) object {
	var pairs []string
	for _, v := range search.OfOthers(gender, language) {
		pairs = append(pairs, v.Pair(), search.Value{Name: v.Name, Value: upperFirst(v.Value)}.Pair())
	}
	slices.Sort(pairs)
	return object{"bool": object{"must_not": object{"terms": object{"attribute_pairs": slices.Compact(pairs)}}}}
}

func upperFirst(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// without leaves out what has a thing, unless it says itself that it has it not.
func without(thing, language string) object {
	denied := []object{}
	for _, text := range search.Denials(thing, language) {
		denied = append(denied, object{"multi_match": object{"query": text, "type": "phrase", "fields": alike, "analyzer": "exact"}})
	}
	has := object{"multi_match": object{"query": thing, "type": "cross_fields", "operator": "and", "fields": alike,
		"auto_generate_synonyms_phrase_query": false}}
	if begin := stem(thing, language); begin != "" {
		has = object{"bool": object{"should": []object{has, {"multi_match": object{"query": begin, "type": "phrase_prefix", "fields": alike,
			"analyzer": "exact"}}}}}
	}
	return object{"bool": object{"must_not": object{"bool": object{"must": has, "must_not": denied}}}}
}

// stem is what a word begins with in all of its cases, where the language has them and no stemmer; "" elsewhere.
func stem(word, language string) string {
	letters := []rune(word)
	switch n := len(letters); {
	case !strings.HasPrefix(language, "pl") || strings.Contains(word, " ") || n < 4:
		return ""
	case n < 6:
		return string(letters[:n-1])
	default:
		return string(letters[:n-2])
	}
}

type filter struct {
	facet  string
	clause object
}

type filters []filter

// but is all filters but those of a facet.
func (l filters) but(own string) object {
	others := []object{}
	for _, f := range l {
		if f.facet != own {
			others = append(others, f.clause)
		}
	}
	return object{"bool": object{"filter": others}}
}

func filtersOf(q search.Query, language string) filters {
	var list filters
	add := func(facet string, clause object) { list = append(list, filter{facet, clause}) }
	if q.Category != "" {
		add("category", object{"term": object{"category_path": q.Category}})
	}
	if len(q.Brands) > 0 {
		add("brand", object{"terms": object{"brand.name": q.Brands}})
	}
	if q.Fulfillment != "" {
		add("fulfillment", object{"term": object{"fulfillment": q.Fulfillment}})
	}
	if q.InStock {
		add("in_stock", object{"term": object{"in_stock": true}})
	}
	if q.RatingMin > 0 {
		add("rating", object{"range": object{"rating": object{"gte": q.RatingMin * stars}}})
	}
	for _, thing := range q.Without {
		add("without", without(thing, language))
	}
	if q.Gender != "" {
		add("gender", ofOther(q.Gender, language))
	}
	price := object{}
	if q.PriceMin > 0 {
		price["gte"] = q.PriceMin
	}
	if q.PriceMax > 0 {
		price["lte"] = q.PriceMax
	}
	if len(price) > 0 {
		add("price", object{"range": object{"price": price}})
	}
	for _, name := range names(q.Attributes) {
		var pairs []string
		for _, v := range q.Attributes {
			if v.Name == name {
				pairs = append(pairs, v.Pair())
			}
		}
		add(attribute+name, object{"terms": object{"attribute_pairs": pairs}})
	}
	return list
}

var sorts = func() map[search.Sort][]object {
	by := func(field, order string) object {
		return object{field: object{"order": order, "missing": "_last"}}
	}
	tie := object{"product_id": object{"order": "asc"}}
	return map[search.Sort][]object{
		search.Relevance: {{"_score": object{"order": "desc"}}, by("in_stock", "desc"), tie},
		search.PriceAsc:  {by("price", "asc"), tie},
		search.PriceDesc: {by("price", "desc"), tie},
		search.Newest:    {by("updated_at", "desc"), tie},
		search.Rating:    {by("rating_rank", "desc"), tie},
	}
}()
