package demo

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"rialto/localstack/demo/shop"
)

// A query in words that no product of the bundled catalog has, and the category of what is meant.
const (
	unheard = "luggage for a cyclist"
	isFor   = "bicycle-bags"
)

// meant finds by what words mean what nothing has the words of. Vectors are made a moment after their products are loaded.
func (d *demo) meant(ctx context.Context, c *shop.Client) error {
	if !d.bundled {
		return nil // in which words may stand that this one has
	}
	var alone []string
	for _, word := range []string{"luggage", "cyclist"} {
		var r found
		if err := r.search(ctx, c, `"`+word+`"`); err != nil { // what is quoted is looked for as it stands
			return err
		}
		alone = append(alone, fmt.Sprintf("%d with %s", r.Total, word))
	}
	var r found
	if err := d.await(ctx, "a search by meaning", "search-encode", func() (bool, error) {
		err := r.search(ctx, c, unheard)
		return r.Meaning == "used" && len(r.Hits) > 0 && r.Hits[0].Category == isFor, err
	}); err != nil {
		return err
	}
	d.p.step("GET /products/search", "%s: by words alone %s", unheard, strings.Join(alone, ", "))
	d.p.detail("%d products that have all words; meaning %s, which finds %d", r.Exact, r.Meaning, r.Total)
	for i, h := range r.Hits {
		d.p.detail("%d. %-36s %s, %.2f near in meaning", i+1, cut(h.Title, 36), h.Category, h.Ranking.Near)
	}
	return nil
}

// found is what a search answers, with why.
type found struct {
	Total, Exact int64
	Meaning      string
	Hits         []struct {
		product
		Ranking struct{ Near float64 }
	}
}

func (f *found) search(ctx context.Context, c *shop.Client, words string) error {
	*f = found{}
	_, err := c.Call(ctx, http.MethodGet, "/api/v1/products/search?size=3&explain=true&q="+url.QueryEscape(words), nil, f)
	return err
}
