package feeds

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

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

// Seen to catch: a character cut by the window taken for Latin-1; UTF-16 without a mark read as text; a broken UTF-8 file
// read as one of Western Europe.
func TestEncodings(t *testing.T) {
	t.Parallel()
	const zloty, lira = "cena w z\xb3otych\n", "fiyat \xdeeker\n"
	for name, c := range map[string]struct {
		head             string
		whole            bool
		declared, market string
		want, says       string
	}{
		"text":               {"sku,quantity\na,1\n", true, "", "US", "utf-8", ""},
		"mark":               {bom + "sku\n", true, "windows-1252", "US", "utf-8", ""},
		"umlauts":            {"sku,title\na,Grüße 日本語 🙂\n", true, "", "DE", "utf-8", ""},
		"a cut character":    {"sku\n" + strings.Repeat("é", 10)[:19], false, "", "FR", "utf-8", ""},
		"a broken last":      {"sku\n" + strings.Repeat("é", 10)[:19], true, "", "FR", "wrong_encoding", "line 2 is not UTF-8"},
		"of the west":        {"sku,title\nc,Gr\xfc\xdfe\n", true, "", "DE", "windows-1252", ""},
		"euro":               {"sku,price\na,\x80 5\n", false, "", "IE", "windows-1252", ""},
		"undefined there":    {"sku,title\na,\x81\n", true, "", "US", "wrong_encoding", "declare its encoding"},
		"polish":             {zloty, true, "", "PL", "windows-1250", ""},
		"turkish":            {lira, true, "", "TR", "windows-1254", ""},
		"japanese":           {"\x83\x89\x83\x93\x83v\n", true, "", "JP", "shift_jis", ""},
		"japanese, broken":   {"\x83\x89\xff\x83v\n", true, "", "JP", "wrong_encoding", "line 1"},
		"declared":           {zloty, true, "iso-8859-2", "US", "iso-8859-2", ""},
		"declared otherwise": {zloty, true, "utf-8", "US", "wrong_encoding", "line 1"},
		"utf-16 le":          {wide("sku\n", false), true, "", "US", "utf-16le", ""},
		"utf-16 be":          {wide("sku\n", true), true, "", "US", "utf-16be", ""},
		"utf-16, no mark":    {wide("sku\n", false)[2:], true, "", "US", "wrong_encoding", "UTF-16"},
		"utf-16, declared":   {wide("sku\n", false)[2:], true, "utf-16le", "US", "utf-16le", ""},
		"nothing":            {"", true, "", "US", "utf-8", ""},
	} {
		got, skip, err := detect([]byte(c.head), c.whole, c.declared, c.market)
		if err != nil {
			got = fault.Code(err)
		}
		if got != c.want || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %s %v", name, got, err)
		}
		if marks := map[bool]int{true: 0, false: len(c.head)}; skip != 0 && skip > marks[err != nil] {
			t.Errorf("%s: skips %d", name, skip)
		}
	}
	for _, name := range Encodings {
		if c := (Order{Kind: Products, Format: CSV, Encoding: name}); c.Check() != nil {
			t.Error(name, c.Check())
		}
	}
	if c := (Order{Kind: Products, Format: CSV, Encoding: "ebcdic"}); fault.Code(c.Check()) != "invalid_feed" {
		t.Error(c.Check())
	}
}

// A place in the text of a file is known in the file, whatever its encoding. Seen to catch: a character beyond the basic
// plane counted once.
func TestPlacesInEncodedFiles(t *testing.T) {
	t.Parallel()
	const text = "a,Größe €\nb,\"two\r\nlines\"\nc,x\n"
	western, err := charmap.Windows1252.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	const far = "a,😀\nb,日本\nc,x\n"
	for encoding, c := range map[string]struct{ file, text string }{
		"utf-8": {far, far}, "windows-1252": {western, text}, "utf-16le": {wide(far, false)[2:], far}, "utf-16be": {wide(far, true)[2:], far},
	} {
		var want []string
		in, width := decode(strings.NewReader(c.file), encoding)
		s := newScanner(in, ',', 0, 1)
		s.width = width
		for {
			r, err := s.next()
			if err != nil {
				break
			}
			want = append(want, string(r.text))
			var got []string
			in, _ := decode(strings.NewReader(c.file[s.position:]), encoding)
			for rest := newScanner(in, ',', s.position, s.line); ; {
				r, err := rest.next()
				if err != nil {
					break
				}
				got = append(got, string(r.text))
			}
			all, err := io.ReadAll(strings.NewReader(strings.Join(append(slices.Clone(want), got...), "\n") + "\n"))
			if err != nil || string(all) != c.text {
				t.Errorf("%s from %d: %q", encoding, s.position, all)
			}
		}
		if len(want) != 3 || s.position != int64(len(c.file)) {
			t.Errorf("%s: %q, at %d of %d", encoding, want, s.position, len(c.file))
		}
	}
}

