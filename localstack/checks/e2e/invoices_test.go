package e2e

import (
	"bytes"
	"io"
	"net/http"
	"testing"
	"time"
)

// A parcel that is paid has a receipt with its seller's data, which anybody gets who has the signed address, and nobody else's order.
func TestAParcelHasAReceipt(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	b := buyOne(ctx, t)
	b.arrive(ctx, t)
	call(ctx, t, b.seller, http.MethodPut, "/seller/v1/profile", map[string]any{"display_name": "Seller " + b.sku.seller, "country": "US",
		"legal": map[string]string{"legal_name": "Harbour Row Ltd ハーバー", "address": "1 Quay\nSeattle", "tax_id": "12-3456789"}}, nil)
	call(ctx, t, b.seller, http.MethodPost, b.parcel()+"/confirm", map[string]string{"carrier": "UPS", "tracking_number": "1Z999AA10123456784"}, nil)
	path := "/api/v1/orders/" + b.order + "/invoices"
	var list struct {
		Invoices []struct {
			Number, Kind, URL string
			Total             struct{ Amount int64 }
		}
	}
	until(ctx, t, "the receipt is issued", 3*time.Minute, func() bool {
		if _, err := b.buyer.Call(ctx, http.MethodGet, path, nil, &list); err != nil {
			t.Fatal(err)
		}
		return len(list.Invoices) == 1
	})
	x := list.Invoices[0]
	if l := b.life(ctx, t); x.Kind != "receipt" || x.Number == "" || x.Total.Amount != l.Totals.Total.Amount {
		t.Errorf("%+v", x)
	}
	res, err := http.Get(x.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	pdf, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || !bytes.HasPrefix(pdf, []byte("%PDF-")) || res.Header.Get("Content-Type") != "application/pdf" {
		t.Errorf("%s %.20s %v", res.Status, pdf, err)
	}
	if !bytes.Contains(pdf, []byte("/BaseFont /utf8jp")) {
		t.Error("the seller's name is not in a Japanese font")
	}
	if a, err := mustShopper(ctx, t, "pm_card_visa").Do(ctx, http.MethodGet, path, nil); err != nil || a.Status != http.StatusNotFound {
		t.Errorf("%+v %v", a, err)
	}
}
