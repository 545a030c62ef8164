package clickstream

// action is what an event of a name has to say.
type action struct {
	server bool // only a function of ours can tell: a browser that says so is not believed
	items  bool // it is about products, one at least
	object bool // it is about an object, or products
}

// actions are GA4's e-commerce events, view_search_results and login by their names
// (developers.google.com/analytics/devguides/collection/ga4/reference/events).
var actions = map[string]action{
	"view_search_results": {},
	"view_item_list":      {items: true},
	"select_item":         {object: true},
	"view_item":           {object: true},
	"add_to_wishlist":     {items: true},
	"add_to_cart":         {items: true},
	"remove_from_cart":    {items: true},
	"view_cart":           {},
	"begin_checkout":      {items: true},
	"add_shipping_info":   {},
	"add_payment_info":    {},
	"view_promotion":      {object: true},
	"select_promotion":    {object: true},
	// A variant of an experiment was shown, as GA4 calls it (developers.google.com/analytics/devguides/collection/ga4/integration).
	"experience_impression": {object: true},
	"purchase":              {server: true, items: true},
	"refund":                {server: true, object: true},
	"login":                 {server: true},
}

// ViewItem is a look at a product's page; the others are what functions of ours tell.
const (
	ViewItem       = "view_item"
	Purchase       = "purchase"
	Refund         = "refund"
	Login          = "login"
	AddToCart      = "add_to_cart"
	RemoveFromCart = "remove_from_cart"
)
