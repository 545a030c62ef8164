package shoppers

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"rialto/infra/operate"
	"rialto/localstack/demo/shop"
)

// Run has generated shoppers look at what the local cloud's catalog has, and says what they did and what became of it.
func Run(ctx context.Context, n int, seed uint64, out io.Writer) error {
	products, err := catalog(ctx)
	if err != nil {
		return err
	}
	if len(products) == 0 {
		return fmt.Errorf("there is nothing to look at: make demo loads a catalog")
	}
	list, truth, err := Generate(Options{Seed: seed, Shoppers: n, Visits: 3, Marketplace: "US", Now: time.Now().UTC(), Spread: 6 * 24 * time.Hour,
		Products: products})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d shoppers, made up from seed %d, look at %d products of the catalog\n", n, seed, len(products))
	began := time.Now()
	if err := Send(ctx, list); err != nil {
		return err
	}
	fmt.Fprintf(out, "sent      %d batches in %s: %d events, %d of bots, %d that are none, %d of who refused; %d once more\n", len(list),
		time.Since(began).Round(time.Second), len(truth.Events), len(truth.Bots), len(truth.Invalid), len(truth.Refused), truth.Copies)
	var settled struct {
		Parts, Events, Bots, Conflicts, Copies int
	}
	want := len(truth.Events) + len(truth.Bots)
	for settled.Events+settled.Bots < want { // what else is in the lake counts too
		if err := shop.Pause(ctx, 2*time.Second); err != nil {
			return err
		}
		if err := operate.Local().Invoke(ctx, "clickstream-settle", map[string]any{"since": time.Now().AddDate(0, 0, -7)}, &settled); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "the lake  %d files of an hour and a shard: %d events, %d of bots, %d copies, %d conflicts, of all that was ever sent\n",
		settled.Parts, settled.Events, settled.Bots, settled.Copies, settled.Conflicts)
	return nil
}

// catalog is what a search finds that can be bought.
func catalog(ctx context.Context) ([]Product, error) {
	client := &shop.Client{Base: shop.ShopperURL}
	var list []Product
	for page := 1; page <= 20; page++ {
		var found struct {
			Hits []struct {
				ProductID  string `json:"product_id"`
				CategoryID string `json:"category_id"`
				Brand      string `json:"brand"`
				BuyBox     struct {
					Price struct {
						Amount   int64  `json:"amount"`
						Currency string `json:"currency"`
					} `json:"price"`
					Seller struct {
						SellerID string `json:"seller_id"`
					} `json:"seller"`
				} `json:"buy_box"`
			} `json:"hits"`
		}
		a, err := client.Do(ctx, http.MethodGet, fmt.Sprintf("/api/v1/products/search?size=100&in_stock=true&page=%d", page), nil)
		if err != nil {
			return nil, err
		}
		if err := a.Into(&found); err != nil || len(found.Hits) == 0 {
			return list, err
		}
		for _, h := range found.Hits {
			list = append(list, Product{ID: h.ProductID, Seller: h.BuyBox.Seller.SellerID, Category: h.CategoryID, Brand: h.Brand,
				Price: h.BuyBox.Price.Amount, Currency: h.BuyBox.Price.Currency})
		}
	}
	return list, nil
}
