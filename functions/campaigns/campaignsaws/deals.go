package campaignsaws

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"rialto/functions/campaigns"
	"rialto/functions/internal/invoke"
)

// Layouts is how many holds a second the stock of deals is laid out for, by way of a function of inventory.
type Layouts struct {
	Lambda   invoke.Client
	Function string
}

// question and answer are what the function takes and answers: inventory.SpreadInput and Spread.
type question struct {
	ProductID string `json:"product_id"`
	SellerID  string `json:"seller_id"`
	PerSecond *int64 `json:"per_second,omitempty"`
}

type answer struct {
	Laid int64 `json:"laid"`
	Most int64 `json:"most"`
}

// Read implements campaigns.Warmer.
func (w Layouts) Read(ctx context.Context, sku string) (campaigns.Level, error) {
	return w.ask(ctx, sku, nil)
}

// Set implements campaigns.Warmer.
func (w Layouts) Set(ctx context.Context, sku string, level int64) (campaigns.Level, error) {
	return w.ask(ctx, sku, &level)
}

func (w Layouts) ask(ctx context.Context, sku string, perSecond *int64) (campaigns.Level, error) {
	product, seller, _ := strings.Cut(sku, "#")
	var a answer
	if err := invoke.Function(ctx, w.Lambda, w.Function, question{product, seller, perSecond}, &a); err != nil {
		return campaigns.Level{}, fmt.Errorf("lay stock out: %w", err)
	}
	return campaigns.Level{Is: a.Laid, Most: a.Most}, nil
}

// Pages asks the edge for the pages of deals, so that the first shopper's is kept there already. Nobody can read whether it is: each run
// asks again, and what answered is done.
type Pages struct {
	Client *http.Client
	Shop   string // what stands before /api/v1
}

// Read implements campaigns.Warmer.
func (w Pages) Read(context.Context, string) (campaigns.Level, error) {
	if w.Shop == "" {
		return campaigns.Level{}, campaigns.Absence("nobody has said where the shop is")
	}
	return campaigns.Level{}, nil
}

// Set implements campaigns.Warmer. There is nothing to take back.
func (w Pages) Set(ctx context.Context, page string, level int64) (campaigns.Level, error) {
	if level == 0 {
		return campaigns.Level{}, nil
	}
	marketplace, product, _ := strings.Cut(page, "#")
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, w.Shop+"/api/v1/products/"+url.PathEscape(product), nil)
	if err != nil {
		return campaigns.Level{}, fmt.Errorf("ask for a page: %w", err)
	}
	request.Header.Set("X-Marketplace", marketplace)
	response, err := w.Client.Do(request)
	if err != nil {
		return campaigns.Level{}, fmt.Errorf("ask for a page: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return campaigns.Level{}, fmt.Errorf("the page answers %d", response.StatusCode)
	}
	return campaigns.Level{Is: 1}, nil
}