func TestWhatIsNoTextIsSaidToBe(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ head, says string }{
		"text": {"sku\n", ""}, "gzip": {"\x1f\x8b\x08\x00", "gzip"}, "zip": {"PK\x03\x04abc", "zip"}, "old excel": {"\xd0\xcf\x11\xe0", "Excel"},
		"pdf": {"%PDF-1.7", "PDF"},
	} {
		err := sniff([]byte(c.head))
		if refused := fault.Code(err) == "compressed_file" && strings.Contains(err.Error(), c.says); refused != (c.says != "") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for text, code := range map[string]string{"sku,quantity\ra,1\rb,2": "wrong_line_ends", "sku,quantity\r": "", "a\r\nb\r\n": "", "": ""} {
		if err := linesEnd([]byte(text), true); fault.Code(err) != code {
			t.Errorf("%q: %v", text, err)
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
		colPrice: {"price", "purchasable_offer[marketplace_id=X1]#1.our_price#1.schedule#1.value_with_tax", "standard_price",
			"Your Price", "StartPrice", "Regular price"},
		colProduct:       {"product-id", "product_id", "ProductID", "asin", "ASIN1"},
		colCentre:        {"fulfillment-center-id", "fulfilment_centre", "Warehouse", "location"},
		colAsOf:          {"as_of", "as-of", "As Of", "counted_at"},
		colCurrency:      {"currency", "WÄHRUNG"},
		colAction:        {"add-delete", "Update Delete", "*Action(SiteID=UK|Country=GB|Currency=GBP|Version=745)", "::record_action"},
		colTitle:         {"*Title", "item_name[marketplace_id=X1][language_tag=en_GB]#1.value", "Bezeichnung"},
		colGTIN:          {"EAN", "P:UPC", "GTIN, UPC, EAN, or ISBN", "externally_assigned_product_identifier[marketplace_id=X1]#1.value"},
		"":               {"", "shade", "🙂", "In stock?", "Attribute 2 visible", "item_name#1.language_tag", "purchasable_offer#1.currency"},
		optionName + "2": {"Option2 Name", "Attribute 2 name"}, optionValue + "1": {"Option1 Value", "attribute 1 value(s)"},
		colParent: {"parent_sku", "Parent", "child_parent_sku_relationship[marketplace_id=X1]#1.parent_sku"},
		colTheme:  {"variation_theme", "variation_theme#1.name"}, optionNamed + "color": {"color_name", "Color", "color[language_tag=en_US]#1.value"},
		attributePrefix + "Size": {"C:Size", "attributes.Size"}, colBrand: {"C:Brand", "Vendor"}, colModel: {"C:MPN", "part_number"},
	} {
		for _, name := range names {
			if got := meaningOf(name).column; got != want {
				t.Errorf("%q means %q, not %q", name, got, want)
			}
		}
	}
	if got := meaningOf("Attribute: Colour ").column; got != attributePrefix+"Colour" {
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
		"twice":        {Inventory, "seller-sku,sku,quantity,fc", "", ',', []string{"", colSKU, colQuantity, colCentre}},
		"twice alike":  {Inventory, "sku,quantity,quantity,fc", "duplicate_header", ',', nil},
		"no quantity":  {Inventory, "sku,fc,price", "missing_column", ',', nil},
		"no centre":    {Inventory, "sku,quantity", "missing_column", ',', nil},
		"no price":     {Offers, "sku,quantity", "missing_column", ',', nil},
		"no title":     {Products, "gtin,category", "missing_column", ',', nil},
		"not a header": {Inventory, "A-1,5,us-west-1", "unknown_header", ',', nil},
		"pipes":        {Inventory, "sku|quantity|warehouse", "", '|', []string{colSKU, colQuantity, colCentre}},
		"spaces":       {Inventory, "sku quantity warehouse", "unknown_header", ',', nil},
		"not in stock": {Inventory, "sku,fc,Quantity (sold)", "missing_column", ',', nil},
		"very wide":    {Inventory, "sku" + strings.Repeat(",x", 300), "unknown_header", ',', nil},
	} {
		comma := commaOf([]byte(c.header))
		cells, err := cellsOf([]byte(c.header), comma)
		if err != nil || comma != c.comma {
			t.Errorf("%s: %q %v", name, comma, err)
		}
		got, _, err := mapHeader(c.kind, cells, nil)
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
		`{"seller-sku":"b","sku":"a","item_sku":"c"}`:     "map[sku:a]",
		`{"sku":"a","SKU":"b"}`:                           "duplicate_field",
		`{"price":1.990}`:                                 "map[price:1.9900]",
		`{"sku":{"a":1}}`:                                 "invalid_value",
		`{"sku":[1]}`:                                     "invalid_value",
		`{"attributes":{"a":1}}`:                          "invalid_value",
		`[1]`:                                             "malformed_row",
		`5`:                                               "malformed_row",
		`{"sku":"a"} {"sku":"b"}`:                         "malformed_row",
		`{"sku":"a"`:                                      "malformed_row",
		`{"sku":"a",}`:                                    "malformed_row",
		`{"sku":` + strings.Repeat("[", 20_000) + `}`:     "malformed_row",
		"{\"sku\":\"\xff\"}":                              "wrong_encoding",
		`{"sku":"` + strings.Repeat("x", 100) + `","b":"c"}`: "map[sku:" + strings.Repeat("x", 100) + "]",
	} {
		kind := Products
		for _, k := range []Kind{Inventory, Offers} {
			if strings.Contains(in, map[Kind]string{Inventory: "Quantity", Offers: "price"}[k]) {
				kind = k
			}
		}
		r, _, err := rowOfObject([]byte(in), kind)
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
	i := reading{f, noon, nil, ""}.itemOf(7, r)
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
		"words":            {Inventory, stock(colQuantity, "many"), "invalid_value"},
		"thousands":        {Inventory, stock(colQuantity, "1,000"), "ambiguous_number /quantity may mean thousands or decimals in US"},
		"exponent":         {Inventory, stock(colQuantity, "1e3"), "invalid_value"},
		"huge":             {Inventory, stock(colQuantity, "99999999999999999999"), "invalid_value"},
		"too many":         {Inventory, stock(colQuantity, "1000001"), "out_of_range"},
		"formula":          {Inventory, stock(colQuantity, "=1+1"), "invalid_value"},
		"no quantity":      {Inventory, stock("x", "1"), "missing_value the row has no quantity or change"},
		"no change":        {Inventory, stock(colChange, "0"), "invalid_value"},
		"both":             {Inventory, row{colProduct: someProduct, colCentre: "us-east-1", colQuantity: "1", colChange: "1"}, "invalid_value"},
		"no centre":        {Inventory, row{colProduct: someProduct, colQuantity: "1"}, "missing_value"},
		"no product":       {Inventory, row{colCentre: "us-east-1", colQuantity: "1"}, "missing_value the row has no product_id, sku or gtin"},
		"future": {
			Inventory, row{colProduct: someProduct, colCentre: "us-east-1", colQuantity: "1", colAsOf: "2026-11-27T12:06:00Z"},
			"as_of_in_future",
		},
		"no time": {Inventory, row{colProduct: someProduct, colCentre: "us-east-1", colQuantity: "1", colAsOf: "yesterday"},
			"invalid_value /as_of"},
		"no year": {Inventory, row{colProduct: someProduct, colCentre: "us-east-1", colQuantity: "1", colAsOf: "0001-01-01T00:00:00+01:00"},
			"invalid_value /as_of"},
		"three decimals":      {Prices, price("12.999"), "too_many_digits"},
		"decimals of the yen": {Prices, price("1200.50", colMarketplace, "JP"), "too_many_digits /price must have at most 0 decimals in JPY"},
		"wrong currency":      {Prices, price("12", colCurrency, "EUR"), "wrong_currency /currency must be the marketplace's currency, USD"},
		"no marketplace":      {Prices, price("12", colMarketplace, "XX"), "unknown_marketplace"},
		"ambiguous":           {Prices, price("1,299"), "ambiguous_number"},
		"another's sign":      {Prices, price("£12"), "wrong_currency"},
		"no sign":             {Prices, price("12 pcs"), "invalid_value"},
		"negative price":      {Prices, price("-1"), "negative_price"},
		"half a number":       {Prices, price("12."), "invalid_value"},
		"no price":            {Prices, price(""), "missing_value"},
		"free":                {Offers, price("0"), "invalid_offer /price/amount"},
		"mint":                {Offers, price("1", colCondition, "mint"), "invalid_offer /condition"},
		"maybe":               {Offers, price("1", colPaused, "maybe"), "invalid_value /paused"},
		"untitled":            {Products, row{colProduct: someProduct, colCategory: "x"}, "missing_value the row has no title"},
		"misspelt centre":     {Inventory, row{colProduct: someProduct, colQuantity: "1", colCentre: "us-eats-1"}, "unknown_centre"},
		"delete a price":      {Prices, price("1", colAction, "x"), "delete_not_supported"},
		"a part of an offer":  {Offers, price("1", colAction, "PartialUpdate"), "partial_update"},
		"unknown action":      {Offers, price("1", colAction, "VerifyAdd"), "invalid_value /action"},
		"unknown status":      {Offers, price("1", colStatus, "Soon"), "invalid_value /status"},
		"a lost zero":         {Offers, row{colGTIN: "36000291453", colPrice: "1"}, "invalid_gtin /gtin has 11 digits"},
		"shortened":           {Offers, row{colGTIN: "4.00638E+12", colPrice: "1"}, "invalid_gtin /gtin was shortened by a spreadsheet"},
		"check digit":         {Products, row{colTitle: "x", colCategory: "x", colGTIN: "4006381333932"}, "invalid_gtin /gtin has a last digit"},
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
		"count as of": {Inventory, row{colProduct: someProduct, colCentre: "us-east-1", colQuantity: "12", colAsOf: "2026-11-27 08:30"},
			`{"change_id":"F-7","product_id":"P","seller_id":"S","fulfillment_center_id":"us-east-1",` +
				`"kind":"count","quantity":12,"as_of":"2026-11-27T08:30:00Z"}`},
		"fewer": {Inventory, row{colProduct: someProduct, colCentre: "us-east-1", colChange: "-3", colAsOf: "2026-11-27"},
			`{"change_id":"F-7","product_id":"P","seller_id":"S","fulfillment_center_id":"us-east-1","kind":"adjust","quantity":-3}`},
		"more": {Inventory, row{colProduct: someProduct, colCentre: "us-east-1", colChange: "+3"},
			`{"change_id":"F-7","product_id":"P","seller_id":"S","fulfillment_center_id":"us-east-1","kind":"adjust","quantity":3}`},
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
			colProduct: "4006381333931", colTitle: "x", colCategory: "boots", attributePrefix + "Size": "4",
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
	// A digit where an id belongs is a GTIN, an id where a sku belongs is the product; an ASIN, or a GTIN that is none, hides
	// no sku beside it.
	const ean = "4006381333931"
	f := Feed{SellerID: someSeller, Kind: Prices, Marketplace: "US"}
	for _, c := range []struct {
		kind Kind
		row  row
		want []Name
	}{
		{Prices, row{colProduct: ean, colSKU: "A-1"}, []Name{{SKU: "A-1"}, {GTIN: ean}}},
		{Offers, row{colProduct: ean, colSKU: "A-1"}, []Name{{GTIN: ean}, {SKU: "A-1"}}},
		{Prices, row{colSKU: "A-1"}, []Name{{SKU: "A-1"}}},
		{Prices, row{colGTIN: "12345670"}, []Name{{GTIN: "12345670"}}},
		{Prices, row{colSKU: someProduct}, nil},
		{Prices, row{colSKU: "A-1", colProduct: "B07TESTING"}, []Name{{SKU: "A-1"}}},
		{Offers, row{colSKU: "A-1", colProduct: "B07TESTING", colGTIN: ean}, []Name{{GTIN: ean}, {SKU: "A-1"}}},
		{Prices, row{colSKU: "A-1", colGTIN: "4006381333932"}, []Name{{SKU: "A-1"}}},
		{Offers, row{colProduct: "44"}, []Name{{SKU: "44"}}},
		{Offers, row{colGTIN: "0-13-110362-8"}, []Name{{GTIN: "9780131103627"}}},
	} {
		f.Kind, c.row[colPrice] = c.kind, "1"
		if i := (reading{f, noon, nil, ""}).itemOf(1, c.row); !slices.Equal(i.names, c.want) || i.refuse != nil {
			t.Errorf("%v: %+v", c.row, i)
		}
	}
	if i := (reading{f, noon, nil, ""}).itemOf(1, row{colSKU: "ä", colPrice: "1"}); fault.Code(i.refuse) != "invalid_value" {
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
