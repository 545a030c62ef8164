package reviews

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"time"

	"rialto/functions/internal/cas"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/orders"
)

// ReviewStore keeps reviews of products with their votes and tallies.
type ReviewStore interface {
	// Review returns a review, or ErrNoReview.
	Review(ctx context.Context, productID, reviewID string) (Review, error)
	// SaveReview writes a review over before, the zero Review for none, with its part of the tally; it fails with
	// ErrReviewChanged if another stands there.
	SaveReview(ctx context.Context, r, before Review) error
	// Unverified counts one more unverified review of a product that day, and returns how many there are.
	Unverified(ctx context.Context, productID, day string) (int64, error)
	// VotesOf lists a person's votes.
	VotesOf(ctx context.Context, voter string) ([]Vote, error)
	// Vote writes a person's vote and the review that has it counted; ErrReviewChanged if either stands otherwise.
	Vote(ctx context.Context, voter string, vote, before int64, r Review) error
	// VoteOf returns a person's vote: 1, -1, or 0 for none.
	VoteOf(ctx context.Context, reviewID, voter string) (int64, error)
	// Listed returns the published reviews of a product, or those of all that wait for an operator for "", by an order, and where
	// the next page begins.
	Listed(ctx context.Context, productID string, by Order, after string, limit int) ([]Review, string, error)
	ProductTally(ctx context.Context, productID string) (ProductTally, error)
	// ReviewsOf returns all reviews of a customer.
	ReviewsOf(ctx context.Context, customerID string) ([]Review, error)
}

// Order is how reviews are listed.
type Order string

// The orders.
const (
	Newest      Order = "newest"
	MostHelpful Order = "helpful"
)

// OrderReader reads an order, if there is one.
type OrderReader interface {
	Get(ctx context.Context, orderID string) (orders.Order, bool, error)
}

// Purchases knows which lines of an order were delivered.
type Purchases interface {
	DeliveredLines(ctx context.Context, orderID string) (lines []string, err error)
}

// Products are the use cases of reviews of products.
type Products struct {
	Store     ReviewStore
	Orders    OrderReader
	Purchases Purchases
	Pages     Pages // nil where no review is written or answered
	Now       func() time.Time
}

// burst is how many unverified reviews of a product are shown at once on a day; those after them wait for an operator.
const burst = 5

// burstReason is why they wait. A review that is withdrawn meanwhile keeps it, so that it waits again when it comes again.
const burstReason = "many unverified reviews on one day"

// Put says what a customer thinks of a product, or something else than before; orderID, if there is one, is the order that they
// bought it with, and replaces, unless nil, the version that the change is meant for. The same again changes nothing. Errors:
// invalid_review, product_not_found, order_not_found, not_bought, review_rejected, version_mismatch, review_changed.
func (s *Products) Put(ctx context.Context, want Review, orderID string, replaces *int64) (stands Review, created bool, err error) {
	want.Language = strings.ReplaceAll(want.Language, "_", "-") // as locales are written
	if err := want.Check(); err != nil {
		return Review{}, false, err
	}
	if want.Verified, err = s.bought(ctx, want, orderID); err != nil {
		return Review{}, false, err
	}
	want.ID = ReviewID(want.ProductID, want.CustomerID)
	reread := s.read(ctx, want.ProductID, want.ID)
	current, err := reread()
	if err != nil {
		return Review{}, false, err
	}
	waits, err := s.waits(ctx, want, current, replaces)
	if err != nil {
		return Review{}, false, err
	}
	_, err = cas.Update(current, ErrReviewChanged, func(current Review) (bool, error) {
		next := current.become(want, waits, s.Now().UTC())
		if created = current.State == "" || current.State == Withdrawn; current.says(next) && !created {
			stands = current
			return false, nil
		}
		if replaces != nil && *replaces != current.Version {
			return false, ErrReviewStale
		}
		if current.State == Rejected {
			return false, ErrRefused
		}
		stands = next
		return true, s.Store.SaveReview(ctx, next, current)
	}, reread)
	return stands, created && err == nil, err
}

// waits counts a review that a customer has not written that day yet, and tells whether it is to wait. What would not be written is not
// counted. Errors: product_not_found, version_mismatch.
func (s *Products) waits(ctx context.Context, want, current Review, replaces *int64) (bool, error) {
	if current.State != "" && current.State != Withdrawn {
		return false, nil
	}
	if replaces != nil && *replaces != current.Version {
		return false, ErrReviewStale
	}
	if current.State == "" {
		if _, err := s.Pages.Get(ctx, want.ProductID); err != nil {
			return false, err
		}
	}
	today := s.Now().UTC().Format(time.DateOnly)
	if want.Verified || current.Verified || current.UpdatedAt.UTC().Format(time.DateOnly) == today {
		return false, nil
	}
	n, err := s.Store.Unverified(ctx, want.ProductID, today)
	return n > burst, err
}

