package catalog

import "context"

// Products keeps products.
type Products interface {
	// Get returns a product, or ErrProductNotFound.
	Get(ctx context.Context, id string) (Product, error)
	// GetMany returns those there are, by id, each read consistently.
	GetMany(ctx context.Context, ids ...string) (map[string]Product, error)
	// Page lists a category's products after a place ("" for the first), and where the next page begins, "" on the last.
	Page(ctx context.Context, category, after string, limit int) (list []Product, next string, err error)
	// Save writes a product over the one of version previous, 0 for none; it fails with ErrChanged otherwise.
	Save(ctx context.Context, p Product, previous int64) error
}

// Categories keeps the tree of categories.
type Categories interface {
	// Category returns a category, or ErrCategoryNotFound.
	Category(ctx context.Context, id string) (Category, error)
	// Categories lists all; a new one may take a moment.
	Categories(ctx context.Context) ([]Category, error)
	// Registered returns those there are of ids, by id, each read consistently.
	Registered(ctx context.Context, ids ...string) (map[string]Category, error)
	// Register makes a category unless there is one of that id, and returns the one that stands.
	Register(ctx context.Context, c Category) (Category, error)
	// Rename gives a category another name and, unless they are empty, other attributes.
	Rename(ctx context.Context, id, name string, attributes map[string]string) error
}

// Identities tells products by what names them: a GTIN, or a brand and model.
type Identities interface {
	// Claimed returns which products identities name, by identity.
	Claimed(ctx context.Context, identities ...string) (map[string]string, error)
}

// Contributions keeps what sellers say of products, and which product an identity names.
type Contributions interface {
	Identities
	// Said reads what all sellers say of a product, and the number of the last change of any of it.
	Said(ctx context.Context, product string) (list []Contribution, change int64, err error)
	Contribution(ctx context.Context, product, seller string) (Contribution, error)
	// Contribute makes a change of a page, all of it or nothing; it fails with ErrChanged if anything that it was
	// made from is not so any more.
	Contribute(ctx context.Context, e Edit) error
	// OfSeller lists what a seller contributed, in a stable order, after a place ("" for the first).
	OfSeller(ctx context.Context, seller, after string, limit int) (list []Contribution, next string, err error)
}

// Images keeps sellers' images of products.
type Images interface {
	// Images lists a seller's images of a product in the order in which they were announced, and the number of the
	// last announcement.
	Images(ctx context.Context, product, seller string) (list []Image, announced int64, err error)
	// Image returns one, or ErrImageNotFound.
	Image(ctx context.Context, product, seller, id string) (Image, error)
	// Announce makes one and forgets others; it fails with ErrChanged if there was another announcement.
	Announce(ctx context.Context, i Image, announced int64, forget []Image) error
	// SaveImage changes one that is in a state, and tells whether it was.
	SaveImage(ctx context.Context, i Image, from ImageState) (bool, error)
	ForgetImage(ctx context.Context, i Image) error
}

// BuyBoxes keeps the projection.
type BuyBoxes interface {
	// BuyBox returns the zero BuyBox if none is kept.
	BuyBox(ctx context.Context, product, marketplace string) (BuyBox, error)
	// BuyBoxes returns those that are kept of products in a marketplace, by product.
	BuyBoxes(ctx context.Context, marketplace string, products ...string) (map[string]BuyBox, error)
	// SaveBuyBox writes a box unless one of the same or a higher version stands there, which is a success.
	SaveBuyBox(ctx context.Context, b BuyBox) error
}
