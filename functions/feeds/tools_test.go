package feeds_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/feeds"
	"rialto/functions/internal/ids"
)

// said is what a file's rows come to: each with its line, and what of it counts; refused ones with their code.
func said(t *testing.T, o feeds.Order, market, file string, stop func() bool) (feeds.Feed, []string) {
	t.Helper()
	w := newWorld(t)
	w.stop = stop
	w.names = map[feeds.Name]string{}
	for _, sku := range []string{"T-1", "T-2", "T-3"} {
		w.names[feeds.Name{SKU: sku}] = ids.Derive(ids.Product, sku)
	}
	for _, gtin := range []string{"2999100000110", "2999100000127"} {
		w.names[feeds.Name{GTIN: gtin}] = ids.Derive(ids.Product, gtin)
	}
	o.Bytes = int64(len(file))
	o.Format = feeds.CSV
	w.market = market
	f := w.create(o, "key-0001")
	w.upload(f, file)
	w.split()
	got := w.feed(f.ID)
	if got.State == feeds.Failed {
		return got, []string{got.Reason.Code}
	}
	lines := map[int]string{}
	last := 0
	note := func(line int, what string) { lines[line], last = what, max(last, line) }
	for _, c := range w.chunks {
		for i, raw := range c.Rows {
			note(c.Lines[i], string(raw))
		}
		for _, r := range c.Refused {
			note(r.Line, r.Code+" "+r.Message)
		}
	}
	for _, r := range w.results {
		for _, r := range r.Refused {
			note(r.Line, r.Code+" "+r.Message)
		}
	}
	var out []string
	for n := range last + 1 {
		if what, there := lines[n]; there {
			out = append(out, fmt.Sprint(n, " ", what))
		}
	}
	return got, out
}

func never() bool  { return false }
func always() bool { return true }

func utf16le(s string) string {
	var b strings.Builder
	for _, u := range append([]uint16{0xfeff}, utf16.Encode([]rune(s))...) {
		b.Write([]byte{byte(u), byte(u >> 8)})
	}
	return b.String()
}

