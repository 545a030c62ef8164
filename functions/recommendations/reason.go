package recommendations

import "time"

// Reason is why a product stands on a shelf.
type Reason struct {
	Code      ReasonCode `json:"code"`
	ProductID string     `json:"of,omitempty"`       // what it goes with
	Category  string     `json:"category,omitempty"` // in which it is trending
	Day       time.Time  `json:"day,omitzero"`       // when it was bought
}

// ReasonCode is what a page of any language goes by.
type ReasonCode string

// The reasons.
const (
	BoughtTogether ReasonCode = "bought_together"
	AlsoBought     ReasonCode = "also_bought"
	AlsoViewed     ReasonCode = "also_viewed"
	LookedAt       ReasonCode = "looked_at"
	ForYou         ReasonCode = "for_you"
	BuyAgain       ReasonCode = "buy_again"
	TrendingIn     ReasonCode = "trending"
	PopularNow     ReasonCode = "popular"
	BestRated      ReasonCode = "best_rated"
	Recently       ReasonCode = "recently_viewed"
)

// ordinary tells whether a reason says nothing of the shopper, so that one that does may take its place.
func (r Reason) ordinary() bool {
	return r.Code == TrendingIn || r.Code == PopularNow || r.Code == BestRated
}

// reasonOf is why a neighbour of a kind stands there.
var reasonOf = map[Kind]ReasonCode{Bought: AlsoBought, Viewed: AlsoViewed, Together: BoughtTogether}

// Text says it in English; title is that of the product that it goes with.
func (r Reason) Text(title string) string {
	if title == "" {
		title = "this"
	}
	switch r.Code {
	case BoughtTogether:
		return "Bought together with " + title
	case AlsoBought:
		return "Customers who bought " + title + " bought this, too"
	case AlsoViewed:
		return "Customers who viewed " + title + " viewed this, too"
	case LookedAt:
		return "Because you looked at " + title
	case ForYou:
		return "Goes with what you bought before"
	case BuyAgain:
		return "You bought it on " + r.Day.Format(time.DateOnly)
	case TrendingIn:
		return "Trending in " + r.Category
	case PopularNow:
		return "Popular just now"
	case BestRated:
		return "Among the best rated, and in stock"
	case Recently:
		return "You looked at it lately"
	}
	return ""
}
