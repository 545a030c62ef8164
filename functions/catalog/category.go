package catalog

import "rialto/functions/internal/fault"

// Category is a node of the tree that products are listed in.
type Category struct {
	ID     string `json:"category_id"` // a slug: a-z, 0-9 and hyphens, 1 to 64 characters
	Name   string `json:"name"`
	Parent string `json:"parent"` // "" for a root
}

// ErrCategoryNotFound says that there is no category of that id.
var ErrCategoryNotFound = fault.New(fault.NotFound, "category_not_found", "there is no such category")
