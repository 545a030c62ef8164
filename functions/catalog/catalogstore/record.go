package catalogstore

import (
	"fmt"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/store"
)

// record has the fields of a Product in their order, so that one converts into the other.
type record struct {
	ID           string            `dynamodbav:"pk"`
	Title        string            `dynamodbav:"title"`
	Description  string            `dynamodbav:"description"`
	Brand        string            `dynamodbav:"brand"`
	Bullets      []string          `dynamodbav:"bullets,omitempty"`
	CategoryID   string            `dynamodbav:"category_id"`
	CategoryPath []string          `dynamodbav:"category_path,omitempty"`
	Attributes   map[string]string `dynamodbav:"attributes,omitempty"`
	Images       []string          `dynamodbav:"images,omitempty"`
	OwnerID      string            `dynamodbav:"owner_id,omitempty"`
	Model        string            `dynamodbav:"model,omitempty"`
	GTIN         string            `dynamodbav:"gtin,omitempty"`
	Version      int64             `dynamodbav:"version"`
	UpdatedAt    time.Time         `dynamodbav:"updated_at"`
	Left         bool              `dynamodbav:"left,omitempty"`
	Parent       bool              `dynamodbav:"parent,omitempty"`
	OptionNames  []string          `dynamodbav:"option_names,omitempty"`
	ParentID     string            `dynamodbav:"parent_id,omitempty"`
	Options      []catalog.Option  `dynamodbav:"options,omitempty"`
	Withheld     string            `dynamodbav:"withheld,omitempty"`
}

// ranked is a record with its place in its category.
type ranked struct {
	record
	Rank string `dynamodbav:"rank"`
}

func productOf(i store.Item) (catalog.Product, error) {
	var r record
	if err := store.Unmarshal(i, &r); err != nil {
		return catalog.Product{}, fmt.Errorf("read product: %w", err)
	}
	r.UpdatedAt = r.UpdatedAt.UTC()
	return catalog.Product(r), nil
}

// rankOf is a product's place in its category: a hash, then the id, which makes it unique.
//
// A category of a large catalog holds tens of millions of products, all under one hash key of the index. DynamoDB
// splits such an item collection by sort key when it grows beyond 10 GB or gets hot, but only where the keys
// that are written and read lie apart: a rank that rises with time (or with an id that does) would send
// every new product to the last split, and an index that throttles holds up its table. A hash spreads
// writes over all splits. Reads of first pages, which are the same keys for everybody, are answered by caches
// (Cache-Control); sorting and deep browsing are the search's. Should a category still outgrow this, its
// hash key becomes <category>#<bucket> and a page merges the buckets; cursors are opaque, so no caller notices.
func rankOf(id string) string { return ids.Derive("", "rank", id)[:8] + "#" + id }