// become is a review that says what is wanted, and keeps what others made of it. One that was verified stays so.
func (r Review) become(want Review, waits bool, now time.Time) Review {
	want.Verified = want.Verified || r.Verified
	want.Images = r.Images
	want.Answer, want.AnsweredBy, want.AnsweredAt = r.Answer, r.AnsweredBy, r.AnsweredAt
	want.Helpful, want.Unhelpful, want.Version, want.CreatedAt, want.UpdatedAt = r.Helpful, r.Unhelpful, r.Version+1, r.CreatedAt, now
	if want.CreatedAt.IsZero() {
		want.CreatedAt = now
	}
	want.State = Published
	if (waits || r.State == Pending || r.Reason == burstReason) && !want.Verified {
		want.State, want.Reason = Pending, burstReason
	}
	return want
}

var errNotBought = fault.New(fault.Invalid, "not_bought", "nothing of that order that was delivered is this product").
	With(fault.Field{Pointer: "/order_id", Code: "not_bought", Message: "must be an order of yours with this product, delivered"})

// bought tells whether a delivered order of the customer's has the product.
func (s *Products) bought(ctx context.Context, r Review, orderID string) (bool, error) {
	if orderID == "" {
		return false, nil
	}
	o, found, err := s.Orders.Get(ctx, orderID)
	if err != nil {
		return false, err
	}
	if !found || o.CustomerID != r.CustomerID {
		return false, orders.ErrNotFound
	}
	delivered, err := s.Purchases.DeliveredLines(ctx, orderID)
	if err != nil {
		return false, err
	}
	of := func(l orders.Line) bool { return l.ProductID == r.ProductID && slices.Contains(delivered, l.Line) }
	if !slices.ContainsFunc(o.Lines, of) {
		return false, errNotBought
	}
	return true, nil
}

// read returns what reads a review again, the zero Review for none.
func (s *Products) read(ctx context.Context, productID, reviewID string) func() (Review, error) {
	return func() (Review, error) {
		r, err := s.Store.Review(ctx, productID, reviewID)
		if errors.Is(err, ErrNoReview) {
			return Review{}, nil
		}
		return r, err
	}
}

// Own returns a customer's review of a product. Errors: review_not_found.
func (s *Products) Own(ctx context.Context, productID, customerID string) (Review, error) {
	r, err := s.Store.Review(ctx, productID, ReviewID(productID, customerID))
	if err == nil && r.State == Withdrawn {
		return Review{}, ErrNoReview
	}
	return r, err
}

// Withdraw takes a customer's review of a product back. One that is not there is a success. Errors: review_changed.
func (s *Products) Withdraw(ctx context.Context, productID, customerID string) error {
	id := ReviewID(productID, customerID)
	return s.move(ctx, productID, id, func(r Review) (Review, error) {
		if r.State == "" || r.State == Rejected {
			return r, nil
		}
		if r.State == Published {
			r.Reason = ""
		}
		r.State, r.Title, r.Text, r.Author, r.Images = Withdrawn, "", "", "", nil
		r.unanswer()
		return r, nil
	})
}

// Moderation is an operator's word on a review, or on one of its images, which can only be taken down.
type Moderation struct {
	ProductID string `json:"product_id"`
	ReviewID  string `json:"review_id"`
	ImageID   string `json:"image_id,omitempty"`
	State     State  `json:"state"`  // PUBLISHED or REJECTED
	Reason    string `json:"reason"` // of what is rejected, which its author reads
}

// Operation is what an operator asks for: a word on a review, or, without a state, those that wait.
type Operation struct {
	Moderation
	After string `json:"after"`
}

// Waiting is what an operator is shown.
type Waiting struct {
	Reviews []Review `json:"reviews"`
	After   string   `json:"after,omitempty"` // where to go on
}

// Operate moderates a review, or lists those that wait for it.
func (s *Products) Operate(ctx context.Context, o Operation) (w Waiting, err error) {
	if o.State == "" {
		w.Reviews, w.After, err = s.Store.Listed(ctx, "", Newest, o.After, 100)
		return w, err
	}
	_, err = s.Moderate(ctx, o.Moderation)
	return w, err
}

