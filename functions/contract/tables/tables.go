// Package tables lists every DynamoDB table as plain values, for infra/, which creates them, and for the
// store suites, which create them again under other names. Only a context's own store knows what the keys
// hold.
package tables

// Table is one table. Its key is pk (S) and, if Sorted, sk (S).
type Table struct {
	Name    string
	Context string
	Sorted  bool
	Stream  bool // new and old images
	TTL     bool // attribute ttl, epoch seconds; housekeeping only
	Indexes []Index
}

// Index is a global secondary index that projects everything. Both key attributes are strings. A table on the
// checkout path carries an index only if its keys are many: a hot index throttles its table.
type Index struct {
	Name, Hash, Sort string
}

// All lists the tables in the order of the house.
func All() []Table {
	return []Table{
		{Name: "products", Context: "catalog", Stream: true, Indexes: []Index{{"by_category", "category_id", "rank"}}},
		{Name: "projections", Context: "search"},
		{Name: "offers", Context: "offers", Sorted: true, Stream: true},
		{Name: "inventory", Context: "inventory", Sorted: true, Stream: true},
		{Name: "holds", Context: "inventory", Sorted: true, TTL: true},
		{Name: "carts", Context: "carts", TTL: true},
		{Name: "checkouts", Context: "checkout", TTL: true, Indexes: []Index{{"due", "due_bucket", "due_at"}}},
		{Name: "customers", Context: "customers"},
		{Name: "payments", Context: "payments", Sorted: true, Stream: true},
		{Name: "orders", Context: "orders", Stream: true, Indexes: []Index{{"by_customer", "customer_id", "created_at"}}},
		{Name: "shipments", Context: "fulfillment", Sorted: true, Stream: true},
		{Name: "tracking", Context: "fulfillment", Sorted: true},
	}
}
