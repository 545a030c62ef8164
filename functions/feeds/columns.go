package feeds

import (
	"slices"
	"strings"
	"unicode"

	"rialto/functions/internal/fault"
)

// The columns that rows have, whatever a file calls them.
const (
	colProduct     = "product_id"
	colSKU         = "sku"
	colQuantity    = "quantity"
	colChange      = "change"
	colCentre      = "fulfillment_center_id"
	colAsOf        = "as_of"
	colMarketplace = "marketplace"
	colPrice       = "price"
	colShipping    = "shipping"
	colCurrency    = "currency"
	colCondition   = "condition"
	colFulfilment  = "fulfillment"
	colPaused      = "paused"
	colTitle       = "title"
	colDescription = "description"
	colBrand       = "brand"
	colCategory    = "category_id"
	colBullets     = "bullets"
	colModel       = "model"
	colGTIN        = "gtin"

	// attributePrefix begins the columns of a product's attributes; what follows is the attribute's name.
	attributePrefix = "attribute:"
)

// aliases is the one table of what sellers call a column. Names are compared by their letters and digits alone (fold),
// so "Seller-SKU", "seller_sku" and "seller sku" are one.
//
// Sources, by the file that a seller exports: [A] Amazon's inventory loader, price and quantity, and flat-file
// templates, and its inventory ledger report; [E] eBay File Exchange; [S] Shopify's product and inventory CSV;
// [W] WooCommerce's product CSV; [R] Rialto's own names.
var aliases = map[string][]string{
	colProduct: {"product_id" /* R, A */, "asin" /* A */, "asin1" /* A */, "id"},
	colSKU: {"sku" /* R, A, S, W */, "seller-sku" /* A */, "item_sku" /* A */, "merchant-sku", "msku", /* A */
		"Variant SKU" /* S */, "Custom label (SKU)" /* E */, "CustomLabel" /* E */, "article number"},
	colQuantity: {"quantity" /* R, A */, "qty", "stock" /* W */, "count", "quantity-available" /* A */, "afn-fulfillable-quantity", /* A */
		"Available quantity" /* E */, "Variant Inventory Qty" /* S */, "Available" /* S */, "on hand" /* S */, "in stock", "Menge", "Bestand"},
	colChange: {"change" /* R */, "adjust", "adjustment", "delta", "quantity change", "stock adjustment"},
	colCentre: {"fulfillment-center-id" /* R, A */, "fulfilment_centre", "fulfillment center", "fulfilment-centre-id", "fulfilment center",
		"centre", "center", "warehouse", "warehouse_id", "Location" /* S */, "fc", "Lager"},
	colAsOf: {"as_of" /* R */, "counted_at", "count date", "snapshot-date" /* A */, "timestamp", "date"},

	colMarketplace: {"marketplace" /* R */, "marketplace id" /* A */, "country", "site" /* E */, "Site ID" /* E */},
	colPrice: {"price" /* R, A */, "standard_price" /* A */, "your-price" /* A */, "item-price" /* A */, "Variant Price", /* S */
		"StartPrice" /* E */, "Start price" /* E */, "Regular price" /* W */, "unit price", "Preis"},
	colShipping:   {"shipping" /* R */, "shipping price" /* A */, "shipping cost" /* E */, "merchant shipping", "Versandkosten"},
	colCurrency:   {"currency" /* R, A */, "price currency", "currency code", "Währung"},
	colCondition:  {"condition" /* R */, "item-condition" /* A */, "condition_type" /* A */, "Condition ID" /* E */},
	colFulfilment: {"fulfillment" /* R */, "fulfilment", "fulfillment-channel" /* A */, "fulfilled_by"},
	colPaused:     {"paused" /* R */, "inactive"},

	colTitle:       {"title" /* R, E, S */, "item-name" /* A */, "item_name" /* A */, "name" /* W */, "product name", "product title"},
	colDescription: {"description" /* R, E, W */, "item-description" /* A */, "product_description" /* A */, "Body (HTML)" /* S */},
	colBrand:       {"brand" /* R, E */, "brand_name" /* A */, "Vendor" /* S */, "Marke"},
	colCategory:    {"category_id" /* R */, "category" /* E */, "categories" /* W */, "Product Category" /* S */},
	colBullets:     {"bullets" /* R */, "bullet_point" /* A */, "bullet points", "bullet_point1" /* A */},
	colModel: {"model" /* R, E */, "model_number" /* A */, "model name" /* A */, "part_number" /* A */, "mfr_part_number", /* A */
		"MPN" /* E */},
	colGTIN: {"gtin" /* R */, "ean" /* E */, "upc" /* E */, "barcode", "Variant Barcode" /* S */, "external_product_id", /* A */
		"GTIN, UPC, EAN, or ISBN" /* W */},
}

var byAlias = func() map[string]string {
	out := map[string]string{}
	for column, names := range aliases {
		for _, name := range names {
			if other, twice := out[fold(name)]; twice && other != column {
				panic(name + " is two columns") // a mistake in the table above, found by the first test
			}
			out[fold(name)] = column
		}
	}
	return out
}()

// columnOf returns the column that a name means, "" for none that is known.
func columnOf(name string) string {
	if column, ok := byAlias[fold(name)]; ok {
		return column
	}
	for _, prefix := range []string{"attribute:", "attributes.", "attribute ", "attribute_"} {
		if rest, ok := cutFold(strings.TrimSpace(name), prefix); ok {
			return attributePrefix + strings.TrimSpace(rest)
		}
	}
	return ""
}

func cutFold(s, prefix string) (string, bool) {
	if len(s) > len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return "", false
}

// fold is a name's letters and digits, in lower case.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// requiredColumns is what the rows of a feed must have: of each list, one column.
var requiredColumns = map[Kind][][]string{
	Inventory: {{colProduct, colSKU, colGTIN}, {colQuantity, colChange}, {colCentre}},
	Prices:    {{colProduct, colSKU, colGTIN}, {colPrice}},
	Offers:    {{colProduct, colSKU, colGTIN}, {colPrice}},
	Products:  {{colTitle}, {colCategory}},
}

// maxColumns bounds a header: what has more is no table of ours.
const maxColumns = 200

// mapHeader finds what the columns of a header mean: "" for those that are ignored. It fails with unknown_header if
// none is known, duplicate_header if two mean the same, and missing_column.
func mapHeader(kind Kind, header []string) (columns, ignored []string, err error) {
	if len(header) > maxColumns {
		return nil, nil, badFile("unknown_header", "the header has more than %d columns", maxColumns)
	}
	at := map[string]int{}
	for i, name := range header {
		c := columnOf(name)
		columns = append(columns, c)
		if c == "" {
			if name = strings.TrimSpace(name); name != "" && len(ignored) < 20 {
				ignored = append(ignored, clip(name, 60))
			}
			continue
		}
		if first, twice := at[c]; twice {
			return nil, nil, badFile("duplicate_header", "columns %d and %d both mean %s", first+1, i+1, c)
		}
		at[c] = i
	}
	if len(at) == 0 {
		return nil, nil, badFile("unknown_header",
			"the first line names no column that is known: is it a header, and are the columns separated by comma, semicolon or tab?")
	}
	for _, any := range requiredColumns[kind] {
		if !slices.ContainsFunc(any, func(c string) bool { _, there := at[c]; return there }) {
			return nil, nil, badFile("missing_column", "a feed of %s needs a column %s", kind, strings.Join(any, " or "))
		}
	}
	return columns, ignored, nil
}

// badFile says why no row of a file can be read.
func badFile(code, format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, code, format, args...)
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
