package feeds

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/currency"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/rows"
	"rialto/functions/marketplaces"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func wide(s string, big bool) string {
	var b strings.Builder
	for _, u := range append([]uint16{0xfeff}, utf16.Encode([]rune(s))...) {
		if big {
			b.Write([]byte{byte(u >> 8), byte(u)})
		} else {
			b.Write([]byte{byte(u), byte(u >> 8)})
		}
	}
	return b.String()
}

// Seen to catch: a character cut by the window taken for Latin-1; UTF-16 without a mark read as text.
func TestWhatIsNoTextIsSaidToBe(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		head  string
		whole bool
		code  string
		says  string
	}{
		"text":              {"sku,quantity\na,1\n", true, "", ""},
		"mark":              {bom + "sku\n", true, "", ""},
		"umlauts":           {"sku,title\na,Grüße 日本語 🙂\n", true, "", ""},
		"a cut character":   {"sku\n" + strings.Repeat("é", 10)[:19], false, "", ""},
		"a broken last":     {"sku\n" + strings.Repeat("é", 10)[:19], true, "wrong_encoding", "Latin-1"},
		"latin-1":           {"sku,title\na,b\nc,Gr\xfc\xdfe\n", true, "wrong_encoding", "line 3 is not UTF-8; the file looks like Latin-1"},
		"windows-1252":      {"sku,title\na,\x80 5\n", false, "wrong_encoding", "Windows-1252"},
		"utf-16 le":         {wide("sku\n", false), true, "wrong_encoding", "UTF-16"},
		"utf-16 be":         {wide("sku\n", true), true, "wrong_encoding", "UTF-16"},
		"utf-16, no mark":   {wide("sku\n", false)[2:], true, "wrong_encoding", "UTF-16"},
		"gzip":              {"\x1f\x8b\x08\x00", true, "compressed_file", "gzip"},
		"zip":               {"PK\x03\x04abc", true, "compressed_file", "zip"},
		"old excel":         {"\xd0\xcf\x11\xe0", true, "compressed_file", "Excel"},
		"pdf":               {"%PDF-1.7", true, "compressed_file", "PDF"},
		"carriage returns":  {"sku,quantity\ra,1\rb,2", true, "wrong_line_ends", "carriage return"},
		"one line and a CR": {"sku,quantity\r", true, "", ""},
		"nothing":           {"", true, "", ""},
	} {
		skip, err := sniff([]byte(c.head), c.whole)
		if fault.Code(err) != c.code || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
		if (skip == 3) != (name == "mark") {
			t.Errorf("%s: skips %d", name, skip)
		}
	}
}