// Files as sellers' tools write them. A line's want is a part of what comes of it. Seen to catch, one by one: what each says
// in its name.
func TestFilesOfSellersTools(t *testing.T) {
	t.Parallel()
	const shopifyStock = "Handle,Title,SKU,Location,Incoming,Committed (not editable),On hand (current),Available (not editable)\n"
	for name, c := range map[string]toolFile{
		"Shopify: available before on hand": {feeds.Inventory, "US", shopifyStock + "h,Lamp,T-1,us-east-1,0,2,9,7\n",
			[]string{`2 .*"quantity":7`}, "Handle Title Incoming Committed (not editable) On hand (current)"},
		"Shopify, the other way round": {feeds.Inventory, "US", "Available,On hand,SKU,Location\n3,4,T-1,us-east-1\n",
			[]string{`2 .*"quantity":3`}, "On hand"},
		"WooCommerce: a shop's own number": {feeds.Offers, "US",
			"ID,SKU,\"GTIN, UPC, EAN, or ISBN\",Name,Published,\"In stock?\",Stock,\"Regular price\"\n7,T-9,2999100000110,Mug,1,1,25,7.25\n" +
				"8,T-8,2999100000127,Cup,-1,1,25,7.25\n12345670,T-7,,Jug,1,1,2,7\n",
			[]string{`2 .*"sku":"T-9"`, `3 .*"paused":true`, "4 product_not_found"}, "ID Name In stock? Stock"},
		"WooCommerce: stock is the count": {feeds.Inventory, "US", "SKU,In stock?,Stock,warehouse\nT-1,1,25,us-east-1\n",
			[]string{`2 .*"quantity":25`}, "In stock?"},
		"an ASIN beside a sku":    {feeds.Prices, "US", "asin1\tprice\tseller-sku\nB01TESTING\t4.50\tT-2\n", []string{`2 .*"amount":450`}, "asin1"},
		"an ASIN alone":           {feeds.Prices, "US", "asin,price\nB01TESTING,4.50\n", []string{"2 invalid_value"}, ""},
		"a quantity among offers": {feeds.Offers, "US", "sku,price,quantity,title\nT-1,5,9,Mug\n", []string{`2 .*"amount":500`}, "quantity title"},
		"a plain catalog": {feeds.Products, "US", "Id,Type,Brand,Name,Description,Price\n17,Boots,Potter,Hiker,Warm,99.5\n",
			[]string{`2 {"title":"Hiker","description":"Warm","brand":"Potter","category_id":"Boots","sku":"17"}`}, "Price"},
		"a plain catalog's prices": {feeds.Offers, "US", "Id,Price\nT-1,99.5\n400638133393,1\n",
			[]string{`2 .*"sku":"T-1"`, "3 invalid_gtin"}, ""},
		"addresses of images": {feeds.Products, "US", "SKU,Name,Images,image2\nT-1,Mug,\"https://a/1.png?x=1,2, https://a/b.png\",https://c/3\n",
			[]string{`2 .*"images":["https://a/1.png?x=1,2","https://a/b.png","https://c/3"]`}, ""},
		"thousands or decimals": {feeds.Prices, "DE", "sku;Preis\nT-1;4.500\nT-2;2.250\n", []string{"2 ambiguous_number",
			"3 ambiguous_number"}, ""},
		"a column that tells": {feeds.Prices, "DE", "sku;Preis\nT-1;4.500\nT-2;2,25\n", []string{`2 .*"amount":450000`, `3 .*"amount":225`}, ""},
		"a stray quote": {feeds.Prices, "US", "sku,price,note\nT-1,\"5,x\nT-2,6,y\nT-3,7,\"a, b\"\n",
			[]string{"2 bad_quote", `3 .*"amount":600`, `4 .*"amount":700`}, "note"},
		"an offer to be deleted": {feeds.Offers, "US", "sku\tprice\tadd-delete\nT-1\t5\td\nT-2\t\tx\nT-3\t5\ta\n",
			[]string{`2 .*"delete":true`, `3 .*"delete":true`, `4 .*"amount":500`}, ""},
		"a product to be deleted": {feeds.Products, "US", "sku\titem-name\tadd-delete\nT-1\tMug\tDelete\n", []string{`2 .*"delete":true`}, ""},
		"stock to be deleted": {feeds.Inventory, "US", "sku\tqty\tfc\tadd-delete\nT-1\t5\tus-east-1\tx\n",
			[]string{"2 delete_not_supported"}, ""},
		"a part of an offer": {feeds.Offers, "US", "item_sku\tstandard_price\tupdate_delete\nT-1\t5\tPartialUpdate\n",
			[]string{"2 partial_update"}, ""},
		"a whole number with decimals": {feeds.Inventory, "US", "sku,qty,fc\nT-1,8.0,us-east-1\nT-2,8.5,us-east-1\n",
			[]string{`2 .*"quantity":8`, "3 fractional_quantity"}, ""},
		"a misspelt centre": {feeds.Inventory, "US", "sku,qty,fc\nT-1,8,us-esat-1\n", []string{"2 unknown_centre"}, ""},
		"a lost zero": {feeds.Products, "US", "upc,title,category\n36000291452,Mug,x\n36000291453,Cup,x\n",
			[]string{`2 .*"gtin":"036000291452"`, "3 invalid_gtin /gtin has 11 digits"}, ""},
		"Amazon: three rows of header": {feeds.Offers, "US",
			"TemplateType=fptcustom\tVersion=2025.1\tThe top 3 rows are ours\nSeller SKU\tYour Price\tProduct ID\n" +
				"item_sku\tstandard_price\texternal_product_id\nT-9\t5.00\t2999100000110\n", []string{`4 .*"amount":500`}, ""},
		"Amazon: nested names": {feeds.Offers, "US", "settings=feedType\tx\nOffer\t\t\ncontribution_sku#1.value\t" +
			"purchasable_offer[marketplace_id=X][audience=ALL]#1.our_price#1.schedule#1.value_with_tax\t::record_action\nT-1\t5\tEdit (Partial Update)\n" +
			"T-2\t5\tCreate or Replace (Full Update)\n", []string{"4 partial_update", `5 .*"amount":500`}, ""},
		"eBay": {feeds.Offers, "US",
			"#INFO,Version=1.0.0,Template=ebay\n*Action(SiteID=US|Country=US|Version=1193),CustomLabel,*StartPrice,*Quantity,P:UPC\n" +
				"Add,T-9,5.00,3,Does not apply\nRevise,T-1,6.00,3,Does not apply\n", []string{"3 product_not_found", `4 .*"amount":600`},
			"*Quantity"},
		"a separator that is told": {feeds.Prices, "DE", "sep=;\r\nsku;price\r\nT-1;2,50\r\n", []string{`3 .*"amount":250`}, ""},
		"of Western Europe":        {feeds.Products, "FR", "titre,title,category\nx,Caf\xe9,x\n", []string{`2 .*"title":"Café"`}, "titre"},
		"UTF-16":                   {feeds.Products, "US", utf16le("title\tcategory\nTasse 😀\tx\n"), []string{`2 .*"title":"Tasse 😀"`}, ""},
		"what spreadsheets protect": {feeds.Offers, "US", "ean,sku,price\n'2999100000110,\"=\"\"T-5\"\"\",5\n",
			[]string{`2 .*"sku":"T-5"`}, ""},
		"same sku twice": {feeds.Prices, "US", "sku,price\nT-1,5\nT-2,6\nT-1,7\n",
			[]string{`2 .*"amount":500`, `3 .*"amount":600`, "4 duplicate_row line 2 has the same sku"}, ""},
		"same product twice": {feeds.Prices, "US", "gtin,product_id,price\n2999100000110,,5\n," + ids.Derive(ids.Product, "2999100000110") + ",6\n",
			[]string{`2 .*"amount":500`, "3 duplicate_row line 2 has the same product"}, ""},
		"not on sale in the shop": {feeds.Offers, "US", "Handle,Variant SKU,Variant Price,Status\nmug,T-1,5,draft\nmug,T-2,6,\n",
			[]string{`2 .*"paused":true`, `3 .*"paused":true`}, ""},
	} {
		t.Run(name, c.read)
	}
}

