package invoicespdf

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"rialto/functions/customers"
	"rialto/functions/internal/money"
	"rialto/functions/internal/typeset"
	"rialto/functions/invoices"
	"rialto/functions/marketplaces"
)

// Every marketplace's language has every label. Seen to catch: a label that is left out, and two that are swapped for another's.
func TestEveryMarketplaceHasLabels(t *testing.T) {
	t.Parallel()
	for _, m := range marketplaces.All() {
		base, _, _ := strings.Cut(m.Language, "-")
		w, there := languages[base]
		if !there {
			t.Errorf("%s: no labels in %s", m.Code, base)
		}
		for v, i := reflect.ValueOf(w), 0; i < v.NumField(); i++ {
			if v.Field(i).String() == "" {
				t.Errorf("%s has no word for %s", base, v.Type().Field(i).Name)
			}
		}
		if wordsOf(m.Code) != w {
			t.Errorf("%s is written in another language than %s", m.Code, m.Language)
		}
	}
	if wordsOf("DE").creditNote != "Gutschrift" || wordsOf("JP").total != "合計（税込）" || wordsOf("SA").title(invoices.Invoice) != "فاتورة" ||
		wordsOf("XX").soldBy != "Sold by" {
		t.Error(wordsOf("DE"), wordsOf("JP"), wordsOf("SA"))
	}
}

// folder reads files of a folder.
type folder string

func (f folder) Read(_ context.Context, key string) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(f), key))
}

// A document is drawn in every language of the marketplaces.
func TestADocumentIsDrawnInEveryLanguage(t *testing.T) {
	t.Parallel()
	at := os.Getenv("RIALTO_TEST_FONTS")
	if at == "" {
		t.Skip("needs the fonts: make test installs them and sets RIALTO_TEST_FONTS")
	}
	fonts := &typeset.Fonts{Files: folder(at), Keys: map[string]string{typeset.Japanese: "JP.ttf", typeset.Korean: "KR.ttf", typeset.Chinese: "SC.ttf"}}
	noon := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	for _, m := range marketplaces.All() {
		sum, tax := money.Of(12_345, m.Currency), money.Of(345, m.Currency)
		d := invoices.Document{Kind: invoices.CreditNote, Number: "2026-A000002", RefersTo: "2026-A000001", OrderID: "ord_1", Marketplace: m.Code,
			IssuedAt: noon, OrderedAt: noon, Total: sum, Tax: tax, Seller: invoices.Seller{Name: "Laden", TaxID: "12-3456789"},
			Lines: []invoices.Line{{Title: "A lamp", Quantity: 1, Mixed: true, Tax: tax, Amount: sum}},
			Taxes: []invoices.RateTax{{Rate: 1000, Net: sum, Tax: tax}}}
		pdf, err := Renderer{fonts}.PDF(t.Context(), d, customers.Address{Name: "Pat", Country: m.Code})
		if err != nil || len(pdf) > 100_000 {
			t.Error(m.Code, len(pdf), err)
		}
	}
}
