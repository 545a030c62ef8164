package reviewsapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/catalog/catalogapi"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
	"rialto/functions/reviews"
)

// Products are the use cases of reviews of products.
type Products interface {
	Put(ctx context.Context, want reviews.Review, orderID string, replaces *int64) (reviews.Review, bool, error)
	Own(ctx context.Context, productID, customerID string) (reviews.Review, error)
	Withdraw(ctx context.Context, productID, customerID string) error
	Vote(ctx context.Context, productID, reviewID, voter string, helpful bool) (reviews.Review, error)
	Listed(ctx context.Context, productID string, by reviews.Order, after string, limit int) ([]reviews.Review, string, error)
	Tally(ctx context.Context, productID string) (reviews.ProductTally, error)
}

// ProductRoutes lists the routes of reviews of products; p may be nil where only their description is wanted.
func ProductRoutes(p Products) []api.Route {
	h := products{p}
	const all, own = "/api/v1/products/{product_id}/reviews", "/api/v1/products/{product_id}/review"
	route := func(id, method, path, summary string, access api.Access, errors ...fault.Kind) api.Route {
		return api.Route{ID: id, Method: method, Path: path, Summary: summary, Context: "reviews", Access: access, Errors: errors}
	}
	put := route("putReview", http.MethodPut, own, "Review a product, or change one's review; the same again changes nothing", api.Customer,
		fault.NotFound, fault.Conflict, fault.Stale)
	put.Also = []int{http.StatusCreated}
	return []api.Route{
		api.Handle(route("listReviews", http.MethodGet, all, "What customers think of a product", api.Public), h.list),
		api.Handle(put, h.put),
		api.Handle(route("getReview", http.MethodGet, own, "One's own review of a product", api.Customer, fault.NotFound), h.get),
		api.Handle(route("deleteReview", http.MethodDelete, own, "Withdraw one's review of a product", api.Customer, fault.Conflict), h.withdraw),
		api.Handle(route("voteForReview", http.MethodPut, all+"/{review_id}/vote", "Say whether a review is helpful; a person's vote counts once",
			api.Customer, fault.NotFound, fault.Conflict), h.vote),
	}
}

type products struct{ reviews Products }

// ReviewedProduct names a product.
type ReviewedProduct struct {
	ProductID string `path:"product_id" pattern:"^prd_[a-z2-7]{26}$" patternDescription:"a product id"`
}

