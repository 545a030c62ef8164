package catalog

import (
	"maps"
	"slices"
	"time"

	"rialto/functions/internal/fault"
)

// Product is what is sold, in every marketplace alike and by whichever seller offers it.
type Product struct {
	ID          string `json:"product_id"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Brand       string `json:"brand"`
	// Bullets are the few facts that stand beside the title.
	Bullets    []string `json:"bullets"`
	CategoryID string   `json:"category_id"`
	// CategoryPath are the ids of the categories above, root first; its last is CategoryID.
	CategoryPath []string          `json:"category_path"`
	Attributes   map[string]string `json:"attributes"`
	Images       []string          `json:"images"`
	OwnerID      string            `json:"owner_id"` // the seller that may edit it, "" for none
	Model        string            `json:"model,omitempty"`
	GTIN         string            `json:"gtin,omitempty"` // 8, 12, 13 or 14 digits
	Version      int64             `json:"version"`        // from 1
	UpdatedAt    time.Time         `json:"updated_at"`
	// Left says that the owner withdrew and nobody lists it: who lists it first inherits it.
	Left bool `json:"left,omitempty"`
	// Parent says that it is sold as its variants, and OptionNames what those differ by (variant.go).
	Parent      bool     `json:"parent,omitempty"`
	OptionNames []string `json:"option_names,omitempty"`
	// ParentID is a variant's parent, and Options what the variant is of that one's.
	ParentID string   `json:"parent_id,omitempty"`
	Options  []Option `json:"options,omitempty"`
	// Withheld is why an operator took the page down; "" of one that is shown.
	Withheld string `json:"withheld,omitempty"`
}

// ErrProductNotFound says that there is no product of that id.
var ErrProductNotFound = fault.New(fault.NotFound, "product_not_found", "there is no such product")

// Same tells whether two products differ in nothing but version and time.
func (p Product) Same(q Product) bool {
	return p.ID == q.ID && p.Title == q.Title && p.Description == q.Description && p.Brand == q.Brand &&
		p.CategoryID == q.CategoryID && p.OwnerID == q.OwnerID && p.Left == q.Left && p.Withheld == q.Withheld && p.Parent == q.Parent &&
		slices.Equal(p.OptionNames, q.OptionNames) && p.ParentID == q.ParentID && slices.Equal(p.Options, q.Options) &&
		p.Model == q.Model && p.GTIN == q.GTIN && slices.Equal(p.Bullets, q.Bullets) &&
		slices.Equal(p.CategoryPath, q.CategoryPath) && maps.Equal(p.Attributes, q.Attributes) && slices.Equal(p.Images, q.Images)
}
