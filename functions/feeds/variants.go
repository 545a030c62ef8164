package feeds

import (
	"maps"
	"slices"
	"strings"

	"rialto/functions/internal/fault"
)

// inherited is what the rows of one product's variants leave out but in the first (Shopify: all rows of a handle).
var inherited = []string{colTitle, colDescription, colBrand, colCategory, colBullets, colModel, colCondition, colStatus}

// maxInherited bounds what is carried from row to row, and so from one invocation to the next.
const maxInherited = 64 << 10

// inherit fills what a variant leaves to the row before it of the same group. It tells whether the row is such a variant,
// and returns the row whose variants may follow. What is longer than maxInherited is not handed down.
func (r row) inherit(parent row) (variant bool, next row) {
	group := r[colGroup]
	if group == "" {
		return false, nil
	}
	if parent[colGroup] != group {
		return false, r.heirloom()
	}
	for column, value := range parent {
		if r[column] == "" {
			r[column] = value
		}
	}
	return true, parent
}

// heirloom is what a row hands down.
func (r row) heirloom() row {
	out, size := row{colGroup: r[colGroup]}, len(r[colGroup])
	give := func(column string) {
		if n := len(r[column]); n > 0 && size+n <= maxInherited {
			out[column], size = r[column], size+n
		}
	}
	for _, column := range inherited {
		give(column)
	}
	for _, column := range slices.Sorted(maps.Keys(r)) {
		if strings.HasPrefix(column, optionName) {
			give(column)
		}
	}
	return out
}

var errImageApart = fault.New(fault.Invalid, "image_apart",
	"no row near above is of the product that the image is of; give its address in the product's first row")

// addImages gives the images of a row that has nothing else to a row of its product before it.
func addImages(before []item, r row) error {
	images := imagesOf(r[colImages])
	if len(images) == 0 {
		return nil
	}
	i := slices.IndexFunc(before, func(i item) bool { return i.group == r[colGroup] && i.more != nil })
	if i < 0 {
		return errImageApart
	}
	*before[i].more = append(*before[i].more, images...)
	return nil
}

// saysNothing tells whether a variant's row has nothing of its own, as one that only brings a further image.
func (r row) saysNothing() bool {
	for column, value := range r {
		own := column == colSKU || column == colGTIN || column == colProduct || column == colPrice || strings.HasPrefix(column, optionValue)
		if own && value != "" {
			return false
		}
	}
	return true
}
