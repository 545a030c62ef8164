package reviews

import (
	"fmt"
	"math/big"
	"regexp"
	"time"
	"unicode/utf8"

	"rialto/functions/internal/display"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
)

// What a review of a product may be.
const (
	MaxTitle  = 120   // characters
	MaxReview = 5_000 // characters
	MaxAuthor = 50    // characters
)

// State says whether a review is shown.
type State string

// The states. Every move changes the product's tally with it: only what is published counts.
const (
	Published State = "PUBLISHED"
	Pending   State = "PENDING"  // until an operator has looked at it
	Rejected  State = "REJECTED" // by an operator
	Withdrawn State = "WITHDRAWN"
)

// Review is what a customer thinks of a product. A customer has one of a product.
type Review struct {
	ProductID  string    `dynamodbav:"product_id"`
	ID         string    `dynamodbav:"review_id"`
	CustomerID string    `dynamodbav:"customer_id"` // shown to nobody
	Stars      int64     `dynamodbav:"stars"`
	Title      string    `dynamodbav:"title,omitempty"`
	Text       string    `dynamodbav:"text,omitempty"`
	Author     string    `dynamodbav:"author,omitempty"`   // what the customer goes by
	Language   string    `dynamodbav:"language,omitempty"` // BCP 47, of the text
	Verified   bool      `dynamodbav:"verified"`           // a delivered order of theirs has the product
	State      State     `dynamodbav:"state"`
	Reason     string    `dynamodbav:"reason,omitempty"` // why it is not shown
	Helpful    int64     `dynamodbav:"helpful"`          // votes
	Unhelpful  int64     `dynamodbav:"unhelpful"`
	Version    int64     `dynamodbav:"version"` // from 1
	CreatedAt  time.Time `dynamodbav:"created_at"`
	UpdatedAt  time.Time `dynamodbav:"updated_at"`
	// Answer is what the owner of the product's page says to it, and AnsweredBy is who.
	Answer     string    `dynamodbav:"answer,omitempty"`
	AnsweredBy string    `dynamodbav:"answered_by,omitempty"`
	AnsweredAt time.Time `dynamodbav:"answered_at,omitempty"`
	Images     []Image   `dynamodbav:"images,omitempty"` // in the order in which they were announced
}

// ReviewID names a customer's review of a product.
func ReviewID(productID, customerID string) string {
	return ids.Derive(ids.Review, productID, customerID)
}

var (
	// ErrNoReview says that there is no such review.
	ErrNoReview = fault.New(fault.NotFound, "review_not_found", "there is no such review")
	// ErrReviewStale says that If-Match named another version.
	ErrReviewStale = fault.New(fault.Stale, "version_mismatch", "the review is of another version").
			With(fault.Field{Pointer: "header.If-Match", Code: "version_mismatch", Message: "is not the version that stands"})
	// ErrReviewChanged says that the review was changed between reading and writing it.
	ErrReviewChanged = fault.New(fault.Conflict, "review_changed", "the review was changed meanwhile")
	// ErrOwnReview refuses a vote of who wrote it.
	ErrOwnReview = fault.New(fault.Invalid, "own_review", "one's own review cannot be voted for")
	// ErrRefused refuses to change what an operator has taken down.
	ErrRefused = fault.New(fault.Conflict, "review_rejected", "the review was taken down and cannot be changed")
)

// language is the form of the tag of a language (RFC 5646, 2.1, without what is private or irregular).
var language = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)

// Check returns invalid_review with every flaw of what a customer says, or nil.
func (r Review) Check() error {
	var flaws []fault.Field
	if r.Stars < LeastStars || r.Stars > MostStars {
		flaws = append(flaws, fault.Field{Pointer: "/stars", Code: "out_of_range", Message: "must be 1 to 5"})
	}
	for _, f := range []struct {
		pointer, value string
		most           int
	}{{"/title", r.Title, MaxTitle}, {"/text", r.Text, MaxReview}, {"/author", r.Author, MaxAuthor}} {
		code, message := display.Flaw(f.value)
		switch {
		case utf8.RuneCountInString(f.value) > f.most:
			code, message = "too_long", fmt.Sprintf("must have at most %d characters", f.most)
		case code == "" && f.value != "" && display.Blank(f.value):
			code, message = display.Hidden, "must have characters that show"
		}
		if code != "" {
			flaws = append(flaws, fault.Field{Pointer: f.pointer, Code: code, Message: message})
		}
	}
	if r.Language != "" && !language.MatchString(r.Language) {
		flaws = append(flaws, fault.Field{Pointer: "/language", Code: "bad_format", Message: "must be a language as BCP 47 writes it, such as en or pt-BR"})
	}
	if flaws != nil {
		return fault.New(fault.Invalid, "invalid_review", "the review has fields that are not accepted").With(flaws...)
	}
	return nil
}

