package feeds

import (
	"bytes"
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
	"rialto/functions/inventory"
	"rialto/functions/marketplaces"
	"rialto/functions/offers"
)

// item is a row in the form of the context that owns it. Where the row names its product by a sku or a GTIN, names has
// them in the order in which they are believed, and whoever knows those finds the product.
type item struct {
	line   int
	names  []Name
	refuse error
	lost   error  // why the row is refused where no name names a product, nil for errName
	by     string // the kind of name by which its product was found, of products in one feed
	finish func(product string) any
	group  string
	more   *[]string // addresses of further images
}

// Name is a product by the seller's own sku, or else by its GTIN.
type Name struct{ SKU, GTIN string }

// reading is how the rows of a file are read: as a feed says, and its columns show.
type reading struct {
	feed     Feed
	now      time.Time // when the feed was begun
	decimals map[string]string
	money    string // the currency of prices, as the header says it; "" if it does not
}

// notation is how a column writes numbers.
func (g reading) notation(column, marketplace string) notation {
	return notation{marketplace: marketplace, column: g.decimals[column]}
}

// itemOf reads a row of a feed.
func (g reading) itemOf(line int, r row) item {
	i := item{line: line, by: "product id", group: r[colGroup], more: new([]string)}
	remove, err := actionOf(g.feed.Kind, r[colAction], r[colDeleted])
	if err != nil {
		return i.refused(err)
	}
	product, sku, gtin, err := identify(r)
	named := product != "" || sku != "" || gtin != ""
	switch {
	case err != nil && (sku == "" || g.feed.Kind == Products):
	case err != nil: // the sku names the product, whatever else does not
		i.lost, err = err, nil
		fallthrough
	case g.feed.Kind == Products: // the catalog knows the rest
	case !named:
		err = missing(colProduct + ", " + colSKU + " or " + colGTIN)
	}
	if sku != "" && r[colSKU] == "" {
		i.lost = invalidValue(colProduct, "must be a product id or a GTIN or a sku of yours")
	}
	if err == nil && g.feed.Kind != Products && product == "" {
		i.names = namesOf(g.feed.Kind, sku, gtin)
	}
	if err == nil {
		i.finish, err = g.finish(i, sku, gtin, remove, r)
	}
	if err != nil {
		return i.refused(err)
	}
	if product != "" {
		whole := i.finish
		i.finish = func(string) any { return whole(product) }
	}
	return i
}

// identify tells what names a row's product. What cells hold is told by their form, as sellers take one for the other; an
// id of Amazon's or a shop's own number hides nothing beside it, and by itself is a sku. The sku is right even where it fails.
func identify(r row) (product, sku, gtin string, err error) {
	product, sku = r[colProduct], strings.Trim(r[colSKU], "\ufeff\u200b")
	if sku != "" && !isSKU(sku) {
		return "", "", "", invalidValue(colSKU, "must be at most 64 printable ASCII characters")
	}
	if ids.Valid(ids.Product, sku) {
		product, sku = sku, ""
	}
	if gtin, err = gtinOf(r[colGTIN]); product == "" || ids.Valid(ids.Product, product) {
		return product, sku, gtin, err
	}
	number, wrong := gtinOf(product)
	switch {
	case wrong == nil:
		return "", sku, cmp.Or(gtin, number), err
	case sku != "" || gtin != "" || err != nil:
		return "", sku, gtin, err
	case isDigits(product) && len(product) >= len("12345670") || !isSKU(product):
		return "", "", "", wrong
	}
	return "", product, "", nil
}

// namesOf are the names of a product by which a row of that kind finds it: an offer is of what has the GTIN, and what a
// seller has an offer of already goes by the seller's sku.
func namesOf(kind Kind, sku, gtin string) []Name {
	var out []Name
	if sku != "" {
		out = append(out, Name{SKU: sku})
	}
	if gtin != "" {
		out = append(out, Name{GTIN: gtin})
	}
	if kind == Offers {
		slices.Reverse(out)
	}
	return out
}

