package reviewsapi

import (
	"context"
	"net/http"

	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
)

// Answers is the use case of sellers.
type Answers interface {
	Answer(ctx context.Context, productID, reviewID, sellerID, text string) error
}

// SellerRoutes lists the routes of the seller API; a may be nil where only their description is wanted.
func SellerRoutes(a Answers) []api.Route {
	h := answers{a}
	const path = "/seller/v1/products/{product_id}/reviews/{review_id}/answer"
	failures := []fault.Kind{fault.NotFound, fault.Conflict}
	return []api.Route{
		api.Handle(api.Route{ID: "answerReview", Method: http.MethodPut, Path: path, Context: "reviews", Access: api.Seller,
			Summary: "Answer a review of a product whose page is one's own, in place of the answer before", Success: http.StatusNoContent,
			Errors: failures}, h.put),
		api.Handle(api.Route{ID: "withdrawAnswer", Method: http.MethodDelete, Path: path, Context: "reviews", Access: api.Seller,
			Summary: "Take one's answer to a review back", Success: http.StatusNoContent, Errors: failures}, h.withdraw),
	}
}

type answers struct{ reviews Answers }

// AnsweredReview names a review.
type AnsweredReview struct {
	ReviewedProduct
	ReviewID string `path:"review_id" pattern:"^rev_[a-z2-7]{26}$" patternDescription:"a review id"`
}

type putAnswerInput struct {
	AnsweredReview
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"2000"`
	}
}

func (h answers) put(ctx context.Context, in *putAnswerInput) (*struct{}, error) {
	who, _ := auth.From(ctx)
	return nil, h.reviews.Answer(ctx, in.ProductID, in.ReviewID, who.SellerID, in.Body.Text)
}

func (h answers) withdraw(ctx context.Context, in *AnsweredReview) (*struct{}, error) {
	who, _ := auth.From(ctx)
	return nil, h.reviews.Answer(ctx, in.ProductID, in.ReviewID, who.SellerID, "")
}
