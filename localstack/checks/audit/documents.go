package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"

	"rialto/functions/contract"
)

// Documents is the documents of a marketplace by product, each by its fields without those that say nothing (empty, zero or
// false) and those that tell when and in which turn it was written.
type Documents map[string]map[string]any

// Differ lists the products whose documents are not the same in both, with the fields, by product.
func (s Documents) Differ(other Documents) []string {
	var out []string
	note := func(id string) {
		var fields []string
		for name := range s[id] {
			if !reflect.DeepEqual(s[id][name], other[id][name]) {
				fields = append(fields, name)
			}
		}
		for name := range other[id] {
			if _, there := s[id][name]; !there {
				fields = append(fields, name)
			}
		}
		if slices.Sort(fields); fields != nil {
			out = append(out, id+": "+strings.Join(fields, " "))
		}
	}
	for id := range s {
		note(id)
	}
	for id := range other {
		if s[id] == nil {
			note(id)
		}
	}
	slices.Sort(out)
	return out
}

// Tables makes the documents that the tables products and offers say a marketplace's index should show: of every product
// that is not withheld, and whose buy box there somebody has.
func (a *Auditor) Tables(ctx context.Context, marketplace string) (Documents, error) {
	products, err := a.rows(ctx, "products", nil)
	if err != nil {
		return nil, err
	}
	byID := map[any]map[string]any{}
	for _, p := range products {
		byID[p["pk"]] = p
	}
	boxes, err := a.rows(ctx, "offers", map[string]string{"sk": marketplace + "#!winner"})
	if err != nil {
		return nil, err
	}
	out := Documents{}
	for _, box := range boxes {
		offer, _ := box["offer"].(map[string]any)
		id, _ := box["pk"].(string)
		if p := byID[id]; p != nil && p["withheld"] == nil && offer["seller_id"] != "" {
			out[id] = document(p, box, offer)
		}
	}
	return out, nil
}

func document(p, box, offer map[string]any) map[string]any {
	price, shipping := offer["price"].(map[string]any), offer["shipping"].(map[string]any)
	d := map[string]any{"product_id": p["pk"], "offer_id": offer["offer_id"], "price": price["amount"], "currency": price["currency"],
		"landed": price["amount"].(float64) + shipping["amount"].(float64), "seller_id": offer["seller_id"], "seller_name": offer["seller_name"],
		"fulfillment": offer["fulfillment"], "condition": offer["condition"],
		"in_stock": box["in_stock"], "offer_count": box["offers"], "seller_rating": box["rating"],
		"delivery_days": box["delivery_days"]}
	for _, same := range []string{"title", "description", "brand", "bullets", "category_id", "category_path", "attributes", "updated_at"} {
		d[same] = p[same]
	}
	var words, values, pairs []any
	for _, id := range list(p["category_path"]) {
		words = append(words, strings.ReplaceAll(fmt.Sprint(id), "-", " "))
	}
	attributes, _ := p["attributes"].(map[string]any)
	for name, value := range attributes {
		values, pairs = append(values, value), append(pairs, name+"="+strings.Join(strings.Fields(fmt.Sprint(value)), " "))
	}
	d["group"] = p["pk"]
	if parent := p["parent_id"]; parent != nil {
		d["group"], d["family"] = parent, parent
		var options []any
		for i, o := range list(p["options"]) {
			o := o.(map[string]any)
			options = append(options, fmt.Sprintf("%d%v=%v", i, o["name"], o["value"]))
			if !slices.ContainsFunc(slices.Collect(maps.Keys(attributes)), func(name string) bool { return strings.EqualFold(name, fmt.Sprint(o["name"])) }) {
				values, pairs = append(values, o["value"]), append(pairs, fmt.Sprint(o["name"], "=", strings.Join(strings.Fields(fmt.Sprint(o["value"])), " ")))
			}
		}
		d["options"] = options
	}
	byText := func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) }
	slices.SortFunc(values, byText)
	slices.SortFunc(pairs, byText)
	d["category_words"], d["attribute_values"], d["attribute_pairs"] = words, values, pairs
	d["identifiers"] = identifiers(p["pk"], p["gtin"], p["model"], joined(p["brand"], p["model"]), offer["sku"])
	if images := list(p["images"]); len(images) > 0 {
		d["image"] = images[0]
	}
	return saying(d)
}

