package api

import "strings"

// huma names a place as body.lines[0].sku, which is ambiguous as soon as a key holds a dot or a bracket. So
// the keys of the tree it validates are escaped, and its places become JSON pointers (RFC 6901).

var (
	escape = strings.NewReplacer("~", "~0", ".", "~1", "[", "~2", "]", "~3")
	steps  = strings.NewReplacer(".", "/", "[", "/[", "]", "")
)

// segment is a key as one segment of a place; the names of our fields stay as they are.
func segment(key string) string { return escape.Replace(key) }

// pointerOf turns huma's place into a pointer: body.lines[0].sku into /lines/0/sku; query.q stays. It ends
// above the first key that is not to be repeated.
func pointerOf(place string) string {
	rest, ok := strings.CutPrefix(place, "body")
	if !ok || rest != "" && rest[0] != '.' && rest[0] != '[' {
		return place
	}
	var pointer strings.Builder
	for step := range strings.SplitSeq(steps.Replace(rest), "/") {
		index, isIndex := strings.CutPrefix(step, "[")
		switch {
		case step == "":
		case isIndex:
			pointer.WriteString("/" + index)
		case isName(step):
			pointer.WriteString("/" + step)
		default:
			return pointer.String()
		}
	}
	return pointer.String()
}

// isName tells whether a caller's key looks like the name of a field, so that an answer may repeat it. A key may
// as well be an address or a card number.
func isName(key string) bool {
	if key == "" || len(key) > 64 {
		return false
	}
	for i, c := range []byte(key) {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_'
		if !letter && (i == 0 || c != '-' && (c < '0' || c > '9')) {
			return false
		}
	}
	return true
}