// finish reads what the row says of its product.
func (g reading) finish(i item, sku, gtin string, remove bool, r row) (func(string) any, error) {
	switch g.feed.Kind {
	case Inventory:
		return g.stockOf(i.line, r)
	case Offers:
		return g.offerOf(sku, remove, r)
	case Prices:
		return g.priceOf(r)
	}
	return productOf(sku, gtin, remove, r, i.more)
}

// isSKU tells whether a seller may call an offer so.
func isSKU(s string) bool { return skuForm.MatchString(s) }

var skuForm = regexp.MustCompile(`^[!-~]([ -~]{0,62}[!-~])?$`)

func (i item) refused(err error) item {
	i.refuse = err
	return i
}

func missing(column string) error {
	return fault.New(fault.Invalid, "missing_value", "the row has no %s", column)
}

// stockOf makes a change of stock of a row: an absolute count as of an instant (by default when the feed was begun),
// or a relative change, which is as good whenever it comes.
func (g reading) stockOf(line int, r row) (func(string) any, error) {
	centre := strings.ToLower(r[colCentre])
	if centre == "" {
		return nil, missing(colCentre)
	}
	if _, err := marketplaces.LookupCentre(centre); err != nil {
		return nil, err
	}
	quantity, change := r[colQuantity], r[colChange]
	if quantity != "" && change != "" {
		return nil, invalidValue(colChange, "must be empty where there is a quantity")
	}
	c := inventory.Change{ID: g.feed.ID + "-" + strconv.Itoa(line), Centre: centre}
	var err error
	switch {
	case change != "":
		c.Kind = inventory.Adjusted
		if c.Quantity, err = parseQuantity(colChange, change, true, g.notation(colChange, g.feed.Marketplace)); err == nil && c.Quantity == 0 {
			err = invalidValue(colChange, "must not be 0")
		}
	case quantity != "":
		c.Kind, c.AsOf = inventory.Counted, g.now.UTC().Truncate(time.Second)
		c.Quantity, err = parseQuantity(colQuantity, quantity, false, g.notation(colQuantity, g.feed.Marketplace))
		if err == nil && r[colAsOf] != "" {
			c.AsOf, err = parseInstant(r[colAsOf], g.now)
		}
	default:
		err = missing(colQuantity + " or " + colChange)
	}
	if err != nil {
		return nil, err
	}
	return func(product string) any {
		c.SKU = inventory.SKU{ProductID: product, SellerID: g.feed.SellerID}
		return c
	}, nil
}

func (g reading) offerOf(sku string, remove bool, r row) (func(string) any, error) {
	if remove {
		return g.removalOf(r)
	}
	market, price, shipping, err := g.pricesOf(r)
	if err != nil {
		return nil, err
	}
	paused, err := parseBool(colPaused, r[colPaused])
	if err != nil {
		return nil, err
	}
	off, err := offSale(r[colStatus])
	if err != nil {
		return nil, err
	}
	drop, err := parseBool(colPriceDrop, r[colPriceDrop])
	if err != nil {
		return nil, err
	}
	o := offers.Offer{SellerID: g.feed.SellerID, Marketplace: market.Code, Price: price, Shipping: money.Zero(market.Currency), Paused: paused || off,
		Condition: word(r[colCondition], conditions, offers.New), Fulfillment: word(r[colFulfilment], fulfilments, offers.BySeller)}
	if shipping != nil {
		o.Shipping = *shipping
	}
	o.SKU = sku
	probe := o
	probe.ProductID = ids.Derive(ids.Product, "") // the true one is not known yet
	if err := probe.Validate(); err != nil {
		return nil, err
	}
	return func(product string) any {
		o.ProductID = product
		return offers.Row{Offer: o, PriceDrop: drop}
	}, nil
}