// Review is what a customer thinks of a product.
type Review struct {
	ReviewID  string    `json:"review_id"`
	Stars     int64     `json:"stars" minimum:"1" maximum:"5"`
	Title     string    `json:"title,omitempty"`
	Text      string    `json:"text,omitempty"`
	Author    string    `json:"author,omitempty" doc:"What the customer goes by; absent of who does not say"`
	Language  string    `json:"language,omitempty" doc:"Of the text, BCP 47"`
	Verified  bool      `json:"verified_purchase" doc:"A delivered order of theirs has the product"`
	Helpful   int64     `json:"helpful_votes"`
	Unhelpful int64     `json:"unhelpful_votes"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
	Answer    *Answer   `json:"answer,omitempty" doc:"Of the seller who owns the product's page"`
	Images    []Picture `json:"images"`
}

// Picture is an image as others see it, in all its sizes.
type Picture struct {
	ImageID string `json:"image_id"`
	Sizes   []Size `json:"sizes" doc:"The largest first"`
}

// Size is an image in one size, in pixels.
type Size struct {
	URL    string `json:"url"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

// Answer is what a seller says to a review.
type Answer struct {
	SellerID   string    `json:"seller_id"`
	Text       string    `json:"text"`
	AnsweredAt time.Time `json:"answered_at"`
}

// OwnReview is a customer's own.
type OwnReview struct {
	Review
	State     string                `json:"state" enum:"PUBLISHED,PENDING,REJECTED" doc:"PENDING until an operator has looked at it"`
	Reason    string                `json:"reason,omitempty" doc:"Why it is not shown"`
	Version   int64                 `json:"version"`
	OwnImages []catalogapi.OwnImage `json:"own_images" doc:"All that were announced, in that order, and what became of them"`
}

func reviewOf(r reviews.Review) Review {
	out := Review{r.ID, r.Stars, r.Title, r.Text, r.Author, r.Language, r.Verified, r.Helpful, r.Unhelpful, r.CreatedAt, r.UpdatedAt, nil,
		make([]Picture, 0, len(r.Images))}
	if r.Answer != "" {
		out.Answer = &Answer{r.AnsweredBy, r.Answer, r.AnsweredAt}
	}
	for _, i := range r.Shown() {
		p := Picture{ImageID: i.ID}
		for _, f := range catalog.ImageFiles(i.URL) {
			p.Sizes = append(p.Sizes, Size{f.URL, f.Width, f.Height})
		}
		out.Images = append(out.Images, p)
	}
	return out
}

// ReviewSummary is a product's reviews in numbers.
type ReviewSummary struct {
	Rating  int64   `json:"rating,omitempty" doc:"The mean in hundredths of a star; absent without reviews"`
	Reviews int64   `json:"reviews"`
	Stars   []int64 `json:"stars" doc:"How many have one star, two, …"`
}

type listReviewsInput struct {
	ReviewedProduct
	api.Page
	Sort string `query:"sort" enum:"newest,helpful" default:"helpful"`
}

type listReviewsOutput struct {
	Body struct {
		Summary    ReviewSummary `json:"summary"`
		Reviews    []Review      `json:"reviews"`
		NextCursor string        `json:"next_cursor,omitempty" doc:"Absent on the last page"`
	}
}

// position is where a page begins, in the order that it belongs to.
type position struct{ Sort, After string }

var errOtherOrder = fault.New(fault.Invalid, "invalid_cursor", "the cursor is of another order").
	With(fault.Field{Pointer: "query.cursor", Code: "not_allowed", Message: "must be the next_cursor of a page in this order"})

func (h products) list(ctx context.Context, in *listReviewsInput) (*listReviewsOutput, error) {
	var at position
	if err := api.DecodeCursor(in.Cursor, &at); err != nil {
		return nil, err
	}
	if at.After != "" && at.Sort != in.Sort {
		return nil, errOtherOrder
	}
	tally, err := h.reviews.Tally(ctx, in.ProductID)
	if err != nil {
		return nil, err
	}
	list, next, err := h.reviews.Listed(ctx, in.ProductID, reviews.Order(in.Sort), at.After, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &listReviewsOutput{}
	out.Body.Summary = ReviewSummary{tally.Mean(), tally.Count(), tally.Stars[:]}
	out.Body.Reviews = make([]Review, 0, len(list))
	for _, r := range list {
		out.Body.Reviews = append(out.Body.Reviews, reviewOf(r))
	}
	if next != "" {
		out.Body.NextCursor, err = api.EncodeCursor(position{in.Sort, next})
	}
	return out, err
}

type putReviewInput struct {
	ReviewedProduct
	api.IfMatch
	Body struct {
		Stars    int64  `json:"stars" minimum:"1" maximum:"5"`
		Title    string `json:"title,omitempty" maxLength:"120"`
		Text     string `json:"text,omitempty" maxLength:"5000"`
		Author   string `json:"author,omitempty" maxLength:"50" doc:"What to go by"`
		Language string `json:"language,omitempty" maxLength:"35" doc:"Of the text, BCP 47"`
		OrderID  string `json:"order_id,omitempty" maxLength:"64" doc:"The delivered order that the product was bought with: makes the review verified"`
	}
}

type ownReviewOutput struct {
	Status int
	api.ETag
	Body OwnReview
}

func ownReview(r reviews.Review) *ownReviewOutput {
	images := make([]catalogapi.OwnImage, 0, len(r.Images))
	for _, i := range r.Images {
		images = append(images, ownImage(i))
	}
	return &ownReviewOutput{Status: http.StatusOK, ETag: api.ETagOf(r.Version),
		Body: OwnReview{reviewOf(r), string(r.State), r.Reason, r.Version, images}}
}

func (h products) put(ctx context.Context, in *putReviewInput) (*ownReviewOutput, error) {
	who, _ := auth.From(ctx)
	replaces, err := in.Replaces()
	if err != nil {
		return nil, err
	}
	b := in.Body
	r, created, err := h.reviews.Put(ctx, reviews.Review{ProductID: in.ProductID, CustomerID: who.Subject, Stars: b.Stars, Title: b.Title, Text: b.Text,
		Author: b.Author, Language: b.Language}, b.OrderID, replaces)
	if err != nil {
		return nil, err
	}
	out := ownReview(r)
	if created {
		out.Status = http.StatusCreated
	}
	return out, nil
}

func (h products) get(ctx context.Context, in *ReviewedProduct) (*ownReviewOutput, error) {
	who, _ := auth.From(ctx)
	r, err := h.reviews.Own(ctx, in.ProductID, who.Subject)
	if err != nil {
		return nil, err
	}
	return ownReview(r), nil
}

func (h products) withdraw(ctx context.Context, in *ReviewedProduct) (*struct{}, error) {
	who, _ := auth.From(ctx)
	return nil, h.reviews.Withdraw(ctx, in.ProductID, who.Subject)
}

type voteInput struct {
	ReviewedProduct
	ReviewID string `path:"review_id" pattern:"^rev_[a-z2-7]{26}$" patternDescription:"a review id"`
	Body     struct {
		Helpful bool `json:"helpful"`
	}
}

type voteOutput struct{ Body Review }

func (h products) vote(ctx context.Context, in *voteInput) (*voteOutput, error) {
	who, _ := auth.From(ctx)
	r, err := h.reviews.Vote(ctx, in.ProductID, in.ReviewID, who.Subject, in.Body.Helpful)
	if err != nil {
		return nil, err
	}
	return &voteOutput{reviewOf(r)}, nil
}
