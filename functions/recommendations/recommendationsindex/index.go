// Package recommendationsindex keeps products' vectors in OpenSearch, in an index recommendations-<version> for each model, and
// asks that one and the search's.
package recommendationsindex

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"rialto/functions/internal/opensearch"
	"rialto/functions/marketplaces"
	"rialto/functions/recommendations"
	"rialto/functions/search"
)

const (
	searching = time.Second
	writing   = 20 * time.Second
	prefix    = "recommendations-"
	// asked is how many neighbours the graph is searched for, of which the nearest are taken: with as many as are wanted it misses
	// one in nine of them, with 1,000 one in 25.
	asked, taken = 1_000, 500
	// best is how many of the best rated are told.
	best = 100
)

// Products is the search's index.
type Products interface {
	Described(ctx context.Context, m marketplaces.Marketplace, ids ...string) (map[string]search.Document, error)
}

// Searcher is the search.
type Searcher interface {
	Search(ctx context.Context, marketplace string, q search.Query) (search.Result, error)
}

// Index implements recommendations.Index and Vectors.
type Index struct {
	Client   *opensearch.Client
	Products Products
	Searcher Searcher
	// Prefix stands before the indexes' names, for tests.
	Prefix string
}

type object = map[string]any

// name of a version's index. OpenSearch takes small letters only.
func (x Index) name(version string) string { return x.Prefix + prefix + strings.ToLower(version) }

// Find implements recommendations.Index. Errors: search_unavailable.
func (x Index) Find(ctx context.Context, q recommendations.Question) (f recommendations.Findings, err error) {
	m, err := marketplaces.Lookup(q.Marketplace)
	if err != nil {
		return f, err
	}
	if q.Vector != nil && q.Version != "" {
		if f.Near, err = x.near(ctx, q.Version, *q.Vector); err != nil {
			return f, err
		}
	}
	ids := slices.Clone(q.Describe)
	for _, n := range f.Near {
		ids = append(ids, n.ProductID)
	}
	documents, err := x.Products.Described(ctx, m, ids...)
	if err != nil {
		return f, err
	}
	f.Facts = map[string]recommendations.Facts{}
	for id, d := range documents {
		f.Facts[id] = facts(d)
	}
	f.Near = slices.DeleteFunc(f.Near, func(n recommendations.Scored) bool { return !f.Facts[n.ProductID].InStock })
	if q.Best {
		found, err := x.Searcher.Search(ctx, m.Code, search.Query{Category: q.Category, InStock: true, Sort: search.Rating, Page: 1, Size: best})
		if err != nil {
			return f, err
		}
		for _, h := range found.Hits {
			f.Best = append(f.Best, h.ProductID)
			f.Facts[h.ProductID] = facts(h.Document)
		}
	}
	return f, nil
}

func facts(d search.Document) recommendations.Facts {
	return recommendations.Facts{Category: d.CategoryID, Brand: d.Brand, Price: d.Price, Rating: d.Rating, Reviews: d.ReviewCount, InStock: d.InStock}
}

// near finds the products whose dot products with a vector are the largest, the largest first.
func (x Index) near(ctx context.Context, version string, v recommendations.Vector) ([]recommendations.Scored, error) {
	body := object{"size": asked, "_source": false, "track_total_hits": false,
		"query": object{"knn": object{"vector": object{"vector": v, "k": asked}}}}
	var answer struct {
		Hits struct {
			Hits []struct {
				ID    string  `json:"_id"`
				Score float32 `json:"_score"`
			} `json:"hits"`
		} `json:"hits"`
	}
	err := x.Client.Call(ctx, searching, http.MethodPost, "/"+x.name(version)+"/_search", body, &answer)
	if opensearch.Refused(err, "index_not_found_exception") {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find near: %w", err)
	}
	var list []recommendations.Scored
	for _, h := range answer.Hits.Hits {
		list = append(list, recommendations.Scored{ProductID: h.ID, Score: product(h.Score)})
	}
	return list[:min(taken, len(list))], nil
}

// product is the dot product of which OpenSearch makes a score above 0
// (docs.opensearch.org/docs/latest/search-plugins/knn/approximate-knn/#spaces).
func product(score float32) float32 {
	if score >= 1 {
		return score - 1
	}
	return 1 - 1/score
}

// Prepare implements recommendations.Vectors.
func (x Index) Prepare(ctx context.Context, version string) error {
	definition := object{
		"settings": object{"index": object{"knn": true, "refresh_interval": "1s", "number_of_shards": 1, "auto_expand_replicas": "0-2"}},
		"mappings": object{"dynamic": "strict", "_source": object{"excludes": []string{"vector"}}, "properties": object{
			"vector": object{"type": "knn_vector", "dimension": recommendations.Dimensions,
				"method": object{"name": "hnsw", "engine": "lucene", "space_type": "innerproduct"}},
		}},
	}
	err := x.Client.Call(ctx, writing, http.MethodPut, "/"+x.name(version), definition, nil)
	if err != nil && !opensearch.Refused(err, "resource_already_exists_exception") {
		return fmt.Errorf("make index: %w", err)
	}
	return nil
}

// Put implements recommendations.Vectors.
func (x Index) Put(ctx context.Context, version string, list []recommendations.ProductVector) error {
	var body bytes.Buffer
	line := json.NewEncoder(&body)
	for _, v := range list {
		if err := errors.Join(line.Encode(object{"index": object{"_id": v.ProductID}}), line.Encode(object{"vector": v.Vector})); err != nil {
			return fmt.Errorf("write vectors: %w", err)
		}
	}
	var answer struct {
		Errors bool `json:"errors"`
		Items  []map[string]struct {
			Error opensearch.Cause `json:"error"`
		} `json:"items"`
	}
	if err := x.Client.Call(ctx, writing, http.MethodPost, "/"+x.name(version)+"/_bulk", opensearch.Raw(body.Bytes()), &answer); err != nil {
		return fmt.Errorf("write vectors: %w", err)
	}
	if answer.Errors {
		for _, i := range answer.Items {
			if e := i["index"].Error; e.Type != "" {
				return fmt.Errorf("write vectors: %s: %s", e.Type, e.Reason)
			}
		}
	}
	return nil
}

// Keep implements recommendations.Vectors. Versions begin with the time at which they were made, so one that comes after the last
// of those may be under way.
func (x Index) Keep(ctx context.Context, versions ...string) error {
	var there map[string]struct{}
	if err := x.Client.Call(ctx, writing, http.MethodGet, "/"+x.Prefix+prefix+"*", nil, &there); err != nil {
		return fmt.Errorf("list indexes: %w", err)
	}
	var keep []string
	for _, v := range versions {
		keep = append(keep, x.name(v))
	}
	for name := range there {
		if slices.Contains(keep, name) || name > slices.Max(keep) {
			continue
		}
		if err := x.Client.Call(ctx, writing, http.MethodDelete, "/"+name, nil, nil); err != nil && !opensearch.Refused(err, "index_not_found_exception") {
			return fmt.Errorf("delete index: %w", err)
		}
	}
	return nil
}
