package searchindex

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"rialto/functions/search"
)

// answer is what is read of OpenSearch's to one search of a call.
type answer struct {
	Status int   `json:"status"`
	Cause  cause `json:"error"`
	Took   int64 `json:"took"` // milliseconds
	Hits   struct {
		Total struct {
			Value int64 `json:"value"`
		} `json:"total"`
		Hits []struct {
			Score  float64           `json:"_score"`
			Source search.Document   `json:"_source"`
			Sort   []json.RawMessage `json:"sort"`
			Named  []string          `json:"matched_queries"`
		} `json:"hits"`
	} `json:"hits"`
	Aggregations map[string]facet `json:"aggregations"`
}

// refused is nil of a search that was made.
func (a answer) refused() error {
	if a.Status < http.StatusMultipleChoices {
		return nil
	}
	return refuse(a.Status, a.Cause)
}

// facet is a filter with what it counts.
type facet struct {
	Count    int64    `json:"doc_count"`
	Variants variants `json:"variants"`
	By       counts   `json:"by"`
}

type counts struct {
	Count    int64    `json:"doc_count"` // of a filter
	Variants variants `json:"variants"`
	Buckets  []struct {
		Key      json.RawMessage `json:"key"`
		Count    int64           `json:"doc_count"`
		Variants variants        `json:"variants"`
	} `json:"buckets"`
}

// counts is what a facet counts, all variants of a product once.
func (a answer) counts(name string) counts {
	c := a.Aggregations[name].By
	c.Count, c.Buckets = c.Count-c.Variants.less(), slices.Clone(c.Buckets)
	for i := range c.Buckets {
		c.Buckets[i].Count -= c.Buckets[i].Variants.less()
	}
	return c
}

func (a answer) found(q search.IndexQuery, language string, ranges []search.Range, grouped bool) (search.Found, error) {
	if q.By == search.Near {
		return a.near(), nil
	}
	f := search.Found{Total: a.Hits.Total.Value, Matched: a.Aggregations["matched"].Count, Took: time.Duration(a.Took) * time.Millisecond}
	f.Total -= a.Aggregations["hits"].Variants.less()
	f.Matched -= a.Aggregations["matched"].Variants.less()
	f.Exact, f.Relaxed = a.Aggregations["exact"].Count-a.Aggregations["exact"].Variants.less(), q.Relaxed
	f.Grouped, f.Typos, f.Misspelt = grouped && q.After == nil, q.Typos, len(q.Typos) > 0
	for _, h := range a.Hits.Hits {
		f.Hits = append(f.Hits, search.Hit{Document: h.Source, Ranking: search.Ranking{Words: h.Score, Score: h.Score}, At: h.Sort})
	}
	f.Facets = search.Facets{Category: a.counts("category").list(), Brand: a.counts("brand").list(), Fulfillment: a.counts("fulfillment").list(),
		Price: slices.Clone(ranges), InStock: a.counts("in_stock").Count, Attributes: a.attributes(q.Query)}
	prices, ratings := a.counts("price").Buckets, a.counts("rating").Buckets // they come in the order of the bounds, lowest first
	if len(prices) != len(ranges) || len(ratings) != search.MaxStars-1 {
		return f, fmt.Errorf("search: OpenSearch counted %d prices and %d ratings", len(prices), len(ratings))
	}
	for i, b := range prices {
		f.Facets.Price[i].Count = b.Count
	}
	for i, b := range slices.Backward(ratings) {
		f.Facets.Rating = append(f.Facets.Rating, search.Stars{Least: i + 1, Count: b.Count})
	}
	for _, name := range names(q.Attributes) {
		if a.counts("known "+name).Count == 0 {
			f.Unknown = append(f.Unknown, name)
		}
	}
	if q.Relaxed == search.Fuzzy || len(q.Typos) > 0 {
		f.Suggestion = a.meant(q, stopWords(language))
	}
	return f, nil
}

// near are the hits of a search by meaning.
func (a answer) near() search.Found {
	f := search.Found{Total: a.Hits.Total.Value, Took: time.Duration(a.Took) * time.Millisecond}
	for _, h := range a.Hits.Hits {
		f.Hits = append(f.Hits, search.Hit{Document: h.Source, Ranking: search.Ranking{Near: 2*h.Score - 1}})
	}
	return f
}

func (c counts) list() []search.Bucket {
	var list []search.Bucket
	for _, b := range c.Buckets {
		var key string
		if json.Unmarshal(b.Key, &key) == nil {
			list = append(list, search.Bucket{Value: key, Count: b.Count})
		}
	}
	return byCount(list)
}