// says tells whether two reviews say the same.
func (r Review) says(o Review) bool {
	return r.Stars == o.Stars && r.Title == o.Title && r.Text == o.Text && r.Author == o.Author && r.Language == o.Language && r.Verified == o.Verified
}

// Helpfulness is the lower bound of the share of people who find the review helpful, in millionths, with 95 % confidence
// (Wilson, 1927): one vote of one counts less than ninety of a hundred.
func (r Review) Helpfulness() int64 {
	n := r.Helpful + r.Unhelpful
	if n == 0 {
		return 0
	}
	const unit, z, half, quarter, whole = 1_000_000, 1_959_964, 1_920_729, 960_365, 3_841_459 // z, and z² by 2, by 4 and itself, in millionths
	// (h + z²/2 - z √(h u/n + z²/4)) / (n + z²)
	root := big.NewInt(r.Helpful)
	root.Mul(root, big.NewInt(r.Unhelpful)).Mul(root, big.NewInt(unit*unit)).Div(root, big.NewInt(n)).Add(root, big.NewInt(quarter*unit))
	root.Sqrt(root).Mul(root, big.NewInt(z)).Div(root, big.NewInt(unit))
	bound := new(big.Int).Mul(big.NewInt(r.Helpful), big.NewInt(unit))
	bound.Add(bound, big.NewInt(half)).Sub(bound, root).Mul(bound, big.NewInt(unit))
	total := new(big.Int).Mul(big.NewInt(n), big.NewInt(unit))
	return max(0, bound.Div(bound, total.Add(total, big.NewInt(whole))).Int64())
}

// ProductTally counts a product's published reviews by their stars, or some of them.
type ProductTally struct {
	Stars   [MostStars]int64 // how many have one star, two, …
	Changes int64            // how often one was given, changed, or shown or not
}

// Add returns the sum.
func (t ProductTally) Add(o ProductTally) ProductTally {
	for i := range t.Stars {
		t.Stars[i] += o.Stars[i]
	}
	t.Changes += o.Changes
	return t
}

// Count is how many reviews there are.
func (t ProductTally) Count() (n int64) {
	for _, k := range t.Stars {
		n += k
	}
	return n
}

// Mean is the mean in hundredths of a star, halves rounded up; 0 of none.
func (t ProductTally) Mean() int64 {
	return mean(t.sum(), t.Count())
}

// What a product counts as that nobody has reviewed, and as how many reviews that counts, for what products are sorted by: a
// single review of five stars does not come before a hundred of 4.8.
const (
	priorStars   = 350 // hundredths
	priorReviews = 10
)

// Rank is the mean with what a product counts as before there are reviews, in hundredths of a star; 0 of none.
func (t ProductTally) Rank() int64 {
	if t.Count() == 0 {
		return 0
	}
	return (100*t.sum() + priorStars*priorReviews) / (t.Count() + priorReviews)
}

func (t ProductTally) sum() (sum int64) {
	for i, k := range t.Stars {
		sum += int64(i+1) * k
	}
	return sum
}

// Delta is what the tally changes by when a review becomes another; either may be the zero Review.
func Delta(before, after Review) ProductTally {
	var d ProductTally
	if before.State == Published {
		d.Stars[before.Stars-1]--
	}
	if after.State == Published {
		d.Stars[after.Stars-1]++
	}
	if d != (ProductTally{}) {
		d.Changes = 1
	}
	return d
}

// ProductRated is the data of the event of that name: a product's published reviews have changed. Version is how often they
// have, so the highest stands.
type ProductRated struct {
	ProductID string  `json:"product_id"`
	Rating    int64   `json:"rating"` // the mean in hundredths of a star; 0 if none is left
	Rank      int64   `json:"rank"`   // what products are sorted by, in hundredths of a star; 0 if none is left
	Reviews   int64   `json:"reviews"`
	Stars     []int64 `json:"stars"` // how many have one star, two, …
	Version   int64   `json:"version"`
}

// Rated is what others are told of a tally.
func (t ProductTally) Rated(product string) ProductRated {
	return ProductRated{product, t.Mean(), t.Rank(), t.Count(), t.Stars[:], t.Changes}
}
