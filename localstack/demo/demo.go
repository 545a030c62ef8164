package demo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"rialto/infra/operate"
	"rialto/localstack/checks/audit"
	"rialto/localstack/demo/catalog"
	"rialto/localstack/demo/shop"
)

// Options say which catalog is shopped in, the bundled one if no file is named, and where the demo prints.
type Options struct {
	Catalog string
	Out     io.Writer
}

// Run plays all journeys.
func Run(ctx context.Context, o Options) error {
	p := &printer{out: o.Out, started: time.Now()}
	c := catalog.Bundled()
	if o.Catalog != "" {
		var err error
		if c, err = catalog.File(o.Catalog); err != nil {
			return err
		}
	}
	d := &demo{p: p, stage: operate.Local(), audit: audit.Local(), catalog: c, bundled: o.Catalog == ""}
	for _, j := range []struct {
		title string
		play  func(context.Context) error
	}{
		{"A shopper finds, buys and receives something", d.buy},
		{"A card is declined", d.declined},
		{"An item sells out between cart and checkout", d.soldOut},
		{"The payment gateway's answer is lost", d.lostAnswer},
		{"Two shoppers want a coupon's last use", d.coupon},
		{"A seller sends a file, and undercuts a rival", d.sell},
		{"A unit comes back, and its money", d.sendBack},
		{"Who bought it reviews it", d.review},
		{"An operator gives money back", d.helped},
		{"A bank disputes a payment", d.disputed},
		{"A click changes what the next page recommends", d.recommend},
		{"Tokyo pays in yen at two rates, Vancouver pays two taxes", d.abroad},
	} {
		p.journey(j.title)
		if err := j.play(ctx); err != nil {
			return fmt.Errorf("%s: %w", j.title, err)
		}
	}
	return d.goodbye(ctx)
}

type demo struct {
	p       *printer
	stage   *operate.Client
	audit   *audit.Auditor
	catalog catalog.Catalog
	bundled bool     // the catalog is
	found   product  // by the first journey
	buyer   *shopper // of the first journey
	order   string   // that it ended with
}

type amount struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

type product struct {
	ID       string `json:"product_id"`
	Title    string `json:"title"`
	Brand    string `json:"brand"`
	Category string `json:"category_id"`
	BuyBox   struct {
		Price, Shipping, Landed amount
		Seller                  struct {
			ID   string `json:"seller_id"`
			Name string `json:"name"`
		}
		InStock bool `json:"in_stock"`
	} `json:"buy_box"`
	Others int `json:"other_offers_count"`
}

type cart struct {
	ID        string `json:"cart_id"`
	Breakdown struct {
		Units                            int64
		Items, Discount, Shipping, Total amount
	} `json:"breakdown"`
}

type status struct {
	CheckoutID string  `json:"checkout_id"`
	OrderID    string  `json:"order_id"`
	Status     string  `json:"status"`
	Total      *amount `json:"total"`
	Failure    *struct {
		Code string `json:"code"`
	} `json:"failure"`
}

// shopper is a customer who buys in the demo.
type shopper struct{ *shop.Shopper }

func (d *demo) shopper(ctx context.Context, token string) (*shopper, error) {
	s, err := shop.NewShopper(ctx, token)
	return &shopper{s}, err
}

// put adds units of an offer to the cart.
func (s *shopper) put(ctx context.Context, productID, sellerID string, quantity int64) (cart, error) {
	var c cart
	err := s.Put(ctx, productID, sellerID, quantity, &c)
	return c, err
}

// checkout buys the cart and waits until the outcome is known, however the first answer came.
func (s *shopper) checkout(ctx context.Context, cartID string) (shop.Answer, status, error) {
	a, err := s.Do(ctx, http.MethodPost, "/api/v1/orders/checkout", s.Order(cartID), shop.Key(shop.NewKey()))
	if err != nil {
		return a, status{}, err
	}
	var st status
	if a.Status >= 300 {
		return a, st, nil
	}
	if err := a.Into(&st); err != nil {
		return a, st, err
	}
	for deadline := time.Now().Add(2 * time.Minute); st.Status == "processing" && time.Now().Before(deadline); {
		if err := shop.Pause(ctx, 500*time.Millisecond); err != nil {
			return a, st, err
		}
		if _, err := s.Call(ctx, http.MethodGet, "/api/v1/checkouts/"+st.CheckoutID, nil, &st); err != nil {
			return a, st, err
		}
	}
	return a, st, nil
}
