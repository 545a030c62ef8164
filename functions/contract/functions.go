package contract

import (
	"slices"
	"time"
)

const (
	second = time.Second
	minute = time.Minute
)

// Functions lists every function, context by context, in the order of the house.
func Functions() []Function {
	return slices.Concat(catalog, search, offers, inventory, promotions, carts, checkout, customers, tax, payments, orders, fulfillment, selling, payouts, reviews)
}

var catalog = []Function{
	{Context: "catalog", Name: "api", Does: "product pages and category browsing; sellers' products", Memory: 512, Timeout: 10 * second, Trigger: Trigger{API: true},
		Grants: []Grant{{Read, "products"}, {Write, "products"}, {Read, "contributions"}, {Write, "contributions"}, {Read, "offers"}, {Write, "sellers"}, {Keep, "uploads"}, {Drop, "images"}}},
	{Context: "catalog", Name: "image", Does: "checks uploaded images, and shows those that pass", Memory: 256, Timeout: 30 * second,
		Trigger: Trigger{Queue: &Queue{Batch: 5, Receives: 5, Concurrency: 20}},
		Grants:  []Grant{{Read, "products"}, {Write, "products"}, {Read, "contributions"}, {Write, "contributions"}, {Fetch, "uploads"}, {Keep, "images"}}},
	{Context: "catalog", Name: "import", Does: "writes a batch of products, row by row", Memory: 512, Timeout: minute, Trigger: Trigger{Operator: true},
		Grants: []Grant{{Read, "products"}, {Write, "products"}}},
	{Context: "catalog", Name: "feed", Does: "writes chunks of sellers' feeds of products", Memory: 512, Timeout: minute,
		Trigger: Trigger{Queue: &Queue{Batch: 2, Receives: 5, Concurrency: 20}},
		Grants:  []Grant{{Read, "products"}, {Write, "products"}, {Read, "contributions"}, {Write, "contributions"}, {Send, "sellers-report"}}},
	{Context: "catalog", Name: "publish", Does: "products stream to events", Memory: 256, Timeout: 30 * second, Trigger: Trigger{Stream: "products"},
		Grants: []Grant{{Publish, "catalog"}}},
}

var search = []Function{
	{Context: "search", Name: "api", Does: "search with facets", Memory: 512, Timeout: 10 * second, Trigger: Trigger{API: true},
		Grants: []Grant{{Search, "products"}}},
	{Context: "search", Name: "index", Does: "projects products, offers and stock into the index", Memory: 512, Timeout: 30 * second,
		Trigger: Trigger{Queue: &Queue{Batch: 10, Receives: 5, Subscriptions: []Subscription{
			{Context: "catalog", Events: []string{"ProductChanged"}},
			{Context: "offers", Events: []string{"BuyBoxChanged"}}}}},
		Grants: []Grant{{Search, "products"}, {Read, "products"}, {Read, "offers"}, {Write, "projections"}}},
	{Context: "search", Name: "reindex", Does: "builds a marketplace's index anew from the tables, part by part", Memory: 512, Timeout: 10 * minute, Trigger: Trigger{Operator: true},
		Grants: []Grant{{Search, "products"}, {Scan, "products"}, {Read, "products"}, {Read, "offers"}, {Read, "projections"}, {Write, "projections"}}},
}

var offers = []Function{
	{Context: "offers", Name: "api", Does: "offers of a product; a seller's own offers", Memory: 512, Timeout: 10 * second, Trigger: Trigger{API: true},
		Grants: []Grant{{Read, "offers"}, {Write, "offers"}, {Read, "products"}, {Read, "inventory"}, {Write, "sellers"}}},
	{Context: "offers", Name: "import", Does: "writes a batch of offers, row by row", Memory: 512, Timeout: minute, Trigger: Trigger{Operator: true},
		Grants: []Grant{{Read, "offers"}, {Write, "offers"}}},
	{Context: "offers", Name: "feed", Does: "writes chunks of sellers' feeds of offers and prices", Memory: 512, Timeout: minute,
		Trigger: Trigger{Queue: &Queue{Batch: 2, Receives: 5, Concurrency: 20}},
		Grants:  []Grant{{Read, "offers"}, {Write, "offers"}, {Read, "products"}, {Send, "sellers-report"}}},
	{Context: "offers", Name: "decide", Does: "decides the buy box of each marketplace", Memory: 256, Timeout: 30 * second,
		Trigger: Trigger{Queue: &Queue{Batch: 10, Receives: 5, Subscriptions: []Subscription{
			{Context: "offers", Events: []string{"OfferChanged"}},
			{Context: "inventory", Events: []string{"StockBandChanged"}}}}},
		Grants: []Grant{{Read, "offers"}, {Write, "offers"}, {Read, "inventory"}}},
	{Context: "offers", Name: "seller", Does: "brings a seller's offers to the seller's rating and name", Memory: 256, Timeout: 30 * second,
		Trigger: Trigger{Queue: &Queue{Batch: 1, Receives: 5, Concurrency: 10, Subscriptions: []Subscription{
			{Context: "reviews", Events: []string{"SellerRated"}},
			{Context: "sellers", Events: []string{"SellerChanged"}}}}},
		Grants: []Grant{{Read, "offers"}, {Write, "offers"}, {Read, "inventory"}, {Send, "offers-seller"}}},
	{Context: "offers", Name: "publish", Does: "offers stream to events", Memory: 256, Timeout: 30 * second, Trigger: Trigger{Stream: "offers"},
		Grants: []Grant{{Publish, "offers"}}},
}

