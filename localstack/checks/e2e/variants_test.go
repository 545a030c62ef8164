package e2e

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rialto/localstack/demo/shop"
)

// family is what the page of a product with variants shows of them.
type family struct {
	ParentID string `json:"parent_id"`
	Variants []struct {
		ID      string `json:"product_id"`
		Options []struct{ Name, Value string }
		BuyBox  *buyBox `json:"buy_box"`
	}
}

// british is of a marketplace where no other test counts what is found.
var british = shop.With("X-Marketplace", "GB")

// Two sizes of one shirt are listed under their parent, shown on each other's page, found as one hit with both sizes, and bought as
// one of them and never as the parent.
func TestVariantsAreShownFoundAndBoughtAsOne(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	newSKU(ctx, t, "Variants teapot", 0) // for the category
	s := mustSeller(t, shop.NewID("sel_"))
	word := "zq4" + strings.ToLower(shop.NewID("")[:10]) // by its digit a name, which is not asked by meaning
	list := func(content map[string]any) string {
		t.Helper()
		content["title"], content["category_id"] = "Shirt "+word, "tests"
		var out struct {
			ProductID string `json:"product_id"`
		}
		call(ctx, t, s, http.MethodPost, "/seller/v1/products", content, &out)
		return out.ProductID
	}
	parent := list(map[string]any{"sku": "SHIRT", "option_names": []string{"Size"}})
	var ids []string
	for _, size := range []string{"M", "S"} {
		id := list(map[string]any{"sku": "SHIRT-" + size, "parent_id": parent, "options": map[string]string{"Size": size}})
		call(ctx, t, s, http.MethodPut, "/seller/v1/offers/"+id, map[string]any{"price": map[string]any{"amount": 1500, "currency": "GBP"},
			"shipping": map[string]any{"amount": 0, "currency": "GBP"}, "condition": "new", "fulfillment": "seller"}, nil, british)
		ids = append(ids, id)
	}
	buyer := mustShopper(ctx, t, "pm_card_visa")
	until(ctx, t, "both pages show both sizes with their prices", 3*time.Minute, func() bool {
		return shown(ctx, t, buyer, parent, parent, ids) && shown(ctx, t, buyer, ids[0], parent, ids)
	})
	var found struct {
		Hits []struct {
			ID       string `json:"product_id"`
			ParentID string `json:"parent_id"`
			Variants struct{ Count int }
		}
	}
	until(ctx, t, "both are one hit", 3*time.Minute, func() bool {
		if _, err := buyer.Call(ctx, http.MethodGet, "/api/v1/products/search?q="+url.QueryEscape(word+" S"), nil, &found, british); err != nil {
			t.Fatal(err)
		}
		others := 0 // of other families, which have that size, too, and stand behind
		for _, h := range found.Hits {
			if h.ParentID != parent {
				others++
			}
		}
		return len(found.Hits) == others+1 && found.Hits[0].ID == ids[1] && found.Hits[0].ParentID == parent && found.Hits[0].Variants.Count == 2
	})
	line := map[string]any{"product_id": parent, "seller_id": s.ID, "quantity": 1}
	_, err := buyer.Call(ctx, http.MethodPost, "/api/v1/cart/items", line, nil, british, shop.With("Idempotency-Key", shop.NewID("key_")))
	if err == nil || !strings.Contains(err.Error(), "product_has_variants") {
		t.Errorf("a parent in the cart: %v", err)
	}
}

func shown(ctx context.Context, t *testing.T, by *shopper, id, parent string, want []string) bool {
	t.Helper()
	var page family
	if _, err := by.Call(ctx, http.MethodGet, "/api/v1/products/"+id, nil, &page, british); err != nil {
		t.Fatal(err)
	}
	if id != parent && page.ParentID != parent || len(page.Variants) != len(want) {
		return false
	}
	for i, v := range page.Variants {
		if v.ID != want[i] || len(v.Options) != 1 || v.BuyBox == nil || v.BuyBox.Price.Amount != 1500 {
			return false
		}
	}
	return true
}
