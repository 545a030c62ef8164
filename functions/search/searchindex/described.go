package searchindex

import (
	"context"
	"fmt"
	"net/http"

	"rialto/functions/marketplaces"
	"rialto/functions/search"
)

// Described returns what ranks products, of those of some ids that are found in a marketplace, by id: their category, brand, price,
// rating and whether they are in stock. A marketplace without an index has none. Errors: search_unavailable.
func (x *Index) Described(ctx context.Context, m marketplaces.Marketplace, ids ...string) (map[string]search.Document, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	body := object{
		"size": len(ids), "track_total_hits": false,
		"_source": []string{"product_id", "category_id", "brand", "price", "currency", "rating", "review_count", "in_stock"},
		"query": object{"bool": object{
			"filter": object{"terms": object{"product_id": ids}}, "must_not": object{"term": object{"deleted": true}},
		}},
	}
	var answer struct {
		Hits struct {
			Hits []struct {
				Source search.Document `json:"_source"`
			} `json:"hits"`
		} `json:"hits"`
	}
	err := x.call(ctx, searching, http.MethodPost, "/"+x.alias(m)+"/_search", body, &answer)
	if refused(err, "index_not_found_exception") {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read documents: %w", err)
	}
	out := make(map[string]search.Document, len(answer.Hits.Hits))
	for _, h := range answer.Hits.Hits {
		out[h.Source.ProductID] = h.Source
	}
	return out, nil
}
