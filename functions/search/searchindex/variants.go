package searchindex

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"rialto/functions/marketplaces"
	"rialto/functions/search"
)

// Variants of one product are one hit: the best of those that match, chosen by OpenSearch's collapse; and what is counted is
// counted once for all of them, as far as they are distinct (HyperLogLog, as good as exact up to so many families a count). Where an
// index has no variants none of it is asked for, and it costs nothing.

const (
	// grouping is how long it is taken for true whether an index has variants, and looking how long finding out may take.
	grouping = 10 * time.Second
	looking  = 500 * time.Millisecond
	// The most families of which a count is as good as exact: of all hits, and of a value of a facet.
	manyFamilies = 40_000
	someFamilies = 1_000
	// maxSwatches is how many values of all options of a product are shown.
	maxSwatches = 60
)

// grouped says whether an index has variants, and since when that is known.
type grouped struct {
	yes bool
	at  time.Time
}

// groups tells whether hits of a marketplace are to stand for all variants. An index of an earlier release does not know which
// products are variants of one: there each is a hit of its own.
func (x *Index) groups(ctx context.Context, m marketplaces.Marketplace) bool {
	var now time.Time
	if x.now != nil {
		now = x.now()
		x.mu.Lock()
		known, there := x.grouped[m.Code]
		x.mu.Unlock()
		if there && now.Sub(known.at) < grouping {
			return known.yes
		}
	}
	yes, err := x.hasVariants(ctx, m)
	if err != nil { // if OpenSearch is away, the search says so
		slog.WarnContext(ctx, "whether there are variants is not known", "marketplace", m.Code, "error", err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.grouped[m.Code] = grouped{yes, now}
	return yes
}

func (x *Index) hasVariants(ctx context.Context, m marketplaces.Marketplace) (bool, error) {
	body := object{"size": 1, "terminate_after": 1, "track_total_hits": false, "_source": false, "query": object{"exists": object{"field": "family"}}}
	var out struct {
		Hits struct {
			Hits []struct{} `json:"hits"`
		} `json:"hits"`
	}
	err := x.call(ctx, looking, http.MethodPost, "/"+x.alias(m)+"/_search", body, &out)
	if refused(err, "index_not_found_exception") {
		return false, nil
	}
	if err != nil || len(out.Hits.Hits) == 0 {
		return false, err
	}
	_, current, err := x.State(ctx, m)
	return current, err
}

// distinct counts, of what a bucket counts, variants and their families.
func distinct(most int) object {
	return object{"variants": object{"filter": object{"exists": object{"field": "family"}},
		"aggs": object{"families": object{"cardinality": object{"field": "family", "precision_threshold": most}}}}}
}

// variants are those of a bucket, and of how many families.
type variants struct {
	Count    int64 `json:"doc_count"`
	Families struct {
		Value int64 `json:"value"`
	} `json:"families"`
}

// less is how many hits less there are than documents.
func (v variants) less() int64 { return max(0, v.Count-v.Families.Value) }

// described is the answer about families.
type described struct {
	Aggregations struct {
		Family struct {
			Buckets []struct {
				Key     string
				Count   int64 `json:"doc_count"`
				Options struct {
					Buckets []struct {
						Key   string
						Count int64 `json:"doc_count"`
						One   struct {
							Hits struct {
								Hits []struct {
									Source search.Document `json:"_source"`
								}
							}
						}
					}
				}
			}
		}
	}
}

// Families describes the variants of some parents, by parent, with one search. Errors: search_unavailable.
func (x *Index) Families(ctx context.Context, m marketplaces.Marketplace, parents ...string) (map[string]search.Family, error) {
	one := object{"top_hits": object{"size": 1, "_source": []string{"product_id", "image", "in_stock"},
		"sort": []object{{"in_stock": object{"order": "desc"}}, {"price": object{"order": "asc"}}, {"product_id": object{"order": "asc"}}}}}
	body := object{"size": 0, "timeout": "1s", "query": object{"bool": object{"filter": []object{{"term": object{"deleted": false}},
		{"terms": object{"family": parents}}}}},
		"aggs": object{"family": object{"terms": object{"field": "family", "size": len(parents)},
			"aggs": object{"options": object{"terms": object{"field": "options", "size": maxSwatches}, "aggs": object{"one": one}}}}}}
	var out described
	if err := x.call(ctx, searching, http.MethodPost, "/"+x.alias(m)+"/_search?allow_partial_search_results=false", body, &out); err != nil {
		return nil, fmt.Errorf("describe variants: %w", err)
	}
	families := map[string]search.Family{}
	for _, b := range out.Aggregations.Family.Buckets {
		f, values := search.Family{ParentID: b.Key, Count: b.Count}, map[string]search.Swatch{}
		for _, o := range b.Options.Buckets {
			for _, h := range o.One.Hits.Hits {
				values[o.Key] = search.Swatch{Count: o.Count, ProductID: h.Source.ProductID, Image: h.Source.Image, InStock: h.Source.InStock}
			}
		}
		f.Arrange(values)
		families[b.Key] = f
	}
	return families, nil
}

// byCount puts buckets whose counts came down back into order.
func byCount(list []search.Bucket) []search.Bucket {
	slices.SortFunc(list, func(a, b search.Bucket) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Value, b.Value))
	})
	return list
}
