package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"rialto/localstack/demo/shop"
)

// shelf is what is recommended.
type shelf struct {
	ID       string   `json:"recommendation_id"`
	Version  string   `json:"model_version"`
	Degraded []string `json:"degraded"`
	Items    []struct {
		product
		Reason struct{ Code, Text string }
	}
}

// recommend shows the shelf of a visitor's home page before and after they look at things.
func (d *demo) recommend(ctx context.Context) error {
	visitor, session := &shop.Client{Base: shop.ShopperURL}, shop.NewKey()
	ask := func() (s shelf, err error) {
		_, err = visitor.Call(ctx, http.MethodGet, "/api/v1/recommendations?placement=home", nil, &s, shop.With("X-Session-Id", session))
		return s, err
	}
	before, err := ask()
	if err != nil {
		return err
	}
	d.p.step("GET /recommendations?placement=home", "%d products, by %s", len(before.Items), byModel(before.Version))
	d.stands(before)
	looks, err := d.looks(ctx, visitor)
	if err != nil {
		return err
	}
	var events []string
	for _, p := range looks {
		events = append(events, fmt.Sprintf(`{"event_id":"%s","action_name":"view_item","timestamp":"%s","event_attributes":{"object":`+
			`{"object_id":"%s","object_id_field":"product_id"}}}`, shop.NewKey(), time.Now().UTC().Format(time.RFC3339Nano), p.ID))
	}
	batch := `{"schema_version":1,"session_id":"` + session + `","marketplace":"US","consent":{"analytics":true,"personalization":true},"events":[` +
		strings.Join(events, ",") + `]}`
	if _, err := visitor.Call(ctx, http.MethodPost, "/api/v1/events", json.RawMessage(batch), nil, shop.With("User-Agent", "Mozilla/5.0")); err != nil {
		return err
	}
	d.p.step("POST /events", "%d looks, at %s and others of %s", len(looks), looks[0].Title, looks[0].Category)
	began := time.Now()
	var after shelf
	if err := d.await(ctx, "the shelf to follow", "recommendations-clicks", func() (bool, error) {
		after, err = ask()
		return len(after.Items) > 0 && after.Items[0].Reason.Code == "looked_at", err
	}); err != nil {
		return err
	}
	d.p.step("GET /recommendations?placement=home", "after %s the same page shows", time.Since(began).Round(100*time.Millisecond))
	d.stands(after)
	return nil
}

func byModel(version string) string {
	if version == "" {
		return "ratings and stock: no model is trained yet"
	}
	return "the model " + version
}

// looks are products of the category of the one that the first journey found, it first.
func (d *demo) looks(ctx context.Context, c *shop.Client) ([]product, error) {
	var r result
	if _, err := c.Call(ctx, http.MethodGet, "/api/v1/products/search?size=3&in_stock=true&category="+d.found.Category, nil, &r); err != nil {
		return nil, err
	}
	return append([]product{d.found}, r.Hits...), nil
}

func (d *demo) stands(s shelf) {
	for i, x := range s.Items[:min(5, len(s.Items))] {
		d.p.detail("%d. %-36s %s", i+1, cut(x.Title, 36), x.Reason.Text)
	}
}
