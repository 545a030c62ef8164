package feeds

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The columns that rows have, whatever a file calls them.
const (
	colProduct     = "product_id"
	colSKU         = "sku"
	colAction      = "action"
	colDeleted     = "deleted"
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
	colPriceDrop   = "confirm_price_drop"
	colStatus      = "status"
	colTitle       = "title"
	colDescription = "description"
	colBrand       = "brand"
	colCategory    = "category_id"
	colBullets     = "bullets"
	colModel       = "model"
	colGTIN        = "gtin"
	colImages      = "images"
	colGroup       = "group"    // what variants of one product share
	colParent      = "parent"   // the sku of a variant's parent
	colRelation    = "relation" // whether a row is a parent's or a variant's
	colTheme       = "theme"    // the options that variants differ by
	colDetails     = "details"  // the options with their values
	colNumber      = "number"   // a shop's own number

	// attributePrefix begins the columns of a product's attributes; what follows is the attribute's name.
	attributePrefix = "attribute:"
	// optionName and optionValue begin the columns of options, whose names are cells too; what follows is a number.
	optionName  = "option name:"
	optionValue = "option value:"
	// optionNamed begins the columns of options that are known by their names.
	optionNamed = "option named:"
)

// aliases is the one table of what sellers call a column, in the order of preference: where two columns of a file mean
// the same, the one that comes first here is taken, and the other is listed as ignored. Names are compared by their
// letters and digits alone (fold), so "Seller-SKU", "seller_sku" and "seller sku" are one.
//
// Sources, by the file that a seller exports: [A] Amazon's inventory loader, price and quantity, and flat-file
// templates, and its inventory ledger report; [E] eBay File Exchange and Seller Hub; [S] Shopify's product and inventory CSV;
// [W] WooCommerce's product CSV; [T] Etsy's listings; [G] Google's product data specification; [P] PrestaShop's import;
// [M] Magento's product CSV; [B] BigCommerce's products; [Q] Squarespace's and [X] Wix's products; [H] Shopware's;
// [L] Lightspeed's; [U] Walmart's item and inventory reports; [R] Rialto's own names. In other languages: languages.go.
var aliases = map[string][]string{
	// Amazon's ids and a shop's own numbers are as good as a sku where there is none, and no more.
	colProduct: {"product_id" /* R, A */, "asin" /* A */, "asin1" /* A */, "id" /* W */},
	colSKU: {"sku" /* R, A, S, W, T */, "seller-sku" /* A */, "item_sku" /* A */, "contribution_sku", /* A */
		"merchant-sku", "msku" /* A */, "Variant SKU" /* S */, "Custom label (SKU)" /* E */, "CustomLabel" /* E */, "article number",
		"Artikelnummer",
		"Product Code/SKU" /* B */, "ordernumber" /* H */, "product_number" /* H */, "product code", "item code", "item number",
		"reference", "code", "stock code", "product sku", "sku code", "item no", "article no"},
	colAction: {"add-delete" /* A */, "update_delete" /* A */, "record_action" /* A */, "listing_action", /* A */
		"action" /* E, as *Action(SiteID=…) */, "operation", "command"},
	colDeleted: {"delete", "deleted", "is_deleted", "remove"},
	// Shopify: what is available before what is on hand, of which some is committed. WooCommerce: Stock; its "In stock?" is no
	// number.
	colQuantity: {"quantity" /* R, A, E, T */, "qty", "quantity-available" /* A */, "afn-fulfillable-quantity", /* A */
		"Available quantity" /* E */, "Variant Inventory Qty" /* S */, "Available" /* S */, "Available (not editable)" /* S */, "On hand (new)",
		/* S */
		"On hand (current)" /* S */, "On hand" /* S */, "Stock" /* W */, "Current Stock Level" /* B */, "Current Stock" /* B */, "instock", /* H */
		"inventory" /* X */, "Inventory quantity" /* S */, "AvailToSell Quantity" /* U */, "Inventory Count", /* U */
		"Input Quantity" /* U */, "qty on hand", "count", "Menge", "Bestand", "in stock"},
	colChange: {"change" /* R */, "adjust", "adjustment", "delta", "quantity change", "stock adjustment"},
	colCentre: {"fulfillment-center-id" /* R, A */, "fulfilment_centre", "fulfillment center", "fulfilment-centre-id", "fulfilment center",
		"fulfilment-center-id", "centre", "center", "warehouse", "warehouse_id", "fc", "Lager", "Location" /* S */, "Ship Node ID" /* U */},
	colAsOf: {"as_of" /* R */, "counted_at", "count date", "snapshot-date" /* A */, "timestamp", "date"},

	colMarketplace: {"marketplace" /* R */, "marketplace id" /* A */, "country", "site" /* E */, "Site ID" /* E */},
	colPrice: {"price" /* R, A, T */, "standard_price" /* A */, "your-price" /* A */, "item-price" /* A */, "Variant Price", /* S */
		"StartPrice" /* E */, "Start price" /* E */, "Regular price" /* W */, "Price tax included" /* P */, "price_gross" /* H */, "retail_price", /* L */
		"unit price", "Preis", "prix", "precio", "prezzo"},
	colShipping:   {"shipping" /* R */, "shipping price" /* A */, "shipping cost" /* E */, "merchant shipping", "Versandkosten"},
	colCurrency:   {"currency" /* R, A */, "price currency", "currency code" /* T */, "Währung"},
	colCondition:  {"condition" /* R */, "item-condition" /* A */, "condition_type" /* A */, "Condition ID" /* E */},
	colFulfilment: {"fulfillment" /* R */, "fulfilment", "fulfillment-channel" /* A */, "fulfilled_by"},
	colPaused:     {"paused" /* R */, "inactive"},
	colPriceDrop:  {"confirm-price-drop" /* R */},
	colStatus: {"Status" /* S, A */, "Published" /* S, W */, "Published on online store" /* S */, "Publish Status", /* U */
		"Lifecycle Status",                                              /* U */
		"product_online" /* M */, "Product Visible?" /* B */, "Visible", /* Q, X */
		"Is Visible", "Active" /* P, H */, "Enabled", "Aktiv"},

	colTitle: {"title" /* R, E, S, T */, "item-name" /* A */, "item_name" /* A */, "name" /* W */, "product name", "product title", "Titel",
		"Bezeichnung"},
	colDescription: {"description" /* R, E, W, T */, "item-description" /* A */, "product_description" /* A */, "Body (HTML)" /* S */, "Body", /* S */
		"Beschreibung"},
	colBrand: {"brand" /* R, E */, "brand_name" /* A */, "Vendor" /* S */, "Brands" /* W */, "manufacturer" /* A */, "Marke", "Hersteller"},
	colCategory: {"category_id" /* R */, "category" /* E */, "categories" /* W */, "Product Category", /* S */
		"google_product_category", "feed_product_type" /* A */, "product_type" /* A */, "item_type" /* A */, "Custom Product Type", /* S */
		"collection", /* X */
		"Kategorie",
		"Type" /* S; in W it says whether a product is simple */},
	colBullets: {"bullets" /* R */, "bullet points", "bullet_point" /* A */, "bullet_point1" /* A */, "bullet_point2", "bullet_point3",
		"bullet_point4", "bullet_point5"},
	colModel: {"model" /* R, E */, "model_number" /* A */, "model name" /* A */, "part_number" /* A */, "mfr_part_number", /* A */
		"MPN" /* E */},
	colGTIN: {"gtin" /* R */, "ean" /* E */, "upc" /* E */, "isbn" /* E */, "barcode", "Variant Barcode" /* S */, "external_product_id", /* A */
		"externally_assigned_product_identifier" /* A */, "GTIN, UPC, EAN, or ISBN" /* W */, "Product UPC/EAN" /* B */, "UPC/EAN" /* B */, "EAN/UPC",
		"EAN13" /* P */, "EAN code", "UPC code", "GTIN13",
		"GTIN14", "ISBN13", "ISBN10", "P:EAN" /* E */, "P:UPC" /* E */, "P:ISBN" /* E */},
	colImages: {"images" /* R, W */, "image_url", "image", "Image Src" /* S */, "Product image URL" /* S */, "Variant image URL", /* S */
		"main_image_url" /* A */, "main-image-url", "image_link", /* G */
		"additional_image_link",                   /* G */
		"Hosted Image URLs" /* Q */, "Image URLs", /* P */
		"Item photo URL" /* E */, "PicURL" /* E */, "picture", "other_image_url" /* A */, "other_image_url1", "other_image_url2", "other_image_url3",
		"other_image_url4", "image1" /* T */, "image2", "image3", "image4", "image5", "image6", "image7", "image8", "image9", "image10"},
	colGroup:    {"Handle" /* S, X */, "URL handle" /* S */, "handleId" /* X */, "Product ID [Non Editable]" /* Q */},
	colParent:   {"parent_sku" /* R, A */, "Parent" /* W */, "item_group_id" /* G */},
	colRelation: {"parentage_level" /* A */, "parent_child" /* A */, "parentage" /* A */, "Relationship" /* E */, "fieldType" /* X */},
	colTheme:    {"variation_theme" /* R, A */},
	colDetails:  {"RelationshipDetails" /* E */},
}

