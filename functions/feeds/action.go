package feeds

// What a row is to do, as files call it: [A] Amazon's add-delete (a, d, x), update_delete and record_action, [E] eBay's
// Action. A row that asks for what is not done is refused: what was to be taken down is never put on sale.
var (
	puts = map[string]bool{"": true, "a": true, "add": true, "u": true, "update": true, "replace": true, "createorreplace": true,
		"createorreplacefullupdate": true, "fullupdate": true, "upsert": true, "new": true, "revise": true, "relist": true, "merge": true}
	removes  = map[string]bool{"d": true, "x": true, "delete": true, "del": true, "remove": true, "end": true, "enditem": true}
	partials = map[string]bool{"p": true, "partialupdate": true, "edit": true, "editpartialupdate": true}
)

var (
	errPartial = invalid("partial_update", colAction, "asks to leave what the row does not say, and a row is the whole of an offer or product; "+
		"a feed of prices changes prices alone")
	errNoRemoval = invalid("delete_not_supported", colAction, "asks to delete, which feeds of offers and of products do")
)

// actionOf tells whether a row of a feed is to take down what it names, as its action says or a column of what is deleted.
// Errors: invalid_value, partial_update, delete_not_supported.
func actionOf(kind Kind, cell, deleted string) (remove bool, err error) {
	word := fold(cell)
	if gone, err := parseBool(colDeleted, deleted); err != nil || gone {
		if word = "delete"; err != nil {
			return false, err
		}
	}
	switch {
	case puts[word]:
		return false, nil
	case partials[word] && (kind == Prices || kind == Inventory):
		return false, nil
	case partials[word]:
		return false, errPartial
	case removes[word] && (kind == Offers || kind == Products):
		return true, nil
	case removes[word]:
		return false, errNoRemoval
	}
	return false, invalidValue(colAction, "must be add, update or delete")
}

// offSale tells whether a shop does not show what it lists: Shopify's status and both shops' Published.
func offSale(cell string) (bool, error) {
	switch fold(cell) {
	case "", "active", "published", "publish", "live", "true", "yes", "available", "instock", "y", "enabled", "on", "visible":
		return false, nil
	case "draft", "archived", "inactive", "unlisted", "private", "pending", "incomplete", "unpublished", "false", "no", "0",
		"discontinued", "outofstock", "soldout", "n", "disabled", "off", "hidden", "suspended", "blocked",
		"retired", "stage", "inprogress", "readytopublish", "systemproblem", // Walmart
		"deleted", "removed", "ended",
		"2": // Magento's for disabled
		return true, nil
	case "1":
		return cell != "1", nil // WooCommerce: 1 is shown, -1 a draft
	}
	return false, invalidValue(colStatus, "must be active, or draft or archived for what is not to be sold")
}