var inventory = []Function{
	{Context: "inventory", Name: "receive", Does: "books a batch of received units, row by row", Memory: 512, Timeout: minute, Trigger: Trigger{Operator: true},
		Grants: []Grant{{Read, "inventory"}, {Write, "inventory"}}},
	{Context: "inventory", Name: "feed", Does: "books chunks of sellers' feeds of stock", Memory: 512, Timeout: minute,
		Trigger: Trigger{Queue: &Queue{Batch: 2, Receives: 5, Concurrency: 20}},
		Grants:  []Grant{{Read, "inventory"}, {Write, "inventory"}, {Send, "sellers-report"}}},
	{Context: "inventory", Name: "hold", Does: "places the holds of a checkout, all or none", Memory: 512, Timeout: 5 * second, Trigger: Trigger{Saga: true},
		Grants: []Grant{{Read, "inventory"}, {Write, "inventory"}, {Read, "holds"}, {Write, "holds"}}},
	{Context: "inventory", Name: "release", Does: "releases the holds of a checkout, or leaves a tombstone", Memory: 512, Timeout: 5 * second, Trigger: Trigger{Saga: true},
		Grants: []Grant{{Read, "holds"}, {Read, "inventory"}, {Write, "inventory"}, {Write, "holds"}}},
	{Context: "inventory", Name: "ship", Does: "books shipped units against their holds, and gives cancelled ones back", Memory: 256, Timeout: 30 * second,
		Trigger: Trigger{Queue: &Queue{Batch: 10, Receives: 5, Subscriptions: []Subscription{{Context: "fulfillment", Events: []string{"ShipmentShipped", "ShipmentCancelled"}}}}},
		Grants:  []Grant{{Read, "holds"}, {Read, "inventory"}, {Write, "inventory"}, {Write, "holds"}}},
	{Context: "inventory", Name: "return", Does: "books units that came back", Memory: 256, Timeout: 30 * second,
		Trigger: Trigger{Queue: &Queue{Batch: 10, Receives: 5, Subscriptions: []Subscription{{Context: "fulfillment", Events: []string{"ReturnReceived"}}}}},
		Grants:  []Grant{{Read, "inventory"}, {Write, "inventory"}}},
	{Context: "inventory", Name: "publish", Does: "inventory stream to events, band crossings only", Memory: 256, Timeout: 30 * second, Trigger: Trigger{Stream: "inventory"},
		Grants: []Grant{{Publish, "inventory"}}},
}

var promotions = []Function{
	{Context: "promotions", Name: "import", Does: "writes a batch of coupons, row by row", Memory: 256, Timeout: minute, Trigger: Trigger{Operator: true},
		Grants: []Grant{{Read, "coupons"}, {Write, "coupons"}}},
	{Context: "promotions", Name: "redeem", Does: "takes a use of a coupon for a checkout", Memory: 512, Timeout: 5 * second, Trigger: Trigger{Saga: true},
		Grants: []Grant{{Read, "coupons"}, {Write, "coupons"}, {Read, "redemptions"}, {Write, "redemptions"}}},
	{Context: "promotions", Name: "return", Does: "gives a checkout's use of a coupon back, or leaves a tombstone", Memory: 256, Timeout: 5 * second, Trigger: Trigger{Saga: true},
		Grants: []Grant{{Read, "coupons"}, {Write, "coupons"}, {Read, "redemptions"}, {Write, "redemptions"}}},
}