// optionWords are the options that Amazon's templates have columns of (color_name, size, …), by the words of their themes
// (SizeColor, COLOR/SIZE), and that other files have as columns, too.
var optionWords = []string{"color", "colour", "size", "style", "material", "pattern", "flavor", "flavour", "scent"}

// several are the columns of which a file may have more than one: of numbers, the first that a row has is taken; those of
// lists are taken together.
var several = []string{colGTIN, colBullets, colImages}

var lists = []string{colBullets, colImages}

// meaning is a column with the place of its name in the table above. money is the currency that a price's name says it is
// in, as it says it.
type meaning struct {
	column string
	rank   int
	money  string
}

var byAlias = func() map[string]meaning {
	out := map[string]meaning{}
	for column, names := range aliases {
		for rank, name := range slices.Concat(names, translated[column]) {
			if other, twice := out[fold(name)]; twice && other.column != column {
				panic(name + " is two columns") // a mistake in the table above, found by the first test
			}
			if _, there := out[fold(name)]; !there {
				out[fold(name)] = meaning{column: column, rank: rank}
			}
		}
	}
	return out
}()

var (
	option = regexp.MustCompile(`(?i)^(?:option|attribute) ?(\d+) (name|value|values|value\(s\))$`) // S, W
	// Q: Option Name 1; X: productOptionName1, and productOptionDescription1 for its value.
	optionLast = regexp.MustCompile(`(?i)^(?:product)?option ?(name|value|description) ?(\d+)$`)
	extras     = regexp.MustCompile(`(?i)^attribute \d+ |^in stock\?$|^attribute_set_`)           // W: how an option is shown; true or false. M: a template
	nested     = regexp.MustCompile(`^(?:::)?([a-z_]+)(?:\[[^\]]*\])*#1((?:\.[a-z_]+(?:#1)?)*)$`) // A: brand[language_tag=en_US]#1.value
)

