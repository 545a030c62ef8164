// Package tables lists every DynamoDB table as plain values: for the store suites, which create them under other names,
// for the laboratory, which reckons what their indexes cost, and by way of the contract for infra/, which deploys them.
// Only a context's own store knows what the keys hold.
package tables

// Table is one table. Its key is pk (S) and, if Sorted, sk (S).
type Table struct {
	Name    string
	Context string // that it belongs to; "" for what is on the ground, of no context
	Sorted  bool
	Stream  bool // new and old images
	TTL     bool // attribute ttl, epoch seconds; housekeeping only
	Indexes []Index
}

// Index is a global secondary index that projects everything, or its keys alone. Both key attributes are strings. A table on the
// checkout path carries an index only if its keys are many: a hot index throttles its table.
type Index struct {
	Name, Hash, Sort string
	KeysOnly         bool
}

// All lists the tables, those of a context together.
func All() []Table {
	return []Table{
		{Name: "products", Context: "catalog", Stream: true, Indexes: []Index{{Name: "by_category", Hash: "category_id", Sort: "rank"}}},
		{Name: "contributions", Context: "catalog", Sorted: true, Indexes: []Index{{Name: "by_seller", Hash: "seller_id", Sort: "product_id",
			KeysOnly: true}}},
		{Name: "buy_boxes", Context: "catalog", Sorted: true},
		{Name: "projections", Context: "search"},
		{Name: "offers", Context: "offers", Sorted: true, Stream: true,
			Indexes: []Index{{Name: "by_seller", Hash: "seller_id", Sort: "listing", KeysOnly: true},
				{Name: "due", Hash: "due_bucket", Sort: "due_at", KeysOnly: true}}},
		{Name: "inventory", Context: "inventory", Sorted: true, Stream: true, TTL: true,
			Indexes: []Index{{Name: "by_seller", Hash: "stock_of", Sort: "product_id", KeysOnly: true}}},
		{Name: "holds", Context: "inventory", Sorted: true, TTL: true},
		{Name: "coupons", Context: "promotions", Sorted: true},
		{Name: "redemptions", Context: "promotions", Sorted: true, TTL: true},
		{Name: "carts", Context: "carts", Stream: true, TTL: true},
		{Name: "checkouts", Context: "checkout", TTL: true, Indexes: []Index{{Name: "due", Hash: "due_bucket", Sort: "due_at", KeysOnly: true}}},
		{Name: "customers", Context: "customers"},
		{Name: "consents", Context: "clickstream"},
		{Name: "traffic", Context: "clickstream", Sorted: true, TTL: true},
		{Name: "recommendations", Context: "recommendations", TTL: true},
		{Name: "payments", Context: "payments", Sorted: true, Stream: true, TTL: true},
		{Name: "orders", Context: "orders", Stream: true, Indexes: []Index{{Name: "by_customer", Hash: "customer_id", Sort: "created_at", KeysOnly: true}}},
		{Name: "shipments", Context: "fulfillment", Sorted: true, Stream: true},
		{Name: "tracking", Context: "fulfillment", Sorted: true},
		{Name: "returns", Context: "fulfillment", Sorted: true, Stream: true,
			Indexes: []Index{{Name: "by_seller", Hash: "seller_id", Sort: "requested_at"}}},
		{Name: "seller_orders", Context: "fulfillment", Sorted: true},
		{Name: "sellers", Context: "sellers", Stream: true},
		{Name: "rate_limits", TTL: true},
		{Name: "invoices", Context: "invoices", Sorted: true},
		{Name: "feeds", Context: "feeds", Sorted: true, Stream: true, TTL: true,
			Indexes: []Index{{Name: "by_seller", Hash: "seller_id", Sort: "created_at"}}},
		{Name: "ratings", Context: "reviews", Sorted: true},
		{Name: "seller_ratings", Context: "reviews", Sorted: true, Stream: true},
		{Name: "reviews", Context: "reviews", Sorted: true, Stream: true, Indexes: []Index{{Name: "listed", Hash: "listed", Sort: "listed_at"},
			{Name: "helpful", Hash: "listed", Sort: "score"}, {Name: "by_customer", Hash: "customer_id", Sort: "product_id"}}},
		{Name: "review_votes", Context: "reviews", Sorted: true, Indexes: []Index{{Name: "by_voter", Hash: "sk", Sort: "pk"}}},
		{Name: "product_ratings", Context: "reviews", Sorted: true, Stream: true},
		{Name: "campaigns", Context: "campaigns", Sorted: true},
		{Name: "audit_log", Context: "operators", Sorted: true, Indexes: []Index{{Name: "about", Hash: "subject", Sort: "place"}}},
		{Name: "webhooks", Context: "webhooks", Sorted: true, Stream: true, TTL: true},
		{Name: "notifications", Context: "notifications", Sorted: true, TTL: true},
		{Name: "ledger", Context: "payouts", Indexes: []Index{{Name: "by_month", Hash: "month", Sort: "place", KeysOnly: true},
			{Name: "unpaid", Hash: "bucket", Sort: "due", KeysOnly: true}}},
	}
}
