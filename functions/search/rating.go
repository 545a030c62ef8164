package search

import (
	"context"

	"rialto/functions/internal/eventdata"
	"rialto/functions/internal/fault"
)

// ProductRating is what customers think of a product, as ProductRated tells it.
type ProductRating struct {
	ProductID string `json:"product_id" dynamodbav:"product_id"`
	Mean      int64  `json:"rating" dynamodbav:"rating"` // hundredths of a star; 0 without reviews
	Rank      int64  `json:"rank" dynamodbav:"rank"`     // what products are sorted by, in hundredths of a star
	Reviews   int64  `json:"reviews" dynamodbav:"reviews"`
	Version   int64  `json:"version" dynamodbav:"version"`
}

// Ratings keeps what events tell of products' ratings, of each product the one of the highest version.
type Ratings interface {
	SaveRating(ctx context.Context, r ProductRating) error
	// Ratings returns those there are, by product, read consistently.
	Ratings(ctx context.Context, products ...string) (map[string]ProductRating, error)
}

// rated is a document with what customers think of its product.
func (d Document) rated(r ProductRating) Document {
	if !d.Deleted {
		d.Rating, d.RatingRank, d.ReviewCount = r.Mean, r.Rank, r.Reviews
	}
	return d
}

// RatingOf reads the data of ProductRated. Errors: malformed_event.
func RatingOf(data []byte) (r ProductRating, err error) {
	if err := eventdata.Decode(productRated, data, &r); err != nil {
		return r, err
	}
	if r.ProductID == "" || r.Version < 1 {
		return r, fault.New(fault.Malformed, "malformed_event", "the event names no product or no version")
	}
	return r, nil
}

const productRated = "ProductRated"
