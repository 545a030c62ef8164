package tax

import (
	"maps"
	"reflect"
	"slices"
)

// SameArea tells whether a sale costs the same tax, to the same jurisdictions, at the destinations of both of two sales that differ in
// that alone, whatever its lines are of. Where local taxes may be known to the engine alone, that takes the same postal code.
func SameArea(a, b Sale) bool {
	if local(a) && (a.Region != b.Region || a.Postal != b.Postal) {
		return false
	}
	of := map[Class]string{} // a category of each class
	for _, category := range slices.Sorted(maps.Keys(classes)) {
		of[classes[category]] = category
	}
	for _, category := range of {
		for _, s := range []*Sale{&a, &b} {
			s.Lines = slices.Clone(s.Lines)
			for i := range s.Lines {
				s.Lines[i].Category = category
			}
		}
		x, err := Assess(a)
		y, failed := Assess(b)
		if err != nil || failed != nil || a.Country != b.Country || !reflect.DeepEqual(x, y) {
			return false
		}
	}
	return true
}