var carts = []Function{
	{Context: "carts", Name: "api", Does: "the shopper's cart", Memory: 512, Timeout: 10 * second, Trigger: Trigger{API: true},
		Grants: []Grant{{Redis, "carts"}, {Read, "carts"}, {Write, "carts"}, {Read, "offers"}, {Read, "products"}, {Read, "inventory"}, {Read, "coupons"}}},
	{Context: "carts", Name: "refresh", Does: "renews the copy of a cart after its order", Memory: 256, Timeout: 30 * second,
		Trigger: Trigger{Queue: &Queue{Batch: 10, Receives: 5, Subscriptions: []Subscription{{Context: "orders", Events: []string{"OrderPlaced"}}}}},
		Grants:  []Grant{{Redis, "carts"}, {Read, "carts"}}},
	{Context: "carts", Name: "quote", Does: "prices a cart and plans where it ships from", Memory: 512, Timeout: 5 * second, Trigger: Trigger{Saga: true},
		Grants: []Grant{{Read, "carts"}, {Read, "offers"}, {Read, "products"}, {Read, "inventory"}, {Read, "coupons"}}},
}

var checkout = []Function{
	// It waits for the saga for nearly all of its time, and memory is paid for while it waits.
	{Context: "checkout", Name: "api", Does: "checkout, its state, and resuming it", Memory: 256, Timeout: 28 * second, Reserved: 200, Trigger: Trigger{API: true},
		Grants: []Grant{{Read, "checkouts"}, {Write, "checkouts"}, {Send, "checkout-timer"}, {Start, "checkout"}}},
	{Context: "checkout", Name: "claim", Does: "claims the record for one run and stores its plan", Memory: 256, Timeout: 5 * second, Trigger: Trigger{Saga: true},
		Grants: []Grant{{Write, "checkouts"}}},
	{Context: "checkout", Name: "place", Does: "the pivot: one transaction over checkout, holds, redemption, order and cart", Memory: 512, Timeout: 5 * second, Trigger: Trigger{Saga: true},
		Grants: []Grant{{Write, "checkouts"}, {Write, "holds"}, {Write, "redemptions"}, {Write, "orders"}, {Write, "carts"}}},
	{Context: "checkout", Name: "fence", Does: "raises the epoch, so that no earlier run can place the order", Memory: 256, Timeout: 5 * second, Trigger: Trigger{Saga: true},
		Grants: []Grant{{Write, "checkouts"}}},
	{Context: "checkout", Name: "close", Does: "stores the answer of a checkout that is over or waits", Memory: 256, Timeout: 5 * second, Trigger: Trigger{Saga: true},
		Grants: []Grant{{Read, "checkouts"}, {Write, "checkouts"}}},
	{Context: "checkout", Name: "timer", Does: "recovers a checkout that is due and still open", Memory: 256, Timeout: 30 * second,
		Trigger: Trigger{Queue: &Queue{Batch: 10, Receives: 20, Visibility: 3 * minute}},
		Grants:  []Grant{{Read, "checkouts"}, {Write, "checkouts"}, {Send, "checkout-timer"}, {Start, "checkout"}}},
	{Context: "checkout", Name: "sweep", Does: "finds due checkouts whose timer was lost", Memory: 256, Timeout: minute, Trigger: Trigger{Every: minute},
		Grants: []Grant{{Read, "checkouts"}, {Send, "checkout-timer"}}},
}

var customers = []Function{
	{Context: "customers", Name: "api", Does: "profiles, addresses, payment methods, guest tokens", Memory: 512, Timeout: 10 * second, Trigger: Trigger{API: true},
		Grants: []Grant{{SQL, "customers"}, {Seal, "customers"}, {Sign, "customers"}, {Read, "customers"}, {Write, "customers"}}},
	{Context: "customers", Name: "authorize", Does: "verifies tokens for both APIs", Memory: 256, Timeout: 5 * second, Trigger: Trigger{Authorizer: true},
		Grants: []Grant{{Verify, "customers"}, {Read, "sellers"}}},
	{Context: "customers", Name: "claims", Does: "puts role and seller_id into a signed-in user's tokens", Memory: 256, Timeout: 4 * second, Trigger: Trigger{Tokens: true}},
	{Context: "customers", Name: "locate", Does: "reads the sealed snapshot that a checkout needs", Memory: 256, Timeout: 5 * second, Trigger: Trigger{Saga: true},
		Grants: []Grant{{Read, "customers"}}},
	{Context: "customers", Name: "migrate", Does: "brings the SQL schema up to date", Memory: 256, Timeout: minute, Trigger: Trigger{Operator: true},
		Grants: []Grant{{SQL, "customers"}}},
}