// Files of other tools, in other languages. Seen to fail, each with what it says in its name: the columns were not known.
func TestFilesOfOtherToolsAndLanguages(t *testing.T) {
	t.Parallel()
	const lamp = `2 {"title":"Lampe","description":"Jolie","brand":"Acme","gtin":"4006381333931","category_id":"Lampes"`
	for name, c := range map[string]toolFile{
		"PrestaShop": {feeds.Offers, "FR",
			"Active (0/1);Name *;Price tax excluded;Price tax included;Reference #;Quantity\n0;L;10;12;T-1;5\n1;L;10;12;T-2;5\n",
			[]string{`2 "paused":true`, `3 "amount":1200`}, "Name * Price tax excluded Quantity"},
		"Magento": {feeds.Offers, "US", "sku,name,price,product_online,qty\nT-1,Lamp,19.9000,1,5.0000\nT-2,Lamp,19.9000,2,5.0000\n",
			[]string{`2 "paused":false`, `3 "paused":true`}, "name qty"},
		"Magento's types": {feeds.Products, "US", "sku,product_type,name\nT-1,simple,Lamp\nT-2,configurable,Tee\n",
			[]string{`2 {"title":"Lamp","category_id":"","sku":"T-1"}`, `3 "parent":true`}, ""},
		"BigCommerce": {feeds.Offers, "US",
			"Item Type,Product Name,Product Code/SKU,Price,Product Visible?\nProduct,L,T-1,19.90,Y\nProduct,L,T-2,19.90,N\n",
			[]string{`2 "paused":false`, `3 "paused":true`}, "Item Type Product Name"},
		"Wix": {feeds.Offers, "US", "handleId,name,sku,price,visible,inventory\nP1,L,T-1,19.9,true,5\nP2,L,T-2,19.9,false,5\n",
			[]string{`2 "paused":false`, `3 "paused":true`}, "name inventory"},
		"Squarespace": {feeds.Offers, "US", "Product ID [Non Editable],Title,SKU,Price,Stock,Visible\nabc,L,T-1,19.90,5,No\n",
			[]string{`2 "paused":true`}, "Title Stock"},
		"Shopware": {feeds.Offers, "DE", "ordernumber;name;price_EUR;instock;active\nT-1;L;19,90;5;0\n", []string{`2 "paused":true`}, "name instock"},
		"Google: an id of the seller's": {feeds.Offers, "US", "id\ttitle\tprice\tcondition\tgtin\tavailability\nT-1\tL\t19.90 USD\tused\t\tin_stock\n",
			[]string{`2 "amount":1990`}, "title availability"},
		"Google: variants": {feeds.Products, "US",
			"id\ttitle\tgtin\titem_group_id\tcolor\tsize\nT-1\tTee\t\tG1\tred\tM\nT-2\tTee\t\tG1\tred\tL\nT-3\tCap\t\t\tred\t\n",
			[]string{`2 "sku":"T-1","group":"G1","option_names":["color","size"]}`, `3 "group":"G1"`, `4 "options":{"color":"red"},"sku":"T-3"}`}, ""},
		"another shop's commands": {feeds.Offers, "US", "sku,price,Command\nT-1,5,DELETE\nT-2,5,MERGE\nT-3,5,IGNORE\n",
			[]string{`2 "delete":true`, `3 "amount":500`, "4 invalid_value"}, ""},
		"a column of what is deleted": {feeds.Offers, "US", "sku,price,Deleted\nT-1,5,yes\nT-2,5,no\nT-3,5,perhaps\n",
			[]string{`2 "delete":true`, `3 "amount":500`, "4 invalid_value"}, ""},
		"a status that stops sale": {feeds.Offers, "US", "sku,price,status\nT-1,5,Suspended\nT-2,5,Deleted\nT-3,5,strange\n",
			[]string{`2 "paused":true`, `3 "paused":true`, "4 invalid_value"}, ""},
		"notes behind names":          {feeds.Prices, "US", "*SKU (required),Price [USD]\nT-1,6\n", []string{`2 "amount":600`}, ""},
		"of another currency":         {feeds.Prices, "US", "sku,Price (EUR)\nT-1,6\n", []string{"2 wrong_currency"}, ""},
		"a name without a note first": {feeds.Prices, "US", "sku,Price (USD),price\nT-1,6,5\n", []string{`2 "amount":500`}, "Price (USD)"},
		"signs and names of currencies": {feeds.Prices, "US", "sku,price,currency\nT-1,5,$\nT-2,5,usd\nT-3,5,€\n",
			[]string{`2 "amount":500`, `3 "amount":500`, "4 wrong_currency"}, ""},
		"names of marketplaces": {feeds.Prices, "GB", "sku,price,Site\nT-1,5,UK\nT-2,5,A1F83G8C2ARO7P\nT-3,5,united kingdom\n",
			[]string{`2 "marketplace":"GB"`, `3 "marketplace":"GB"`, `4 "marketplace":"GB"`}, ""},
		"states by eBay's codes": {feeds.Offers, "US", "sku,price,Condition ID\nT-1,5,2500\nT-2,5,4000\nT-3,5,1500\n",
			[]string{`2 "condition":"refurbished"`, `3 "condition":"used"`, "4 invalid_offer"}, ""},
		"a code of stock": {feeds.Prices, "GB", "StockCode,UnitPrice\nT-1,2.55\n", []string{`2 "amount":255`}, ""},
		"pipes":           {feeds.Prices, "US", "sku|price\nT-1|5\n", []string{`2 "amount":500`}, ""},
		"emptied rows":    {feeds.Prices, "US", "sku,price,,\n,,,\nT-1,5,,\n\"\",,,\n,,,\n", []string{`3 "amount":500`}, ""},
		"Arabic":          {feeds.Products, "SA", "title;EAN\n\xe3\xd5\xc8\xc7\xcd;4006381333931\n", []string{`2 "title":"مصباح"`}, ""},
		"French": {feeds.Products, "FR", "Code-barres;Titre;Marque;Catégorie;Description\n4006381333931;Lampe;Acme;Lampes;Jolie\n",
			[]string{lamp}, ""},
		"French, accents apart": {feeds.Offers, "FR", "Re\u0301fe\u0301rence;Prix;Quantité;État\nT-1;5,00;4;Neuf\n", []string{`2 "condition":"new"`},
			"Quantité"},
		"Spanish": {feeds.Products, "ES", "Código de barras;Título;Marca;Categoría;Descripción\n4006381333931;Lampe;Acme;Lampes;Jolie\n",
			[]string{lamp}, ""},
		"Italian": {feeds.Products, "IT", "Codice a barre;Titolo;Marchio;Categoria;Descrizione\n4006381333931;Lampe;Acme;Lampes;Jolie\n",
			[]string{lamp}, ""},
		"Dutch": {feeds.Inventory, "NL", "SKU;Voorraad;Magazijn\nT-1;5;nl-west-1\n", []string{`2 "quantity":5`}, ""},
		"Polish": {feeds.Products, "PL", "Kod kreskowy;Nazwa;Marka;Kategoria;Opis\n4006381333931;Lampe;Acme;Lampes;Jolie\n", []string{lamp},
			""},
		"Swedish":      {feeds.Inventory, "SE", "Artikelnummer;Antal;Lager\nT-1;5;se-south-1\n", []string{`2 "quantity":5`}, ""},
		"Portuguese":   {feeds.Prices, "BR", "SKU;Preço\nT-1;R$ 1.990,00\nT-2;R$ 2.500\n", []string{`2 "amount":199000`, `3 "amount":250000`}, ""},
		"Turkish":      {feeds.Prices, "TR", "Stok kodu;Fiyat\nT-1;1.299,90 TL\n", []string{`2 "amount":129990`}, ""},
		"Japanese":     {feeds.Prices, "JP", "商品コード,価格\nT-1,\"1,980円\"\n", []string{`2 "amount":1980`}, ""},
		"Arabic names": {feeds.Prices, "SA", "SKU,السعر\nT-1,٤٩٫٥٠\n", []string{`2 "amount":4950`}, ""},
	} {
		t.Run(name, c.read)
	}
}

