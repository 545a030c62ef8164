package notifications

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/money"
	"rialto/functions/marketplaces"
	"rialto/functions/orders"
)

// bought is an order of two lines in a marketplace, placed shortly before midnight in UTC.
func bought(marketplace, currency string, unit int64) orders.Order {
	of := func(n int64) money.Amount { return money.Of(n*unit, currency) }
	return orders.Order{ID: "ord_1", CustomerID: "cus_a", Marketplace: marketplace, PlacedAt: time.Date(2026, 3, 4, 23, 30, 0, 0, time.UTC),
		Lines: []orders.Line{{Line: "p#s", Title: "Tea <b>&</b> cake", Quantity: 2, UnitPrice: of(1), Amount: of(2)},
			{Line: "q#s", Title: "Cup", Quantity: 1, UnitPrice: of(3), Amount: of(3)}},
		Totals:    orders.Totals{Items: of(5), Discount: of(1), Shipping: of(1), Tax: of(1), Total: of(6)},
		Shipments: []orders.Shipment{{Group: "g"}}}
}

// Seen to catch: yen with decimals; a day told by UTC's clock.
func TestAConfirmationSaysWhatItCosts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		order         orders.Order
		subject, text string
	}{
		"US": {bought("US", "USD", 123456), "Your order ord_1", `Thank you for your order. We write again when it is on its way.

2 x Tea <b>&</b> cake  2,469.12 USD
1 x Cup  3,703.68 USD

Order: ord_1
Placed on: 3/4/2026
Items: 6,172.80 USD
Discount: -1,234.56 USD
Shipping: 1,234.56 USD
Tax: 1,234.56 USD
Total: 7,407.36 USD
`},
		"JP": {bought("JP", "JPY", 1200), "ご注文 ord_1", `ご注文ありがとうございます。発送しましたら、またお知らせします。

2 x Tea <b>&</b> cake  2,400 JPY
1 x Cup  3,600 JPY

注文番号: ord_1
注文日: 2026/3/5
商品: 6,000 JPY
割引: -1,200 JPY
送料: 1,200 JPY
税: 1,200 JPY
合計: 7,200 JPY
`},
		"DE": {bought("DE", "EUR", 123456), "Ihre Bestellung ord_1", `Vielen Dank für Ihre Bestellung. Wir schreiben Ihnen wieder, wenn sie unterwegs ist.

2 x Tea <b>&</b> cake  2.469,12 EUR
1 x Cup  3.703,68 EUR

Bestellung: ord_1
Bestellt am: 5.3.2026
Artikel: 6.172,80 EUR
Rabatt: -1.234,56 EUR
Versand: 1.234,56 EUR
Steuer: 1.234,56 EUR
Gesamtbetrag: 7.407,36 EUR
`},
	} {
		m, err := compose(Notice{OrderID: "ord_1", Kind: Confirmed}, c.order, fulfillment.Shipment{}, "")
		if err != nil || m.Subject != c.subject {
			t.Errorf("%s: %q %v", name, m.Subject, err)
		}
		if diff := cmp.Diff(c.text, strings.ReplaceAll(m.Text, "\u00a0", " ")); diff != "" {
			t.Errorf("%s, want (-), got (+):\n%s", name, diff)
		}
		if strings.Contains(m.HTML, "<b>") || !strings.Contains(m.HTML, "Tea &lt;b&gt;&amp;&lt;/b&gt; cake") {
			t.Errorf("%s: a title is markup: %s", name, m.HTML)
		}
	}
}

// Seen to catch: a parcel whose seller gave no number, with an empty one; a request without its link.
func TestOtherMailsSayWhatHappened(t *testing.T) {
	t.Parallel()
	o := bought("GB", "GBP", 100)
	x := fulfillment.Shipment{Carrier: "Royal Mail", TrackingNumber: "AB1", EstimatedDelivery: "2026-03-09"}
	lines := []Line{{"q#s", 1}}
	for kind, c := range map[Kind]struct {
		notice Notice
		link   string
		text   string
	}{
		Shipped: {Notice{Lines: lines}, "", "This parcel is on its way to you:\n\n1 x Cup\n\nOrder: ord_1\nPlaced on: 04/03/2026\n" +
			"Carrier: Royal Mail\nTracking number: AB1\nExpected by: 09/03/2026\n"},
		Delivered: {Notice{Lines: lines}, "", "This parcel was delivered:\n\n1 x Cup\n\nOrder: ord_1\nPlaced on: 04/03/2026\n"},
		Cancelled: {Notice{Lines: lines}, "",
			"These items were cancelled. You do not pay for them:\n\n1 x Cup\n\nOrder: ord_1\nPlaced on: 04/03/2026\n"},
		Refunded: {Notice{Amount: money.Of(1250, "GBP")}, "",
			"We refunded 12.50 GBP. Your bank may take some days to show it.\n\nOrder: ord_1\nPlaced on: 04/03/2026\n"},
		TurnedBack: {Notice{Amount: money.Of(1250, "GBP")}, "",
			"Your bank did not accept a refund of 12.50 GBP. We are looking into it.\n\nOrder: ord_1\nPlaced on: 04/03/2026\n"},
		Review: {Notice{Lines: lines}, "https://shop.example/u?token=t",
			"You can review these items now:\n\n1 x Cup\n\nOrder: ord_1\nPlaced on: 04/03/2026\n\n" +
				"If you do not want to be asked for reviews:\nhttps://shop.example/u?token=t\n"},
	} {
		c.notice.Kind = kind
		m, err := compose(c.notice, o, x, c.link)
		if err != nil || m.Unsubscribe != c.link {
			t.Errorf("%s: %+v %v", kind, m, err)
		}
		if diff := cmp.Diff(c.text, strings.ReplaceAll(m.Text, "\u00a0", " ")); diff != "" {
			t.Errorf("%s, want (-), got (+):\n%s", kind, diff)
		}
	}
}

