package orders

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Period is when orders were placed: From is in it, To is not any more. A zero time bounds nothing.
type Period struct{ From, To time.Time }

// Matches tells whether all words of a text occur in what an order says of itself: its id, and its lines' products, titles and
// sellers' names. Case and accents do not count, and a part of a word will do, as titles of some languages have no spaces.
func (o Order) Matches(text string) bool {
	var b strings.Builder
	b.WriteString(o.ID)
	for _, l := range o.Lines {
		b.WriteString("\n" + l.ProductID + "\n" + l.Title + "\n" + l.SellerName)
	}
	all := folded(b.String())
	for _, word := range strings.Fields(folded(text)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}

// folded is a text without what does not count in a search.
func folded(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(s))
}