// toolFile is a file as a tool writes it, with what its lines come to and the columns that are ignored.
type toolFile struct {
	kind    feeds.Kind
	market  string
	file    string
	want    []string
	ignored string
}

// read reads it in one go, and stopped wherever it can be.
func (c toolFile) read(t *testing.T) {
	t.Parallel()
	for _, stop := range []func() bool{never, always} {
		f, got := said(t, feeds.Order{Kind: c.kind}, c.market, c.file, stop)
		if !matches(c.want, got) {
			t.Errorf("%q", got)
		}
		if d := cmp.Diff(c.ignored, strings.Join(f.Ignored, " ")); d != "" {
			t.Error(d)
		}
	}
}

// matches tells whether each line has what is wanted of it: its number, and a part behind.
func matches(want, got []string) bool {
	if len(want) != len(got) {
		return false
	}
	for i, w := range want {
		line, part, _ := strings.Cut(w, " ")
		if !strings.HasPrefix(got[i], line+" ") || !strings.Contains(got[i], strings.TrimPrefix(part, ".*")) {
			return false
		}
	}
	return true
}

// Variants have what the first row of their product says. Seen to catch: a chunk, or an invocation, that begins with a
// variant; a row for a further image taken for a product; a title handed on to another product.
func TestVariantsInherit(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("Handle,Title,Body (HTML),Vendor,Product Category,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Barcode,Image Src\n")
	b.WriteString("mug,Mug,<p>Holds tea</p>,Potter,x,Colour,c0,M-0,5,'2999100000110,https://a/1.png\n")
	for i := range 250 {
		fmt.Fprintf(&b, "mug,,,,,,c%d,M-%d,6,,\n", i+1, i+1)
	}
	b.WriteString("mug,,,,,,,,,,https://a/2.png\ncup,,,,,,,C-1,6,,\n" +
		"bowl,Bowl,,,x,Title,Default Title,B-1,6,,https://a/3.png\nbowl,,,,,,,,,,https://a/4.png\n")
	f, got := said(t, feeds.Order{Kind: feeds.Products}, "US", b.String(), never)
	_, again := said(t, feeds.Order{Kind: feeds.Products}, "US", b.String(), always)
	if d := cmp.Diff(got, again); d != "" {
		t.Error("it depends on where an invocation ends:", d)
	}
	if len(got) != 253 || !strings.Contains(got[200], `["https://a/2.png"]`) || !strings.HasPrefix(got[251], "254 missing_value") ||
		!strings.HasSuffix(got[252], `"images":["https://a/3.png","https://a/4.png"]}`) || strings.Join(f.Ignored, " ") != "Variant Price" {
		t.Fatalf("%d %q %q", len(got), got[251:], f.Ignored)
	}
	for i, row := range got[:251] {
		if !strings.Contains(row, `"title":"Mug","description":"<p>Holds tea</p>","brand":"Potter"`) ||
			!strings.Contains(row, fmt.Sprintf(`"options":{"Colour":"c%d"}`, i)) || !strings.Contains(row, fmt.Sprintf(`"sku":"M-%d"`, i)) {
			t.Fatal(row)
		}
	}
}