// A cancellation says who cancelled, as far as that is known. Seen to catch: the name of an actor of the code.
func TestACancellationSaysWhose(t *testing.T) {
	t.Parallel()
	for market, want := range map[string]map[fulfillment.Actor]string{
		"GB": {fulfillment.Shopper: "Cancelled by: you\n", fulfillment.Seller: "Cancelled by: the seller\n", fulfillment.Operator: "Cancelled by: Rialto\n",
			fulfillment.System: "Cancelled by: Rialto, automatically\n"},
		"DE": {fulfillment.Shopper: "Storniert von: Ihnen\n", fulfillment.Seller: "Storniert von: dem Verkäufer\n"},
		"JP": {fulfillment.Seller: "キャンセル元: 販売者\n"},
	} {
		for by, line := range want {
			m, err := compose(Notice{Kind: Cancelled, Lines: []Line{{"q#s", 1}}, By: by}, bought(market, "EUR", 100), fulfillment.Shipment{}, "")
			if err != nil || !strings.HasSuffix(m.Text, line) {
				t.Errorf("%s, %s: %q %v", market, by, m.Text, err)
			}
		}
	}
	m, err := compose(Notice{Kind: Shipped, By: fulfillment.Seller}, bought("GB", "GBP", 100), fulfillment.Shipment{}, "")
	if err != nil || strings.Contains(m.Text, "Cancelled") {
		t.Errorf("%q %v", m.Text, err)
	}
}

// Every marketplace has its language, every language all words, and a mail of each kind. Seen to catch: a language without a word
// for tax; a marketplace without a day's form.
func TestEveryMarketplaceHasItsWords(t *testing.T) {
	t.Parallel()
	for _, m := range marketplaces.All() {
		base, _, _ := strings.Cut(m.Language, "-")
		w, language := wordsOf(m.Language)
		if language != base || days[m.Code] == "" {
			t.Errorf("%s is written to in %s, and its days as %q", m.Code, language, days[m.Code])
		}
		for _, word := range []string{w.order, w.placedOn, w.items, w.discount, w.shipping, w.tax, w.total, w.carrier, w.tracking, w.expected,
			w.unsubscribe, w.cancelledBy, w.actors[fulfillment.Shopper], w.actors[fulfillment.Seller], w.actors[fulfillment.Operator],
			w.actors[fulfillment.System]} {
			if word == "" {
				t.Errorf("%s lacks a word: %+v", language, w)
			}
		}
		for _, kind := range []Kind{Confirmed, Shipped, Delivered, Cancelled, Refunded, TurnedBack, Review} {
			paid := kind == Refunded || kind == TurnedBack
			says := w.mails[kind]
			if strings.Count(says.subject, "%s") != 1 || strings.Contains(says.opening, "%s") != paid {
				t.Errorf("%s, %s: %+v", language, kind, says)
			}
			if off := w.mails[WebhookOff]; off.subject == "" || strings.Count(off.opening, "%s") != 1 {
				t.Errorf("%s: %+v", language, off)
			}
			mail, err := compose(Notice{Kind: kind, Amount: money.Of(100, m.Currency)}, bought(m.Code, m.Currency, 100), fulfillment.Shipment{}, "")
			if err != nil || strings.Contains(mail.Text+mail.Subject, "%!") || mail.Language != base ||
				strings.Contains(mail.HTML, `dir="rtl"`) != (base == "ar") {
				t.Errorf("%s, %s: %+v %v", m.Code, kind, mail, err)
			}
		}
	}
	if _, language := wordsOf("fi-FI"); language != "en" {
		t.Errorf("a language that is not there is %s", language)
	}
}
