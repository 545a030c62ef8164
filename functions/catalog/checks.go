package catalog

import (
	"context"
	"errors"
	"slices"

	"rialto/functions/internal/fault"
)

// Precondition is what a caller says of the version that is to be changed.
type Precondition struct {
	Version int64
	Given   bool
}

var (
	// ErrPreconditionRequired refuses to change what a seller says blindly.
	ErrPreconditionRequired = fault.New(fault.Invalid, "precondition_required", "you list this product; changing it needs If-Match with its ETag").
				With(fault.Field{Pointer: "header.If-Match", Code: "required", Message: "is required to change what exists"})
	// ErrStale says that what a seller says is not of the version that If-Match names, or is not there at all.
	ErrStale = fault.New(fault.Stale, "version_mismatch", "what you say of the product is not of the version that If-Match names")
	// errAgain is ErrChanged where looking again may help.
	errAgain = errors.New("the page was changed meanwhile")
)

// admit tells whether a change of current (the zero Contribution for none) to want is needed, or why it is refused.
// What stands as wanted is a success whatever the precondition says: a caller repeats a request whose answer was lost.
func (p Precondition) admit(current Contribution, want Content) (change bool, err error) {
	switch {
	case current.Version > 0 && current.Same(want):
		return false, nil
	case current.Version > 0 && !p.Given:
		return false, ErrPreconditionRequired
	case p.Given && p.Version != current.Version:
		return false, ErrStale
	}
	return true, nil
}

// check validates a content against its category, and returns the category's path, root first.
func (s *Service) check(ctx context.Context, c Content) ([]string, error) {
	var path []string
	var types map[string]string
	if slug.MatchString(c.CategoryID) {
		var err error
		if path, types, err = s.category(ctx, c.CategoryID); err != nil && !errors.Is(err, ErrCategoryNotFound) {
			return nil, err
		}
	}
	return path, c.Validate(path, types)
}

// category returns a category's path, root first, and the types of its attributes: its own, or those of the nearest
// above that has any; nil if none has. It fails with category_not_found.
func (s *Service) category(ctx context.Context, id string) (path []string, types map[string]string, err error) {
	for len(path) < MaxDepth && id != "" {
		c, err := s.Products.Category(ctx, id)
		if err != nil {
			return nil, nil, err
		}
		path = append(path, c.ID)
		if types == nil && len(c.Attributes) > 0 {
			types = c.Attributes
		}
		id = c.Parent
	}
	slices.Reverse(path)
	return path, types, nil
}

func found(p Product, err error) (Product, error) {
	if errors.Is(err, ErrProductNotFound) {
		return Product{}, nil
	}
	return p, err
}
