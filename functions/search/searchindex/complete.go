package searchindex

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"rialto/functions/marketplaces"
	"rialto/functions/search"
)

// completing bounds how many products, and values of each property, a completion is made from.
const completing = 20

// Complete finds what has the words of a text, the last one begun only. Errors: search_unavailable.
func (x *Index) Complete(ctx context.Context, m marketplaces.Marketplace, text string, typos bool) (search.Completable, error) {
	text, _ = firstWords(text)
	terms := func(field string) object { return object{"terms": object{"field": field, "size": completing}} }
	body := object{
		"size": search.MaxCompletions, "track_total_hits": false, "timeout": "1s", "_source": []string{"product_id", "title"},
		"query": object{"bool": object{
			"must":   begun(text, typos),
			"filter": object{"term": object{"deleted": false}},
		}},
		"sort": sorts[search.Relevance],
		"aggs": object{"category": terms("category_path"), "brand": terms("brand.name")},
	}
	if x.known(ctx, m).grouped {
		body["collapse"] = object{"field": "group"}
	}
	var out struct {
		Hits struct {
			Hits []struct {
				Source search.Document `json:"_source"`
			} `json:"hits"`
		} `json:"hits"`
		Aggregations struct{ Category, Brand counts } `json:"aggregations"`
	}
	err := x.call(ctx, searching, http.MethodPost, "/"+x.alias(m)+"/_search?allow_partial_search_results=false", body, &out)
	if refused(err, "index_not_found_exception") {
		return search.Completable{}, nil
	}
	if err != nil {
		return search.Completable{}, fmt.Errorf("complete: %w", err)
	}
	c := search.Completable{Categories: out.Aggregations.Category.list(), Brands: out.Aggregations.Brand.list()}
	for _, h := range out.Hits.Hits {
		c.Products = append(c.Products, h.Source)
	}
	return c, nil
}

// begun finds every word of a text, the last one begun. Typos are looked for among the beginnings that the field has of its
// words: of up to 12 letters, so no more of a word are compared.
func begun(text string, typos bool) object {
	if !typos {
		return object{"match_bool_prefix": object{"spelled": object{"query": text, "operator": "and"}}}
	}
	var each []object
	for _, word := range strings.Fields(strings.ToLower(text)) {
		ways := []object{{"match_bool_prefix": object{"spelled": object{"query": word, "operator": "and"}}}}
		if search.Misspelt(word) {
			ways = append(ways, object{"fuzzy": object{"spelled._index_prefix": object{"value": firstLetters(word), "fuzziness": search.Edits(word),
				"prefix_length": 1, "max_expansions": maxVariants}}})
		}
		each = append(each, object{"dis_max": object{"queries": ways}})
	}
	return object{"bool": object{"must": each}}
}

// prefixLetters is the longest beginning of a word that the index has.
const prefixLetters = 12

func firstLetters(word string) string {
	letters := []rune(word)
	return string(letters[:min(len(letters), prefixLetters)])
}