// removalOf takes down the seller's offer of the product.
func (g reading) removalOf(r row) (func(string) any, error) {
	m, err := g.marketOf(r)
	if err != nil {
		return nil, err
	}
	return func(product string) any {
		return offers.Row{Offer: offers.Offer{ProductID: product, SellerID: g.feed.SellerID, Marketplace: m.Code}, Delete: true}
	}, nil
}

func (g reading) priceOf(r row) (func(string) any, error) {
	market, price, shipping, err := g.pricesOf(r)
	if err != nil {
		return nil, err
	}
	drop, err := parseBool(colPriceDrop, r[colPriceDrop])
	if err != nil {
		return nil, err
	}
	return func(product string) any {
		return offers.Repricing{ProductID: product, SellerID: g.feed.SellerID, Marketplace: market.Code, Price: price, Shipping: shipping, PriceDrop: drop}
	}, nil
}

// marketOf is a row's marketplace, the feed's by default.
func (g reading) marketOf(r row) (marketplaces.Marketplace, error) {
	m, err := marketplaces.Lookup(marketCode(cmp.Or(r[colMarketplace], g.feed.Marketplace)))
	if err != nil {
		return m, invalid("unknown_marketplace", colMarketplace, "must be the country code of a marketplace")
	}
	return m, nil
}

// marketCode is the code of what a file calls a marketplace: by its country's name, or by Amazon's id.
func marketCode(cell string) string {
	if code := siteCodes[fold(cell)]; code != "" {
		return code
	}
	for _, m := range marketplaces.All() {
		if fold(m.Name) == fold(cell) {
			return m.Code
		}
	}
	return strings.ToUpper(cell)
}

// siteCodes are marketplaces by other names than their country's code and name: Amazon's ids
// (developer-docs.amazon.com/sp-api/docs/marketplace-ids, November 2026), and what people and eBay's sites say.
var siteCodes = map[string]string{"uk": "GB", "usa": "US", "uae": "AE", "turkey": "TR", "unitedstatesofamerica": "US", "greatbritain": "GB",
	"a2euq1wtgctbg2": "CA", "atvpdkikx0der": "US", "a1am78c64um0y8": "MX", "a2q3y263d00kwc": "BR", "a28r8c7nbkewea": "IE", "a1rkkupihcs9hs": "ES",
	"a1f83g8c2aro7p": "GB", "a13v1ib3viyzzh": "FR", "amen7pms3edwl": "BE", "a1805izsgtt6hs": "NL", "a1pa6795ukmfr9": "DE", "apj6jra9ng5v4": "IT",
	"a2nodrkzp88zb9": "SE", "ae08wj6yknbmc": "ZA", "a1c3sozrarq6r3": "PL", "arbp9ooshtchu": "EG", "a33avaj2pdy3ev": "TR", "a17e79c6d8dwnp": "SA",
	"a2vigq35rcs4ug": "AE", "a21tjruun4kgv": "IN", "a19vau5u5o7rus": "SG", "a39ibj37trp1c6": "AU", "a1vc38t7yxb528": "JP"}

// pricesOf reads a row's marketplace, the feed's by default, and its prices, which must be in that one's currency.
func (g reading) pricesOf(r row) (m marketplaces.Marketplace, price money.Amount, shipping *money.Amount, err error) {
	if m, err = g.marketOf(r); err != nil {
		return m, price, nil, err
	}
	if said := cmp.Or(r[colCurrency], g.money); said != "" && !slices.Contains(currenciesOf(said), m.Currency) {
		return m, price, nil, invalid("wrong_currency", colCurrency, "must be the marketplace's currency, "+m.Currency)
	}
	if r[colPrice] == "" {
		return m, price, nil, missing(colPrice)
	}
	price.Currency = m.Currency
	if price.Minor, err = parsePrice(colPrice, r[colPrice], m.Currency, g.notation(colPrice, m.Code)); err != nil {
		return m, price, nil, err
	}
	if r[colShipping] != "" {
		n, err := parsePrice(colShipping, r[colShipping], m.Currency, g.notation(colShipping, m.Code))
		if err != nil {
			return m, price, nil, err
		}
		shipping = &money.Amount{Minor: n, Currency: m.Currency}
	}
	return m, price, shipping, nil
}

