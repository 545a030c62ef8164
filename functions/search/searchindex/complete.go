package searchindex

import (
	"context"
	"fmt"
	"net/http"

	"rialto/functions/marketplaces"
	"rialto/functions/search"
)

// completing bounds how many products, and values of each property, a completion is made from.
const completing = 20

// Complete finds what has the words of a text, the last one begun only. Errors: search_unavailable.
func (x *Index) Complete(ctx context.Context, m marketplaces.Marketplace, text string) (search.Completable, error) {
	text, _ = firstWords(text)
	terms := func(field string) object { return object{"terms": object{"field": field, "size": completing}} }
	body := object{
		"size": search.MaxCompletions, "track_total_hits": false, "timeout": "1s", "_source": []string{"product_id", "title"},
		"query": object{"bool": object{
			"must":   object{"match_bool_prefix": object{"spelled": object{"query": text, "operator": "and", "fuzziness": "AUTO:4,7"}}},
			"filter": object{"term": object{"deleted": false}},
		}},
		"sort": sorts[search.Relevance],
		"aggs": object{"category": terms("category_path"), "brand": terms("brand.name")},
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
