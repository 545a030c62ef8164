package catalog

// ProductChanged is the data of the event of that name: a product was made, changed or deleted. It says that
// there is something to read, not what.
type ProductChanged struct {
	ProductID string `json:"product_id"`
	Version   int64  `json:"version"` // of a deleted product, its last
	Deleted   bool   `json:"deleted"`
}