// What sellers' files call conditions (Amazon's codes 1 to 4, 10 and 11, eBay's 1000 to 6000 but for those that are new with a
// flaw, words of other languages) and who ships (Amazon's channels).
var (
	conditions = func() map[string]string {
		out := map[string]string{"11": offers.New, "1000": offers.New, "brandnew": offers.New, "10": offers.Refurbished, "renewed": offers.Refurbished}
		for _, word := range []string{"1", "2", "3", "4", "usedlikenew", "usedverygood", "usedgood", "usedacceptable", "preowned", "2750", "2990", "3000",
			"3010", "4000", "5000", "6000"} {
			out[word] = offers.Used
		}
		for _, code := range []string{"2000", "2010", "2020", "2030", "2500"} {
			out[code] = offers.Refurbished
		}
		for condition, words := range abroad {
			for _, word := range words {
				out[fold(word)] = condition
			}
		}
		return out
	}()
	fulfilments = map[string]string{"default": offers.BySeller, "mfn": offers.BySeller, "fbm": offers.BySeller, "merchant": offers.BySeller,
		"afn": offers.ByRialto, "fba": offers.ByRialto, "amazonna": offers.ByRialto, "amazoneu": offers.ByRialto}
)

func word(s string, known map[string]string, otherwise string) string {
	if s == "" {
		return otherwise
	}
	if w, ok := known[fold(s)]; ok {
		return w
	}
	return strings.ToLower(s) // judged by the offer's own rules
}

// productOf leaves it to the catalog which product it is, and what may be said of it.
func productOf(sku, gtin string, remove bool, r row, more *[]string) (func(string) any, error) {
	p := catalog.Row{Title: r[colTitle], Description: r[colDescription], Brand: r[colBrand], Model: r[colModel], GTIN: gtin, SKU: sku,
		CategoryID: r[colCategory], Bullets: split(r[colBullets])}
	switch {
	case remove:
		p = catalog.Row{Brand: p.Brand, Model: p.Model, GTIN: gtin, SKU: sku, Delete: true}
	case p.Title == "":
		return nil, missing(colTitle)
	default:
		p.Attributes, p.Options, p.Images = attributesOf(r), optionsOf(r), imagesOf(r[colImages])
		if err := r.vary(&p); err != nil {
			return nil, err
		}
	}
	return func(product string) any {
		p.ProductID, p.Images = product, append(p.Images, *more...)
		return p
	}, nil
}

func attributesOf(r row) map[string]string {
	out := map[string]string{}
	for column, value := range r {
		if name, ok := strings.CutPrefix(column, attributePrefix); ok {
			out[name] = value
		}
	}
	return out
}

// optionsOf are the options that a row names itself. Where there is but one variant, Shopify calls it Default Title.
func optionsOf(r row) map[string]string {
	out := map[string]string{}
	for column, name := range r {
		if n, ok := strings.CutPrefix(column, optionName); ok && r[optionValue+n] != "" && r[optionValue+n] != "Default Title" {
			out[name] = r[optionValue+n]
		}
		if known, ok := strings.CutPrefix(column, optionNamed); ok && name != "" {
			out[known] = name
		}
	}
	return out
}

// between parts the addresses of a cell that has several (W, and A and E by a bar). A comma may be part of one.
var between = regexp.MustCompile(`\s*[|;]\s*|\s*,\s*(?i:https?:)|\s+`)

func imagesOf(cell string) []string {
	var out []string
	for cell != "" {
		at := between.FindStringIndex(cell)
		if at == nil {
			return append(out, cell)
		}
		if at[0] > 0 {
			out = append(out, cell[:at[0]])
		}
		cell = strings.TrimLeft(cell[at[0]:], "|;, \t\n")
	}
	return out
}

func split(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, listSeparator) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// encode writes what a context takes, as short as JSON goes.
func encode(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}