// Moderate shows a review or takes it down, with its images, for good; or takes one of them down. The same again changes nothing.
// Errors: invalid_moderation, review_not_found, image_not_found, review_changed.
func (s *Products) Moderate(ctx context.Context, m Moderation) (Moderation, error) {
	if m.State != Published && m.State != Rejected || m.State == Rejected && m.Reason == "" || !ids.Valid(ids.Review, m.ReviewID) ||
		m.ProductID == "" || m.ImageID != "" && m.State != Rejected {
		return m, fault.New(fault.Invalid, "invalid_moderation",
			"name a product, a review, PUBLISHED or REJECTED, and why it is rejected; an image can be rejected alone")
	}
	return m, s.move(ctx, m.ProductID, m.ReviewID, func(r Review) (Review, error) {
		if r.State == "" || r.State == Withdrawn {
			return r, ErrNoReview
		}
		if m.ImageID != "" {
			return r.withoutImage(m.ImageID, m.Reason, s.Now().UTC())
		}
		if r.State, r.Reason = m.State, ""; m.State == Rejected { // why it is shown again is for the audit log alone
			r.Reason, r.Images = m.Reason, nil
		}
		return r, nil
	})
}

// Forget keeps of an erased customer's reviews their stars alone.
func (s *Products) Forget(ctx context.Context, customerID string) error {
	list, err := s.Store.ReviewsOf(ctx, customerID)
	if err != nil {
		return err
	}
	for _, r := range list {
		err = errors.Join(err, s.move(ctx, r.ProductID, r.ID, func(r Review) (Review, error) {
			r.Title, r.Text, r.Author, r.Reason, r.Images = "", "", "", "", nil
			r.unanswer() // it may tell what the review said
			return r, nil
		}))
	}
	return err
}

// Vote is whether a person found a review helpful.
type Vote struct {
	ReviewID string
	Helpful  bool
	At       time.Time
}

// VotesOf returns all votes of a person.
func (s *Products) VotesOf(ctx context.Context, customerID string) ([]Vote, error) {
	return s.Store.VotesOf(ctx, customerID)
}

// Of returns all reviews of a customer that stand.
func (s *Products) Of(ctx context.Context, customerID string) ([]Review, error) {
	list, err := s.Store.ReviewsOf(ctx, customerID)
	return slices.DeleteFunc(list, func(r Review) bool { return r.State == Withdrawn }), err
}

// move saves what a review becomes, if it becomes another.
func (s *Products) move(ctx context.Context, productID, reviewID string, to func(Review) (Review, error)) error {
	reread := s.read(ctx, productID, reviewID)
	current, err := reread()
	if err != nil {
		return err
	}
	_, err = cas.Update(current, ErrReviewChanged, func(current Review) (bool, error) {
		next, err := to(current)
		if err != nil || reflect.DeepEqual(next, current) {
			return false, err
		}
		next.Version, next.UpdatedAt = current.Version+1, s.Now().UTC()
		return true, s.Store.SaveReview(ctx, next, current)
	}, reread)
	return err
}

// Vote says whether a person finds a review helpful, or something else than before; the same again changes nothing. Errors:
// review_not_found, own_review, review_changed.
func (s *Products) Vote(ctx context.Context, productID, reviewID, voter string, helpful bool) (Review, error) {
	vote := int64(-1)
	if helpful {
		vote = 1
	}
	type state struct {
		review Review
		vote   int64
	}
	reread := func() (c state, err error) {
		if c.review, err = s.Store.Review(ctx, productID, reviewID); err != nil {
			return c, err
		}
		c.vote, err = s.Store.VoteOf(ctx, reviewID, voter)
		return c, err
	}
	current, err := reread()
	if err != nil {
		return Review{}, err
	}
	stands := current.review
	_, err = cas.Update(current, ErrReviewChanged, func(c state) (bool, error) {
		stands = c.review
		switch {
		case stands.State != Published:
			return false, ErrNoReview
		case stands.CustomerID == voter:
			return false, ErrOwnReview
		case c.vote == vote:
			return false, nil
		}
		stands.Helpful, stands.Unhelpful = stands.Helpful-max(0, c.vote)+max(0, vote), stands.Unhelpful+min(0, c.vote)-min(0, vote)
		stands.Version++
		return true, s.Store.Vote(ctx, voter, vote, c.vote, stands)
	}, reread)
	return stands, err
}

// Listed returns published reviews of a product, and where the next page begins.
func (s *Products) Listed(ctx context.Context, productID string, by Order, after string, limit int) ([]Review, string, error) {
	return s.Store.Listed(ctx, productID, by, after, limit)
}

// Tally counts a product's published reviews.
func (s *Products) Tally(ctx context.Context, productID string) (ProductTally, error) {
	return s.Store.ProductTally(ctx, productID)
}