// Seen to catch: an alias that two columns share; a name that differs by a dash alone.
func TestColumnsGoByManyNames(t *testing.T) {
	t.Parallel()
	for want, names := range map[string][]string{
		colSKU:      {"sku", "SKU", "seller-sku", "Seller_SKU", "item_sku", " Variant SKU ", "Custom label (SKU)"},
		colQuantity: {"quantity", "Qty", "STOCK", "Variant Inventory Qty", "quantity-available", "Menge"},
		colChange:   {"change", "Adjust", "quantity_change"},
		colPrice:    {"price", "standard_price", "Your Price", "StartPrice", "Regular price"},
		colProduct:  {"product-id", "product_id", "ProductID", "asin", "ASIN1"},
		colCentre:   {"fulfillment-center-id", "fulfilment_centre", "Warehouse", "location"},
		colAsOf:     {"as_of", "as-of", "As Of", "counted_at"},
		colCurrency: {"currency", "WÄHRUNG"},
		"":          {"", "colour", "add-delete", "🙂"},
	} {
		for _, name := range names {
			if got := columnOf(name); got != want {
				t.Errorf("%q means %q, not %q", name, got, want)
			}
		}
	}
	if got := columnOf("Attribute: Colour "); got != attributePrefix+"Colour" {
		t.Error(got)
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind   Kind
		header string
		code   string
		comma  byte
		want   []string
	}{
		"comma":        {Inventory, "sku,quantity,warehouse", "", ',', []string{colSKU, colQuantity, colCentre}},
		"semicolon":    {Inventory, `"SKU";"Menge, gezählt";Qty;Lager`, "", ';', []string{colSKU, "", colQuantity, colCentre}},
		"tab":          {Prices, "product-id\tprice\tnote, internal", "", '\t', []string{colProduct, colPrice, ""}},
		"twice":        {Inventory, "sku,seller-sku,quantity,fc", "duplicate_header", ',', nil},
		"twice alike":  {Inventory, "sku,quantity,quantity,fc", "duplicate_header", ',', nil},
		"no quantity":  {Inventory, "sku,fc,price", "missing_column", ',', nil},
		"no centre":    {Inventory, "sku,quantity", "missing_column", ',', nil},
		"no price":     {Offers, "sku,quantity", "missing_column", ',', nil},
		"no category":  {Products, "gtin,title", "missing_column", ',', nil},
		"not a header": {Inventory, "A-1,5,us-west-1", "unknown_header", ',', nil},
		"pipes":        {Inventory, "sku|quantity|warehouse", "unknown_header", ',', nil},
		"very wide":    {Inventory, "sku" + strings.Repeat(",x", 300), "unknown_header", ',', nil},
	} {
		comma := commaOf([]byte(c.header))
		cells, err := cellsOf([]byte(c.header), comma)
		if err != nil || comma != c.comma {
			t.Errorf("%s: %q %v", name, comma, err)
		}
		got, _, err := mapHeader(c.kind, cells)
		if fault.Code(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(c.want, got); c.code == "" && d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestCells(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`a,b`: `["a" "b"]`, `a, b ,`: `["a" "b" ""]`, `"a,b",c`: `["a,b" "c"]`, `"a""b"`: `["a\"b"]`, "\"a\nb\"": `["a\nb"]`,
		`5" pipe`: `["5\" pipe"]`, `"a" ,b`: `["a" "b"]`, `""`: `[""]`, ``: `[""]`, `"a"b`: "bad_quote", `"a`: "bad_quote", "\xff": "wrong_encoding",
	} {
		cells, err := cellsOf([]byte(in), ',')
		got := fmt.Sprintf("%q", cells)
		if err != nil {
			got = fault.Code(err)
		}
		if got != want {
			t.Errorf("%q: %s, not %s", in, got, want)
		}
	}
	if _, err := rowOfCells([]byte("a,b,c"), ',', []string{"x"}); fault.Code(err) != "extra_cells" {
		t.Error(err)
	}
	if r, err := rowOfCells([]byte("a,,"), ',', []string{"x"}); err != nil || r["x"] != "a" {
		t.Error(r, err)
	}
}

func TestObjects(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"sku":"a","Quantity":5,"Note":{"x":1}}`:         `map[quantity:5 sku:a]`,
		`{"sku":null,"price":12.90,"paused":true}`:        `map[paused:true price:12.90]`,
		`{"bullets":["a","b"],"attributes":{"Size":"4"}}`: `map[attribute:Size:4 bullets:a|b]`,
		`{"sku":"a","seller-sku":"b"}`:                    "duplicate_field",
		`{"sku":{"a":1}}`:                                 "invalid_value",
		`{"sku":[1]}`:                                     "invalid_value",
		`{"attributes":{"a":1}}`:                          "invalid_value",
		`[1]`:                                             "malformed_row",
		`5`:                                               "malformed_row",
		`{"sku":"a"} {"sku":"b"}`:                         "malformed_row",
		`{"sku":"a"`:                                      "malformed_row",
		`{"sku":"a",}`:                                    "malformed_row",
		`{"sku":` + strings.Repeat("[", 20_000) + `}`:        "malformed_row",
		"{\"sku\":\"\xff\"}":                                 "wrong_encoding",
		`{"sku":"` + strings.Repeat("x", 100) + `","b":"c"}`: "map[sku:" + strings.Repeat("x", 100) + "]",
	} {
		r, err := rowOfObject([]byte(in))
		got := fmt.Sprint(map[string]string(r))
		if err != nil {
			got = fault.Code(err)
		}
		if got != want {
			t.Errorf("%.60q: %.90s, not %s", in, got, want)
		}
	}
}

var (
	someProduct = ids.Derive(ids.Product, "some")
	someSeller  = ids.Derive(ids.Seller, "some")
)

func converted(kind Kind, r row) string {
	f := Feed{ID: ids.Derive(ids.Feed, "f"), SellerID: someSeller, Kind: kind, Marketplace: "US"}
	i := itemOf(f, 7, r, noon)
	if i.refuse != nil {
		result := rows.Refuse(7, i.refuse)
		return result.Code + " " + result.Message
	}
	raw, err := encode(i.finish("prd_found"))
	if err != nil {
		return err.Error()
	}
	return strings.NewReplacer(someProduct, "P", someSeller, "S", f.ID, "F").Replace(string(raw))
}

// Each row is one that sellers send. Seen to catch: a fraction cut off; a price in the minor units of another
// currency; a comma read as a separator of thousands.
func TestBadValuesAreSaidToBe(t *testing.T) {
	t.Parallel()
	stock := func(k, v string) row { return row{colProduct: someProduct, colCentre: "us-west-1", k: v} }
	price := func(v string, more ...string) row {
		r := row{colProduct: someProduct, colPrice: v}
		for i := 0; i+1 < len(more); i += 2 {
			r[more[i]] = more[i+1]
		}
		return r
	}
	for name, c := range map[string]struct {
		kind Kind
		row  row
		want string // how it begins
	}{
		"negative stock":   {Inventory, stock(colQuantity, "-3"), "negative_quantity /quantity"},
		"fractional stock": {Inventory, stock(colQuantity, "2.5"), "fractional_quantity"},
		"fractional zero":  {Inventory, stock(colQuantity, "2.0"), "fractional_quantity"},
		"words":            {Inventory, stock(colQuantity, "many"), "invalid_value"},
		"thousands":        {Inventory, stock(colQuantity, "1,000"), "invalid_value"},
		"exponent":         {Inventory, stock(colQuantity, "1e3"), "invalid_value"},
		"huge":             {Inventory, stock(colQuantity, "99999999999999999999"), "invalid_value"},
		"too many":         {Inventory, stock(colQuantity, "1000001"), "out_of_range"},
		"formula":          {Inventory, stock(colQuantity, "=1+1"), "invalid_value"},
		"no quantity":      {Inventory, stock("x", "1"), "missing_value the row has no quantity or change"},
		"no change":        {Inventory, stock(colChange, "0"), "invalid_value"},
		"both":             {Inventory, row{colProduct: someProduct, colCentre: "c", colQuantity: "1", colChange: "1"}, "invalid_value"},
		"no centre":        {Inventory, row{colProduct: someProduct, colQuantity: "1"}, "missing_value"},
		"no product":       {Inventory, row{colCentre: "c", colQuantity: "1"}, "missing_value the row has no product_id, sku or gtin"},
		"product id":       {Inventory, row{colProduct: "B00X", colCentre: "c", colQuantity: "1"}, "invalid_value /product_id"},
		"future": {
			Inventory, row{colProduct: someProduct, colCentre: "c", colQuantity: "1", colAsOf: "2026-11-27T12:06:00Z"},
			"as_of_in_future",
		},
		"no time":             {Inventory, row{colProduct: someProduct, colCentre: "c", colQuantity: "1", colAsOf: "yesterday"}, "invalid_value /as_of"},
		"three decimals":      {Prices, price("12.999"), "too_many_digits"},
		"decimals of the yen": {Prices, price("1200.50", colMarketplace, "JP"), "too_many_digits /price must have at most 0 decimals in JPY"},
		"wrong currency":      {Prices, price("12", colCurrency, "EUR"), "wrong_currency /currency must be the marketplace's currency, USD"},
		"no marketplace":      {Prices, price("12", colMarketplace, "XX"), "unknown_marketplace"},
		"ambiguous":           {Prices, price("1,299"), "ambiguous_number"},
		"two separators":      {Prices, price("1,299.00"), "ambiguous_number"},
		"sign":                {Prices, price("$12"), "invalid_value"},
		"negative price":      {Prices, price("-1"), "negative_price"},
		"half a number":       {Prices, price("12."), "invalid_value"},
		"no price":            {Prices, price(""), "missing_value"},
		"free":                {Offers, price("0"), "invalid_offer /price/amount"},
		"mint":                {Offers, price("1", colCondition, "mint"), "invalid_offer /condition"},
		"maybe":               {Offers, price("1", colPaused, "maybe"), "invalid_value /paused"},
		"untitled":            {Products, row{colProduct: someProduct, colCategory: "x"}, "missing_value the row has no title"},
		"nowhere":             {Products, row{colProduct: someProduct, colTitle: "x"}, "missing_value the row has no category_id"},
	} {
		if got := converted(c.kind, c.row); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestGoodValues(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind Kind
		row  row
		want string
	}{
		"count": {Inventory, row{colProduct: someProduct, colCentre: "US-West-1", colQuantity: "0"},
			`{"change_id":"F-7","product_id":"P","seller_id":"S","fulfillment_center_id":"us-west-1",` +
				`"kind":"count","quantity":0,"as_of":"2026-11-27T12:00:00Z"}`},
		"count as of": {Inventory, row{colProduct: someProduct, colCentre: "c", colQuantity: "12", colAsOf: "2026-11-27 08:30"},
			`{"change_id":"F-7","product_id":"P","seller_id":"S","fulfillment_center_id":"c","kind":"count","quantity":12,"as_of":"2026-11-27T08:30:00Z"}`},
		"fewer": {Inventory, row{colProduct: someProduct, colCentre: "c", colChange: "-3", colAsOf: "2026-11-27"},
			`{"change_id":"F-7","product_id":"P","seller_id":"S","fulfillment_center_id":"c","kind":"adjust","quantity":-3}`},
		"more": {Inventory, row{colProduct: someProduct, colCentre: "c", colChange: "+3"},
			`{"change_id":"F-7","product_id":"P","seller_id":"S","fulfillment_center_id":"c","kind":"adjust","quantity":3}`},
		"price": {Prices, row{colProduct: someProduct, colPrice: "12.9"},
			`{"product_id":"P","seller_id":"S","marketplace":"US","price":{"amount":1290,"currency":"USD"}}`},
		"comma": {Prices, row{colSKU: someProduct, colPrice: "12,95", colMarketplace: "de"},
			`{"product_id":"P","seller_id":"S","marketplace":"DE","price":{"amount":1295,"currency":"EUR"}}`},
		"yen": {Prices, row{colSKU: "A-1", colPrice: "1200", colMarketplace: "JP", colShipping: "0"},
			`{"product_id":"prd_found","seller_id":"S","marketplace":"JP","price":{"amount":1200,"currency":"JPY"},"shipping":{"amount":0,"currency":"JPY"}}`},
		"trailing zeros": {Prices, row{colProduct: someProduct, colPrice: "12.5000"},
			`{"product_id":"P","seller_id":"S","marketplace":"US","price":{"amount":1250,"currency":"USD"}}`},
	} {
		if d := cmp.Diff(c.want, converted(c.kind, c.row)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	words := row{colProduct: someProduct, colPrice: "1", colCondition: "UsedVeryGood", colFulfilment: "AMAZON_NA"}
	if got := converted(Offers, words); !strings.Contains(got, `"condition":"used","fulfillment":"rialto"`) {
		t.Error(got)
	}
	for want, r := range map[string]row{
		`{"title":"x","gtin":"4006381333931","category_id":"boots","attributes":{"Size":"4"},`: {
			colProduct: "4006381333931", colTitle: "x", colCategory: "Boots", attributePrefix + "Size": "4",
		},
		`{"product_id":"P","title":"x","bullets":["a","b"],"category_id":"boots"`: {
			colProduct: someProduct, colTitle: "x", colCategory: "boots", colBullets: "a | b|",
		},
	} {
		got := strings.Replace(converted(Products, r), `"product_id":"prd_found",`, "", 1)
		if !strings.HasPrefix(strings.TrimSuffix(got, "}")+",", strings.TrimSuffix(want, ",")) {
			t.Error(got)
		}
	}
	// A digit where an id belongs is a GTIN, an id where a sku belongs is the product.
	f := Feed{SellerID: someSeller, Kind: Prices, Marketplace: "US"}
	for name, r := range map[Name]row{
		{GTIN: "4006381333931"}: {colProduct: "4006381333931", colSKU: "A-1", colPrice: "1"}, {SKU: "A-1"}: {colSKU: "A-1", colPrice: "1"},
		{GTIN: "12345678"}: {colGTIN: "12345678", colPrice: "1"}, {}: {colSKU: someProduct, colPrice: "1"}} {
		if i := itemOf(f, 1, r, noon); i.name != name || i.refuse != nil {
			t.Errorf("%v: %+v", r, i)
		}
	}
	if i := itemOf(f, 1, row{colSKU: "ä", colPrice: "1"}, noon); fault.Code(i.refuse) != "invalid_value" {
		t.Error(i.refuse)
	}
}

// The marketplaces' currencies have the digits of ISO 4217, whatever CLDR says of others.
func TestCurrenciesOfTheMarketplaces(t *testing.T) {
	t.Parallel()
	two := "AED AUD BRL CAD EGP EUR GBP INR MXN PLN SAR SEK SGD TRY USD ZAR"
	for _, m := range marketplaces.All() {
		digits, err := currency.Decimals(m.Currency)
		if err != nil || (digits == 0) != (m.Currency == "JPY") || (digits == 2) != strings.Contains(two, m.Currency) {
			t.Errorf("how many decimals has %s? %d %v", m.Currency, digits, err)
		}
	}
}

// What a report's reader opens must not run. Seen to catch: a tab or a minus let through.
func TestReportsHoldNoFormulas(t *testing.T) {
	t.Parallel()
	got := string(lines([]rows.Result{
		{Line: 7, Code: "x", Message: `=HYPERLINK("http://a","b")`},
		{Line: 8, Code: "@x", Message: "+1"},
		{Line: 9, Code: "-", Message: "\tx, \"y\"\nz"},
		{Line: 10, Code: "a", Message: strings.Repeat("é", 600)},
	}))
	want := "7,x,\"'=HYPERLINK(\"\"http://a\"\",\"\"b\"\")\"\n8,'@x,'+1\n9,'-,\"'\tx, \"\"y\"\"\nz\"\n10,a," + strings.Repeat("é", 499) + "…\n"
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