// meaningOf returns what a name means; its column is "" for none that is known.
func meaningOf(name string) meaning {
	name = strings.TrimSpace(name)
	if m, ok := byAlias[fold(name)]; ok && !strings.ContainsAny(name, "?#") {
		return m
	}
	if m := optionLast.FindStringSubmatch(name); m != nil {
		name = "option" + m[2] + " " + strings.Replace(strings.ToLower(m[1]), "description", "value", 1)
	}
	if m := option.FindStringSubmatch(name); m != nil {
		if strings.EqualFold(m[2], "name") {
			return meaning{column: optionName + m[1]}
		}
		return meaning{column: optionValue + m[1]}
	}
	if extras.MatchString(name) {
		return meaning{}
	}
	if m := nested.FindStringSubmatch(name); m != nil {
		name = attributeOf(m[1], m[2])
	}
	if strings.HasPrefix(strings.TrimPrefix(name, "*"), "Action(") {
		name = "action"
	}
	if m, ok := byAlias[fold(name)]; ok {
		return m
	}
	if word := strings.TrimSuffix(fold(name), "name"); slices.Contains(optionWords, word) {
		return meaning{column: optionNamed + word}
	}
	if rest, ok := cutFold(name, "C:"); ok { // eBay's item specifics
		if m := byAlias[fold(rest)]; m.column == colBrand || m.column == colModel {
			return m
		}
		return meaning{column: attributePrefix + strings.TrimSpace(rest)}
	}
	for _, prefix := range []string{"attribute:", "attributes.", "attribute ", "attribute_"} {
		if rest, ok := cutFold(name, prefix); ok {
			return meaning{column: attributePrefix + strings.TrimSpace(rest)}
		}
	}
	return noted(name)
}

