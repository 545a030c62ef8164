package lag

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"rialto/functions/contract"
	"rialto/infra/operate"
)

// The probe is a product of its own category, offered in a marketplace that nobody shops in locally.
const (
	market   = "SG"
	currency = "SGD"
	category = "lag-probes"
	product  = "prd_lagprobelagprobelagprobela"
	seller   = "sel_lagprobelagprobelagprobela"
	patience = time.Minute
	poll     = 5 * time.Millisecond
)

// sighting is a probe document as the index has it, with the times that it carries.
type sighting struct {
	Title      string    `json:"title"`
	Price      int64     `json:"price"`
	UpdatedAt  time.Time `json:"updated_at"`  // the commit
	QueuedAt   time.Time `json:"queued_at"`   // the search's queue took the event
	ReceivedAt time.Time `json:"received_at"` // its function began
	IndexedAt  time.Time `json:"indexed_at"`  // it began to write
}

type report struct {
	Rows []struct{ Code, Message string }
}

func imported(ctx context.Context, function string, input any) error {
	var r report
	if err := operate.Local().Invoke(ctx, function, input, &r); err != nil {
		return err
	}
	for _, row := range r.Rows {
		if row.Code != "" {
			return fmt.Errorf("%s refused the probe: %s %s", function, row.Code, row.Message)
		}
	}
	return nil
}

func saveTitle(ctx context.Context, title string) error {
	return imported(ctx, "catalog-import", map[string]any{"products": []any{map[string]any{"product_id": product, "title": title,
		"description": "Measures how long a change takes.",
		"brand":       "Probe", "bullets": []string{}, "category_id": category, "category_path": []string{category},
		"attributes": map[string]string{}, "images": []string{}, "owner_id": seller}}})
}

func savePrice(ctx context.Context, price int64) error {
	money := func(n int64) map[string]any { return map[string]any{"amount": n, "currency": currency} }
	return imported(ctx, "offers-import", map[string]any{"offers": []any{map[string]any{"product_id": product, "seller_id": seller,
		"seller_name": "Probe", "marketplace": market,
		"price": money(price), "shipping": money(0), "condition": "new", "fulfillment": "seller"}}})
}

// written polls until the index holds what is wanted, whether searches see it or not, and returns when it did.
func written(ctx context.Context, want func(sighting) bool) (sighting, time.Time, error) {
	return until(ctx, "written", want, func() (s sighting, err error) {
		var out struct {
			Source sighting `json:"_source"`
		}
		err = get(ctx, http.MethodGet, "/_doc/"+product, nil, &out)
		return out.Source, err
	})
}

// found polls until a search finds it, and returns when it did.
func found(ctx context.Context, want func(sighting) bool) (sighting, time.Time, error) {
	return until(ctx, "found", want, func() (s sighting, err error) {
		var out struct {
			Hits struct {
				Hits []struct {
					Source sighting `json:"_source"`
				} `json:"hits"`
			} `json:"hits"`
		}
		err = get(ctx, http.MethodPost, "/_search", map[string]any{"query": map[string]any{"term": map[string]any{"product_id": product}}}, &out)
		if len(out.Hits.Hits) > 0 {
			s = out.Hits.Hits[0].Source
		}
		return s, err
	})
}

func until(ctx context.Context, what string, want func(sighting) bool, look func() (sighting, error)) (sighting, time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		s, err := look()
		if err == nil && want(s) {
			return s, time.Now(), nil
		}
		select {
		case <-ctx.Done():
			return s, time.Time{}, fmt.Errorf("the probe was not %s within %s: %w", what, patience, ctx.Err())
		case <-time.After(poll):
		}
	}
}

// get asks OpenSearch of the probe's index; one that is not there holds nothing.
func get(ctx context.Context, method, path string, body, out any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, method, contract.LocalSearchURL+"/products-sg"+path, bytes.NewReader(b))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNotFound {
		return nil
	}
	return json.NewDecoder(response.Body).Decode(out)
}
