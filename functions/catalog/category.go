package catalog

import (
	"cmp"
	"slices"
	"strings"

	"rialto/functions/internal/fault"
)

// Category is a node of the tree that products are listed in. Categories are data, not code: an import
// registers those that its products name, so another catalog brings another tree.
type Category struct {
	ID     string `json:"category_id"` // a slug: a-z, 0-9 and hyphens, 1 to 64 characters
	Name   string `json:"name"`
	Parent string `json:"parent"` // "" for a root
	// Attributes are the types of the attributes that its products may have, by name; empty for those of the category
	// above, and any attribute where no category above has some.
	Attributes map[string]string `json:"attributes,omitempty"`
}

// ErrCategoryNotFound says that there is no category of that id.
var ErrCategoryNotFound = fault.New(fault.NotFound, "category_not_found", "there is no such category")

// errMoved says that a product's path puts a category elsewhere than it stands.
var errMoved = fault.New(fault.Conflict, "category_conflict", "the category path puts a category under another parent than it has")

// Categories returns what a product's path says of its categories, root first, with names made of the ids.
func (p Product) Categories() []Category {
	var list []Category
	parent := ""
	for _, id := range p.CategoryPath {
		list = append(list, Category{ID: id, Name: nameOf(id, parent), Parent: parent})
		parent = id
	}
	return list
}

// nameOf makes a name of an id, without the parent's if it begins with it: outdoor-footwear under outdoor is
// Footwear.
func nameOf(id, parent string) string {
	if rest, ok := strings.CutPrefix(id, parent+"-"); ok && parent != "" && strings.Trim(rest, "-") != "" {
		id = rest
	}
	words := strings.FieldsFunc(id, func(r rune) bool { return r == '-' })
	if len(words) == 0 {
		return id
	}
	name := strings.Join(words, " ")
	return strings.ToUpper(name[:1]) + name[1:]
}

// Node is a category with those below it.
type Node struct {
	Category
	Children []Node
}

// Tree builds the tree, by name at each level. A category whose parent is not there (yet) is a root.
func Tree(categories []Category) []Node {
	known, below := map[string]bool{}, map[string][]Category{}
	for _, c := range categories {
		known[c.ID] = true
	}
	for _, c := range categories {
		parent := c.Parent
		if !known[parent] {
			parent = ""
		}
		below[parent] = append(below[parent], c)
	}
	return grow(below, "")
}

func grow(below map[string][]Category, parent string) []Node {
	level := below[parent]
	slices.SortFunc(level, func(a, b Category) int { return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID)) })
	nodes := make([]Node, 0, len(level))
	for _, c := range level {
		nodes = append(nodes, Node{c, grow(below, c.ID)})
	}
	return nodes
}
