package reviews

import (
	"context"
	"fmt"
	"unicode/utf8"

	"rialto/functions/catalog"
	"rialto/functions/internal/display"
	"rialto/functions/internal/fault"
)

// MaxAnswer is the most characters of a seller's answer to a review.
const MaxAnswer = 2_000

// ErrNotYourPage refuses an answer of a seller who does not own the product's page.
var ErrNotYourPage = fault.New(fault.Forbidden, "not_your_page", "only the seller who owns the product's page answers its reviews")

// Pages knows who owns a product's page.
type Pages interface {
	Get(ctx context.Context, productID string) (catalog.Product, error)
}

// Answer says what the owner of a product's page has to say to a published review, in place of what was said before; "" takes that
// back. It is shown with the review, stays when the customer changes that, and goes when it goes. Errors: invalid_answer,
// product_not_found, not_your_page, review_not_found, review_changed.
func (s *Products) Answer(ctx context.Context, productID, reviewID, sellerID, text string) error {
	code, message := display.Flaw(text)
	switch {
	case utf8.RuneCountInString(text) > MaxAnswer:
		code, message = "too_long", fmt.Sprintf("must have at most %d characters", MaxAnswer)
	case code == "" && text != "" && display.Blank(text):
		code, message = display.Hidden, "must have characters that show"
	}
	if code != "" {
		return fault.New(fault.Invalid, "invalid_answer", "the answer is not accepted").With(fault.Field{Pointer: "/text", Code: code, Message: message})
	}
	page, err := s.Pages.Get(ctx, productID)
	if err != nil {
		return err
	}
	if page.OwnerID != sellerID {
		return ErrNotYourPage
	}
	return s.move(ctx, productID, reviewID, func(r Review) (Review, error) {
		if r.State != Published {
			return r, ErrNoReview
		}
		if r.Answer == text {
			return r, nil
		}
		r.Answer, r.AnsweredBy, r.AnsweredAt = text, sellerID, s.Now().UTC()
		if text == "" {
			r.unanswer()
		}
		return r, nil
	})
}

func (r *Review) unanswer() {
	var none Review
	r.Answer, r.AnsweredBy, r.AnsweredAt = none.Answer, none.AnsweredBy, none.AnsweredAt
}
