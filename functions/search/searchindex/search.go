package searchindex

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"rialto/functions/marketplaces"
	"rialto/functions/search"
)

// The most values that a facet lists.
const (
	categories = 50
	brands     = 30
)

// Search finds products; a marketplace without an index has none. Errors: search_unavailable.
func (x *Index) Search(ctx context.Context, m marketplaces.Marketplace, q search.Query) (search.Result, error) {
	ranges := search.Ranges(m.Currency)
	var a answer
	path := "/" + x.alias(m) + "/_search?allow_partial_search_results=false"
	err := x.call(ctx, searching, http.MethodPost, path, request(q, ranges), &a)
	if refused(err, "index_not_found_exception") {
		return search.Result{Facets: search.Facets{Price: ranges}}, nil
	}
	if err != nil {
		return search.Result{}, fmt.Errorf("search: %w", err)
	}
	return a.result(ranges), nil
}

// request is the whole search. What filters a facet stands behind the query (post_filter), so that each facet
// can count without its own.
func request(q search.Query, ranges []search.Range) object {
	filters := filtersOf(q)
	but := func(own string) object {
		var others []object
		for _, f := range filters {
			if f.facet != own {
				others = append(others, f.clause)
			}
		}
		return object{"bool": object{"filter": others}}
	}
	facet := func(own string, counts object) object {
		return object{"filter": but(own), "aggs": object{"by": counts}}
	}
	var bounds []object
	for _, r := range ranges {
		b := object{"from": r.Min}
		if r.Max > 0 {
			b["to"] = r.Max + 1 // exclusive
		}
		bounds = append(bounds, b)
	}
	return object{
		"from": (q.Page - 1) * q.Size, "size": q.Size, "track_total_hits": true,
		"timeout": "1500ms", // the index gives up before who asked does
		"query":   object{"bool": object{"must": matching(q.Text), "filter": object{"term": object{"deleted": false}}}},
		"sort":    sorts[q.Sort], "track_scores": false,
		"post_filter": but(""),
		"aggs": object{
			"category": facet("category", object{"terms": object{"field": "category_path", "size": categories}}),
			"brand":    facet("brand", object{"terms": object{"field": "brand.name", "size": brands}}),
			"price":    facet("price", object{"range": object{"field": "price", "ranges": bounds}}),
		},
	}
}

type filter struct {
	facet  string
	clause object
}

func filtersOf(q search.Query) []filter {
	var list []filter
	if q.Category != "" {
		list = append(list, filter{"category", object{"term": object{"category_path": q.Category}}})
	}
	if len(q.Brands) > 0 {
		list = append(list, filter{"brand", object{"terms": object{"brand.name": q.Brands}}})
	}
	price := object{}
	if q.PriceMin > 0 {
		price["gte"] = q.PriceMin
	}
	if q.PriceMax > 0 {
		price["lte"] = q.PriceMax
	}
	if len(price) > 0 {
		list = append(list, filter{"price", object{"range": object{"price": price}}})
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
		search.Rating:    {by("rating", "desc"), tie},
	}
}()

// answer is what is read of OpenSearch's.
type answer struct {
	Took int64 `json:"took"` // milliseconds
	Hits struct {
		Total struct {
			Value int64 `json:"value"`
		} `json:"total"`
		Hits []struct {
			Source search.Document `json:"_source"`
		} `json:"hits"`
	} `json:"hits"`
	Aggregations struct {
		Category, Brand counts
		Price           struct {
			By struct {
				Buckets []struct {
					Count int64 `json:"doc_count"`
				} `json:"buckets"`
			} `json:"by"`
		}
	} `json:"aggregations"`
}

type counts struct {
	By struct {
		Buckets []struct {
			Key   string `json:"key"`
			Count int64  `json:"doc_count"`
		} `json:"buckets"`
	} `json:"by"`
}

func (a answer) result(ranges []search.Range) search.Result {
	r := search.Result{Total: a.Hits.Total.Value, Took: time.Duration(a.Took) * time.Millisecond}
	for _, h := range a.Hits.Hits {
		r.Hits = append(r.Hits, h.Source)
	}
	r.Facets.Category, r.Facets.Brand, r.Facets.Price = a.Aggregations.Category.list(), a.Aggregations.Brand.list(), slices.Clone(ranges)
	for i, b := range a.Aggregations.Price.By.Buckets { // they come in the order of the bounds, lowest first
		r.Facets.Price[i].Count = b.Count
	}
	return r
}

func (c counts) list() []search.Bucket {
	var list []search.Bucket
	for _, b := range c.By.Buckets {
		list = append(list, search.Bucket{Value: b.Key, Count: b.Count})
	}
	return list
}
