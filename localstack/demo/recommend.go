package demo

import (
	"context"
	"net/http"
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

// recommend shows the shelf of a visitor's home page before and after they look at things, what the lake has of it then, and what is
// found for words that no product has.
func (d *demo) recommend(ctx context.Context) error {
	v := &visitor{&shop.Client{Base: shop.ShopperURL}, shop.NewKey()}
	before, err := v.home(ctx)
	if err != nil {
		return err
	}
	d.p.step("GET /recommendations?placement=home", "%d products, by %s", len(before.Items), byModel(before.Version))
	d.stands(before)
	products, err := d.looks(ctx, v.Client)
	if err != nil {
		return err
	}
	var looks []event
	for _, p := range products {
		looks = append(looks, newEvent("view_item", p.ID))
	}
	if err := v.send(ctx, looks); err != nil {
		return err
	}
	d.p.step("POST /events", "%d looks, at %s and others of %s", len(looks), products[0].Title, products[0].Category)
	began := time.Now()
	var after shelf
	if err := d.await(ctx, "the shelf to follow", "recommendations-clicks", func() (bool, error) {
		after, err = v.home(ctx)
		return len(after.Items) > 0 && after.Items[0].Reason.Code == "looked_at", err
	}); err != nil {
		return err
	}
	d.p.step("GET /recommendations?placement=home", "after %s the same page shows", time.Since(began).Round(100*time.Millisecond))
	d.stands(after)
	if err := d.lake(ctx, v, looks); err != nil {
		return err
	}
	return d.meant(ctx, v.Client)
}

// visitor is somebody who is not signed in, and agreed to be known by their session.
type visitor struct {
	*shop.Client
	session string
}

func (v *visitor) home(ctx context.Context) (s shelf, err error) {
	_, err = v.Call(ctx, http.MethodGet, "/api/v1/recommendations?placement=home", nil, &s, shop.With("X-Session-Id", v.session))
	return s, err
}

// event is what a page tells of its shopper.
type event struct {
	ID         string     `json:"event_id"`
	Action     string     `json:"action_name"`
	At         time.Time  `json:"timestamp"`
	Attributes attributes `json:"event_attributes"`
}

type attributes struct {
	Object map[string]string `json:"object"`
}

func newEvent(action, product string) event {
	return event{shop.NewKey(), action, time.Now().UTC(), attributes{map[string]string{"object_id": product, "object_id_field": "product_id"}}}
}

// send sends events as a page does: a batch at once.
func (v *visitor) send(ctx context.Context, events []event) error {
	_, err := v.Call(ctx, http.MethodPost, "/api/v1/events", map[string]any{"schema_version": 1, "session_id": v.session, "marketplace": "US",
		"consent": map[string]bool{"analytics": true, "personalization": true}, "events": events}, nil, shop.With("User-Agent", "Mozilla/5.0"))
	return err
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