var tax = []Function{
	{Context: "tax", Name: "assess", Does: "taxes the lines and the shipping of a checkout", Memory: 256, Timeout: 5 * second, Trigger: Trigger{Saga: true}},
}

var payments = []Function{
	{Context: "payments", Name: "authorize", Does: "creates and confirms the intents of a checkout", Memory: 256, Timeout: 25 * second, Trigger: Trigger{Saga: true},
		Grants: []Grant{{Gateway, "payments"}, {Write, "payments"}}},
	{Context: "payments", Name: "cancel", Does: "cancels the intents of a checkout, or leaves a tombstone", Memory: 256, Timeout: 25 * second, Trigger: Trigger{Saga: true},
		Grants: []Grant{{Gateway, "payments"}, {Read, "payments"}, {Write, "payments"}}},
	{Context: "payments", Name: "capture", Does: "captures what a packed shipment costs, and frees what a cancelled one would have", Memory: 256, Timeout: 30 * second,
		Trigger: Trigger{Queue: &Queue{Batch: 10, Receives: 10, Subscriptions: []Subscription{{Context: "fulfillment", Events: []string{"ShipmentPacked", "ShipmentCancelled"}}}}},
		Grants:  []Grant{{Gateway, "payments"}, {Read, "payments"}, {Write, "payments"}}},
	{Context: "payments", Name: "refund", Does: "gives back what was paid for units that came back", Memory: 256, Timeout: 30 * second,
		Trigger: Trigger{Queue: &Queue{Batch: 10, Receives: 10, Subscriptions: []Subscription{{Context: "fulfillment", Events: []string{"ReturnReceived"}}}}},
		Grants:  []Grant{{Gateway, "payments"}, {Read, "payments"}, {Write, "payments"}}},
	{Context: "payments", Name: "publish", Does: "payments stream to events", Memory: 256, Timeout: 30 * second, Trigger: Trigger{Stream: "payments"},
		Grants: []Grant{{Publish, "payments"}}},
}

var orders = []Function{
	{Context: "orders", Name: "api", Does: "an order, and a customer's history", Memory: 512, Timeout: 10 * second, Trigger: Trigger{API: true},
		Grants: []Grant{{Read, "orders"}, {Read, "payments"}}},
	{Context: "orders", Name: "publish", Does: "orders stream to events", Memory: 256, Timeout: 30 * second, Trigger: Trigger{Stream: "orders"},
		Grants: []Grant{{Publish, "orders"}}},
}

var fulfillment = []Function{
	{Context: "fulfillment", Name: "api", Does: "tracking of an order; a seller's orders", Memory: 512, Timeout: 10 * second, Trigger: Trigger{API: true},
		Grants: []Grant{{Read, "shipments"}, {Write, "shipments"}, {Read, "tracking"}, {Write, "tracking"}, {Read, "seller_orders"}, {Write, "seller_orders"}, {Read, "orders"}, {Read, "offers"}, {Read, "returns"}, {Write, "returns"}}},
	{Context: "fulfillment", Name: "start", Does: "opens the shipments of a placed order", Memory: 256, Timeout: 30 * second,
		Trigger: Trigger{Queue: &Queue{Batch: 10, Receives: 5, Subscriptions: []Subscription{{Context: "orders", Events: []string{"OrderPlaced"}}}}},
		Grants:  []Grant{{Read, "shipments"}, {Write, "shipments"}, {Write, "tracking"}, {Write, "seller_orders"}, {Send, "fulfillment-advance"}}},
	{Context: "fulfillment", Name: "advance", Does: "moves a shipment one step on", Memory: 256, Timeout: 30 * second,
		Trigger: Trigger{Queue: &Queue{Batch: 10, Receives: 10, Subscriptions: []Subscription{{Context: "payments", Events: []string{"PaymentCaptured", "PaymentCaptureFailed", "PaymentRefunded", "PaymentRefundFailed"}}}}},
		Grants:  []Grant{{Read, "shipments"}, {Write, "shipments"}, {Write, "tracking"}, {Write, "seller_orders"}, {Read, "returns"}, {Write, "returns"}, {Send, "fulfillment-advance"}}},
	{Context: "fulfillment", Name: "overdue", Does: "cancels what sellers did not confirm in time", Memory: 256, Timeout: 5 * minute, Trigger: Trigger{Every: 60 * minute},
		Grants: []Grant{{Read, "shipments"}, {Write, "shipments"}, {Write, "tracking"}, {Read, "seller_orders"}, {Write, "seller_orders"}}},
	{Context: "fulfillment", Name: "returns", Does: "returns stream to events", Memory: 256, Timeout: 30 * second, Trigger: Trigger{Stream: "returns"},
		Grants: []Grant{{Publish, "fulfillment"}}},
	{Context: "fulfillment", Name: "publish", Does: "shipments stream to events", Memory: 256, Timeout: 30 * second, Trigger: Trigger{Stream: "shipments"},
		Grants: []Grant{{Publish, "fulfillment"}}},
}