// note is what names have behind them: in brackets, or a currency.
var note = regexp.MustCompile(`^(.+?)(?:\s*[(\[]([^)\]]*)[)\]]|[\s_-]+(?:in )?([A-Za-z]{3}|\p{Sc}))$`)

// notes are those that leave a name what it is, folded: whether the column must be filled, and how.
var notes = []string{"required", "optional", "mandatory", "pflichtfeld", "obligatoire", "obligatorio", "obbligatorio", "verplicht", "01", "xyz",
	"units", "pcs", "noneditable", "import"}

// noted is the meaning of a name with a note behind it, as SKU (required), Price (USD), price_eur.
func noted(name string) meaning {
	parts := note.FindStringSubmatch(name)
	if parts == nil {
		return meaning{}
	}
	m, said := byAlias[fold(parts[1])], parts[2]+parts[3]
	m.rank += maxColumns // behind what has the name alone
	switch {
	case (m.column == colPrice || m.column == colShipping) && len(currenciesOf(said)) > 0:
		m.money = said
		return m
	case slices.Contains(notes, fold(said)):
		return m
	}
	return meaning{}
}

// attributeOf is the name of what a nested column of Amazon's newer templates holds: of an offer or of stock, a part.
func attributeOf(name, path string) string {
	switch {
	case name == "purchasable_offer" && strings.Contains(path, "our_price"):
		return "price"
	case name == "fulfillment_availability" && strings.Contains(path, "quantity"):
		return "quantity"
	case name == "fulfillment_availability" && strings.Contains(path, "channel"):
		return "fulfillment-channel"
	case name == "child_parent_sku_relationship" && strings.HasSuffix(path, ".parent_sku"):
		return "parent_sku"
	case path == ".value" || path == ".name" && name == "variation_theme":
		return name
	}
	return ""
}

func cutFold(s, prefix string) (string, bool) {
	if len(s) > len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return "", false
}

// fold is a name's letters and digits, in lower case and without accents.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFD.String(name))
}

// taken is what the rows of a feed may say; all else is ignored.
var taken = map[Kind][]string{
	Inventory: {colProduct, colSKU, colGTIN, colAction, colDeleted, colQuantity, colChange, colCentre, colAsOf},
	Prices:    {colProduct, colSKU, colGTIN, colAction, colDeleted, colMarketplace, colPrice, colShipping, colCurrency, colPriceDrop},
	Offers: {colProduct, colSKU, colGTIN, colAction, colDeleted, colMarketplace, colPrice, colShipping, colCurrency, colCondition, colFulfilment,
		colPaused,
		colPriceDrop, colStatus, colGroup},
	Products: {colProduct, colSKU, colGTIN, colAction, colDeleted, colTitle, colDescription, colBrand, colCategory, colBullets, colModel, colGroup,
		colImages, colParent, colRelation, colTheme, colDetails},
}

// takes tells whether the rows of a feed may say that.
func (k Kind) takes(column string) bool {
	if k == Products {
		for _, prefix := range []string{attributePrefix, optionName, optionValue, optionNamed} {
			if strings.HasPrefix(column, prefix) {
				return true
			}
		}
	}
	return slices.Contains(taken[k], column)
}

// requiredColumns is what the rows of a feed must have: of each list, one column.
var requiredColumns = map[Kind][][]string{
	Inventory: {{colProduct, colSKU, colGTIN}, {colQuantity, colChange}, {colCentre}},
	Prices:    {{colProduct, colSKU, colGTIN}, {colPrice}},
	Offers:    {{colProduct, colSKU, colGTIN}, {colPrice, colAction}},
	Products:  {{colTitle}},
}