// joined is what two texts say together, nothing if the second says nothing.
func joined(a, b any) any {
	if b == nil || b == "" {
		return nil
	}
	return fmt.Sprint(a, b)
}

var noSign = regexp.MustCompile(`[^\pL\pN]`)

// identifiers are names by their letters and digits alone, a number without its first zeros, in order.
func identifiers(names ...any) []any {
	var out []string
	for _, name := range names {
		if text, ok := name.(string); ok {
			s := strings.ToLower(noSign.ReplaceAllString(text, ""))
			if _, err := strconv.ParseUint(s, 10, 64); err == nil {
				s = strings.TrimLeft(s, "0")
			}
			if s != "" && !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	slices.Sort(out)
	all := make([]any, len(out))
	for i, s := range out {
		all[i] = s
	}
	return all
}

func list(v any) []any { l, _ := v.([]any); return l }

// saying leaves out what says nothing.
func saying(d map[string]any) map[string]any {
	for name, v := range d {
		switch r := reflect.ValueOf(v); {
		case v == nil || r.IsZero():
			delete(d, name)
		case (r.Kind() == reflect.Slice || r.Kind() == reflect.Map) && r.Len() == 0:
			delete(d, name)
		}
	}
	return d
}

// Index reads the documents that a marketplace's index shows; one that is not there shows none. Documents that were
// written count, whether searches see them yet or not.
func (a *Auditor) Index(ctx context.Context, marketplace string) (Documents, error) {
	alias := "/products-" + strings.ToLower(marketplace)
	if _, err := a.searches(ctx, alias+"/_refresh", nil); err != nil {
		return nil, err
	}
	// An index shows no more than this in one answer; the local cloud's marketplaces have fewer.
	body, err := a.searches(ctx, alias+"/_search", []byte(`{"size":10000,"query":{"term":{"deleted":false}}}`))
	if err != nil {
		return nil, err
	}
	var answer struct {
		Hits struct {
			Hits []struct {
				ID     string         `json:"_id"`
				Source map[string]any `json:"_source"`
			} `json:"hits"`
		} `json:"hits"`
	}
	if body != nil {
		if err := json.Unmarshal(body, &answer); err != nil {
			return nil, fmt.Errorf("read the index: %w", err)
		}
	}
	out := Documents{}
	for _, h := range answer.Hits.Hits {
		// When and in which turn it was written; the kind, which is a guess from the title and shown to nobody; and of which words
		// its vector is, which comes later than the words.
		for _, other := range []string{"n", "queued_at", "received_at", "indexed_at", "kind", "vector_of"} {
			delete(h.Source, other)
		}
		out[h.ID] = saying(h.Source)
	}
	return out, nil
}

// searches asks OpenSearch; nil is the answer where there is no such index.
func (a *Auditor) searches(ctx context.Context, path string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, contract.LocalSearchURL+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask the index: %w", err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	switch {
	case err != nil:
		return nil, fmt.Errorf("ask the index: %w", err)
	case res.StatusCode == http.StatusNotFound:
		return nil, nil
	case res.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("the index answers %s: %.300s", res.Status, b)
	}
	return b, nil
}

func (a *Auditor) rows(ctx context.Context, table string, equal map[string]string) ([]map[string]any, error) {
	items, err := a.scan(ctx, table, equal)
	if err != nil {
		return nil, err
	}
	out := make([]map[string]any, len(items))
	for n, i := range items {
		if err := attributevalue.UnmarshalMap(i, &out[n]); err != nil {
			return nil, fmt.Errorf("read %s: %w", table, err)
		}
	}
	return out, nil
}