var selling = []Function{
	{Context: "sellers", Name: "api", Does: "a seller's profile and feeds", Memory: 512, Timeout: 10 * second, Trigger: Trigger{API: true},
		Grants: []Grant{{Read, "sellers"}, {Write, "sellers"}, {Read, "feeds"}, {Write, "feeds"}, {Keep, "uploads"}, {Fetch, "reports"}}},
	{Context: "sellers", Name: "intake", Does: "takes a feed's rows as a message", Memory: 256, Timeout: 30 * second,
		Trigger: Trigger{Queue: &Queue{Batch: 10, Receives: 3}},
		Grants:  []Grant{{Read, "feeds"}, {Keep, "uploads"}, {Send, "sellers-split"}}},
	{Context: "sellers", Name: "split", Does: "cuts an uploaded file into chunks", Memory: 512, Timeout: 2 * minute,
		Trigger: Trigger{Queue: &Queue{Batch: 1, Receives: 5, Concurrency: 20}},
		Grants: []Grant{{Read, "feeds"}, {Write, "feeds"}, {Read, "offers"}, {Read, "contributions"}, {Fetch, "uploads"}, {Send, "sellers-split"}, {Send, "sellers-report"},
			{Send, "sellers-assemble"}, {Send, "catalog-feed"}, {Send, "offers-feed"}, {Send, "inventory-feed"}}},
	{Context: "sellers", Name: "report", Does: "counts answers on chunks, and keeps their bad rows", Memory: 256, Timeout: minute,
		Trigger: Trigger{Queue: &Queue{Batch: 10, Receives: 10, Concurrency: 5}},
		Grants:  []Grant{{Read, "feeds"}, {Write, "feeds"}, {Keep, "parts"}, {Send, "sellers-assemble"}}},
	{Context: "sellers", Name: "assemble", Does: "puts a feed's report together", Memory: 512, Timeout: 5 * minute,
		Trigger: Trigger{Queue: &Queue{Batch: 1, Receives: 5}},
		Grants:  []Grant{{Read, "feeds"}, {Write, "feeds"}, {Fetch, "parts"}, {Keep, "reports"}}},
	{Context: "sellers", Name: "tier", Does: "gives a seller another plan", Memory: 256, Timeout: 10 * second, Trigger: Trigger{Operator: true},
		Grants: []Grant{{Write, "sellers"}}},
	{Context: "sellers", Name: "publish", Does: "feeds stream to events", Memory: 256, Timeout: 30 * second, Trigger: Trigger{Stream: "feeds"},
		Grants: []Grant{{Publish, "sellers"}}},
}

var payouts = []Function{
	{Context: "payouts", Name: "api", Does: "a seller's statements", Memory: 512, Timeout: 10 * second, Trigger: Trigger{API: true},
		Grants: []Grant{{Read, "ledger"}}},
	{Context: "payouts", Name: "book", Does: "books what happened to sellers' money", Memory: 256, Timeout: 30 * second,
		Trigger: Trigger{Queue: &Queue{Batch: 10, Receives: 10, Subscriptions: []Subscription{
			{Context: "orders", Events: []string{"OrderPlaced"}},
			{Context: "payments", Events: []string{"PaymentCaptured", "PaymentRefunded"}}}}},
		Grants: []Grant{{Read, "ledger"}, {Write, "ledger"}}},
	{Context: "payouts", Name: "run", Does: "pays sellers what they are owed", Memory: 512, Timeout: 15 * minute, Trigger: Trigger{Every: 60 * minute},
		Grants: []Grant{{Read, "ledger"}, {Write, "ledger"}}},
}

var reviews = []Function{
	{Context: "reviews", Name: "api", Does: "customers' ratings of sellers", Memory: 512, Timeout: 10 * second, Trigger: Trigger{API: true},
		Grants: []Grant{{Read, "ratings"}, {Write, "ratings"}, {Write, "seller_ratings"}, {Read, "orders"}, {Read, "shipments"}}},
	{Context: "reviews", Name: "publish", Does: "sellers' tallies stream to events", Memory: 256, Timeout: 30 * second, Trigger: Trigger{Stream: "seller_ratings"},
		Grants: []Grant{{Read, "seller_ratings"}, {Publish, "reviews"}}},
}