// Seen to catch: the fields of JSON lines that are not taken, lost without a word.
func TestFieldsThatAreNotTakenAreListed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.stop = always
	w.names = map[feeds.Name]string{{SKU: "T-1"}: shoe}
	f := w.create(feeds.Order{Kind: feeds.Prices, Format: feeds.Lines}, "key-0001")
	w.upload(f, strings.Repeat(`{"sku":"T-1","price":5,"quantity":3}`+"\n", 150)+`{"sku":"T-1","price":5,"note":"x"}`)
	w.run()
	if got := w.feed(f.ID); strings.Join(got.Ignored, " ") != "quantity note" || got.Rows != 151 {
		t.Errorf("%+v", got)
	}
}

// Variants are told as each tool tells them. A line's want is a part of what comes of it. Seen to catch: a parent's row taken for a
// product; a variant whose parent is another row's; options in the order of their names; a type of product taken for a category.
func TestVariantsOfSellersTools(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file    string
		want    []string
		ignored string
	}{
		"Shopify": {"Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU\nmug,Mug,Size,S,Colour,Red,M-1\nmug,,,L,,Blue,M-2\n" +
			"cup,Cup,Title,Default Title,,,C-1\n",
			[]string{`2 .*"options":{"Colour":"Red","Size":"S"},"sku":"M-1","group":"mug","option_names":["Size","Colour"]`,
				`3 .*"options":{"Colour":"Blue","Size":"L"},"sku":"M-2","group":"mug","option_names":["Size","Colour"]`,
				`4 .*"title":"Cup","category_id":"","sku":"C-1"}`}, ""},
		"WooCommerce": {"ID,Type,SKU,Name,Categories,Parent,Attribute 1 name,Attribute 1 value(s),Attribute 2 name,Attribute 2 value(s)\n" +
			"7,variable,MUG,Mug,x,,Size,\"S, L\",Maker,Ann\n8,\"variation, virtual\",MUG-S,Mug - S,,MUG,Size,S,,\n9,variation,M9,Mug - L,,id:44,Size,L,,\n" +
			"5,simple,CUP,Cup,x,,Maker,Ann,,\n6,variation,LOST,Mug,,,Size,S,,\n44,variable,,Jug,x,,Size,\"S, L\",,\n",
			[]string{`2 .*"options":{"Maker":"Ann"},"sku":"MUG","group":"MUG","parent":true}`,
				`3 .*"options":{"Size":"S"},"sku":"MUG-S","group":"MUG","option_names":["Size"]}`,
				`4 .*"group":"id:44","option_names":["Size"]}`, `5 .*"options":{"Maker":"Ann"},"sku":"CUP"}`, "6 missing_parent",
				`7 .*"group":"id:44","parent":true}`}, ""},
		"Amazon": {"item_sku\titem_name\tparent_child\tparent_sku\tvariation_theme\tsize_name\tcolor_name\tmaterial_type\n" +
			"TEE\tTee\tparent\t\tSizeColor\t\t\t\nTEE-1\tTee red S\tchild\tTEE\tSizeColor\tS\tRed\t\nTEE-2\tTee\tChild\tTEE\tcolor-size\tS\t\t\n" +
			"TEE-3\tTee\tChild\tTEE\tCOLOR/SIZE\tM\tRed\t\nCAP\tCap\t\t\t\tM\tBlue\t\n",
			[]string{`2 .*"sku":"TEE","group":"TEE","parent":true,"option_names":["size","color"]}`,
				`3 .*"options":{"color":"Red","size":"S"},"sku":"TEE-1","group":"TEE","option_names":["size","color"]}`, "4 missing_options",
				`5 .*"option_names":["color","size"]}`, `6 .*"options":{"color":"Blue","size":"M"},"sku":"CAP"}`}, "material_type"},
		"eBay": {"*Action(SiteID=US),CustomLabel,*Title,Relationship,RelationshipDetails\nAdd,TEE,Tee,,Size=S;M|Colour=Red;Blue\n" +
			",TEE-1,,Variation,Size=S|Colour=Red\n,TEE-2,,Variation,Size=M|Colour=Blue\nAdd,CAP,Cap,,\n",
			[]string{`2 .*"sku":"TEE","group":"TEE","parent":true,"option_names":["Size","Colour"]}`,
				`3 .*"title":"Tee","category_id":"","options":{"Colour":"Red","Size":"S"},"sku":"TEE-1","group":"TEE","option_names":["Size","Colour"]}`,
				`4 .*"sku":"TEE-2","group":"TEE"`, `5 .*"title":"Cap","category_id":"","sku":"CAP"}`}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, stop := range []func() bool{never, always} {
				f, got := said(t, feeds.Order{Kind: feeds.Products}, "US", c.file, stop)
				if !matches(c.want, got) {
					t.Errorf("%s", strings.Join(got, "\n"))
				}
				if d := cmp.Diff(c.ignored, strings.Join(f.Ignored, " ")); d != "" {
					t.Error(d)
				}
			}
		})
	}
}
