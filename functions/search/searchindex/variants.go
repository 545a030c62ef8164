package searchindex

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
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
	// remembered is how long it is taken for true what an index is like, and looking how long finding out may take.
	remembered = 10 * time.Second
	looking    = 500 * time.Millisecond
	// The most families of which a count is as good as exact: of all hits, and of a value of a facet.
	manyFamilies = 40_000
	someFamilies = 1_000
	// maxSwatches is how many values of all options of a product are shown.
	maxSwatches = 60
)

// known is what searches are made by, and since when it is known.
type known struct {
	grouped bool // some products are variants
	few     bool // all products are at most fewProducts
	old     bool // the index is of an earlier release: each variant is a hit of its own there
	at      time.Time
}

// fewProducts are so few that looking for some of the words costs little more than looking for all.
const fewProducts = 50_000

// known tells what a marketplace's index is like.
func (x *Index) known(ctx context.Context, m marketplaces.Marketplace) known {
	var now time.Time
	if x.now != nil {
		now = x.now()
		x.mu.Lock()
		k, there := x.about[m.Code]
		x.mu.Unlock()
		if there && now.Sub(k.at) < remembered {
			return k
		}
	}
	k, err := x.learn(ctx, m)
	if err != nil { // if OpenSearch is away, the search says so
		slog.WarnContext(ctx, "it is not known what the index is like", "marketplace", m.Code, "error", err)
	}
	k.at = now
	x.mu.Lock()
	defer x.mu.Unlock()
	x.about[m.Code] = k
	return k
}

func (x *Index) learn(ctx context.Context, m marketplaces.Marketplace) (known, error) {
	ctx, cancel := context.WithTimeout(ctx, looking)
	defer cancel()
	exists, current, err := x.State(ctx, m)
	if err != nil || !exists {
		return known{}, err
	}
	count := func(query object, limit int) object {
		return object{"size": 0, "track_total_hits": limit, "query": query}
	}
	var body bytes.Buffer
	line := json.NewEncoder(&body)
	for _, search := range []object{count(object{"exists": object{"field": "family"}}, 1), count(object{"match_all": object{}}, fewProducts+1)} {
		if err := errors.Join(line.Encode(object{"index": x.alias(m)}), line.Encode(search)); err != nil {
			return known{}, fmt.Errorf("write search: %w", err)
		}
	}
	var out struct {
		Responses []answer `json:"responses"`
	}
	k := known{old: !current}
	if err := x.call(ctx, looking, http.MethodPost, "/_msearch", raw(body.Bytes()), &out); err != nil {
		return k, fmt.Errorf("count products: %w", err)
	}
	if len(out.Responses) != 2 {
		return k, fmt.Errorf("OpenSearch answered %d of 2 searches", len(out.Responses))
	}
	variants, all := out.Responses[0], out.Responses[1]
	k.grouped, k.few = current && variants.Hits.Total.Value > 0, all.refused() == nil && all.Hits.Total.Value <= fewProducts
	return k, variants.refused()
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
