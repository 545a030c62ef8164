package reviews

import (
	"time"
	"unicode/utf8"

	"rialto/functions/internal/display"
	"rialto/functions/internal/fault"
)

// What a rating may be.
const (
	LeastStars = 1
	MostStars  = 5
	MaxText    = 1000 // characters
)

// Rating is what a customer thinks of a seller by one order.
type Rating struct {
	OrderID    string    `dynamodbav:"order_id"`
	SellerID   string    `dynamodbav:"seller_id"`
	CustomerID string    `dynamodbav:"customer_id"`
	Stars      int64     `dynamodbav:"stars"`
	Text       string    `dynamodbav:"text,omitempty"`
	Version    int64     `dynamodbav:"version"` // from 1
	CreatedAt  time.Time `dynamodbav:"created_at"`
	UpdatedAt  time.Time `dynamodbav:"updated_at"`
}

var (
	// ErrNoRating says that the customer has not rated the seller of that order.
	ErrNoRating = fault.New(fault.NotFound, "rating_not_found", "you have not rated this seller of this order")
	// ErrNoSuchSeller says that nothing of the order is that seller's.
	ErrNoSuchSeller = fault.New(fault.NotFound, "seller_not_in_order", "nothing of this order is sent by that seller")
	// ErrNotDelivered refuses a rating of what has not come.
	ErrNotDelivered = fault.New(fault.Conflict, "not_delivered", "nothing of this seller has been delivered yet")
	// ErrStale says that If-Match named another version.
	ErrStale = fault.New(fault.Stale, "version_mismatch", "the rating is of another version").
			With(fault.Field{Pointer: "header.If-Match", Code: "version_mismatch", Message: "is not the version that stands"})
	// ErrChanged says that the rating was changed between reading and writing it.
	ErrChanged = fault.New(fault.Conflict, "rating_changed", "the rating was changed meanwhile")
)

// Check returns invalid_rating with every flaw of stars and text, or nil.
func (r Rating) Check() error {
	var flaws []fault.Field
	if r.Stars < LeastStars || r.Stars > MostStars {
		flaws = append(flaws, fault.Field{Pointer: "/stars", Code: "out_of_range", Message: "must be 1 to 5"})
	}
	code, message := display.Flaw(r.Text)
	if utf8.RuneCountInString(r.Text) > MaxText {
		code, message = "bad_text", "must be text of at most 1,000 characters"
	}
	if code != "" {
		flaws = append(flaws, fault.Field{Pointer: "/text", Code: code, Message: message})
	}
	if flaws != nil {
		return fault.New(fault.Invalid, "invalid_rating", "the rating has fields that are not accepted").With(flaws...)
	}
	return nil
}

// Tally is the sum of a seller's ratings, or of some of them.
type Tally struct {
	Stars   int64 `dynamodbav:"stars"`
	Ratings int64 `dynamodbav:"ratings"`
	Changes int64 `dynamodbav:"changes"` // how often one was given or changed
}

// Add returns the sum.
func (t Tally) Add(o Tally) Tally {
	return Tally{t.Stars + o.Stars, t.Ratings + o.Ratings, t.Changes + o.Changes}
}

// Mean is the mean in hundredths of a star, halves rounded up; 0 of none.
func (t Tally) Mean() int64 {
	return mean(t.Stars, t.Ratings)
}

// mean is a mean of stars in hundredths, halves rounded up; 0 of none.
func mean(stars, n int64) int64 {
	if n == 0 {
		return 0
	}
	return (200*stars + n) / (2 * n)
}

// SellerRated is the data of the event of that name: a seller's ratings have changed. Version is how often they have,
// so the highest stands.
type SellerRated struct {
	SellerID string `json:"seller_id"`
	Rating   int64  `json:"rating"` // hundredths of a star
	Ratings  int64  `json:"ratings"`
	Version  int64  `json:"version"`
}

// Rated is what others are told of a tally.
func (t Tally) Rated(seller string) SellerRated {
	return SellerRated{seller, t.Mean(), t.Ratings, t.Changes}
}
