package demo

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"rialto/localstack/demo/shop"
)

type printer struct {
	out      io.Writer
	started  time.Time
	journeys int
}

func (p *printer) journey(title string) {
	p.journeys++
	fmt.Fprintf(p.out, "\n%d. %s\n", p.journeys, title)
}

func (p *printer) step(what, format string, args ...any) {
	fmt.Fprintf(p.out, "   %-34s %s\n", what, fmt.Sprintf(format, args...))
}

func (p *printer) detail(format string, args ...any) {
	fmt.Fprintf(p.out, "   %34s %s\n", "", strings.TrimRight(fmt.Sprintf(format, args...), " "))
}

// money prints an amount. All of the demo's currencies have two digits, but for the yen.
func money(a amount) string {
	if a.Currency == "JPY" {
		return fmt.Sprint(a.Amount) + " JPY"
	}
	return minor(a.Amount) + " " + a.Currency
}

func minor(n int64) string { return fmt.Sprintf("%d.%02d", n/100, n%100) }

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// goodbye says how to go on.
func (d *demo) goodbye(ctx context.Context) error {
	s, err := d.shopper(ctx, "pm_card_visa")
	if err != nil {
		return err
	}
	fmt.Fprintf(d.p.out, `
All journeys ended as they should, in %s. The cloud is still running:

   shopper API   %s
   seller API    %s

   export API=%s
   export TOKEN=%s

   curl -s "$API/api/v1/products/search?q=&size=2"
   curl -s -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -H "Idempotency-Key: my-first-key" \
        -d '{"product_id":"%s","seller_id":"%s","quantity":1}' "$API/api/v1/cart/items"
   curl -s -H "Authorization: Bearer $TOKEN" "$API/api/v1/cart"

   make status shows what runs, make logs SERVICE=localstack a log, make down stops it all.
`, time.Since(d.p.started).Round(100*time.Millisecond), shop.ShopperURL, shop.SellerURL, shop.ShopperURL, s.Token, d.found.ID,
		d.found.BuyBox.Seller.ID)
	return nil
}
