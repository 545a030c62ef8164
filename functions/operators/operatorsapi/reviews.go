package operatorsapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/fault"
	"rialto/functions/reviews"
)

// Reviews is what operators say of reviews of products.
type Reviews interface {
	Operate(ctx context.Context, o reviews.Operation) (reviews.Waiting, error)
	Moderate(ctx context.Context, m reviews.Moderation) (reviews.Moderation, error)
}

func reviewRoutes(s Services) []api.Route {
	h := reviewHandlers{s.Reviews}
	const one = "/ops/v1/products/{product_id}/reviews/{review_id}"
	change := []fault.Kind{fault.NotFound, fault.Conflict}
	return []api.Route{
		handle(s.Audit, api.Route{ID: "listWaitingReviews", Method: http.MethodGet, Path: "/ops/v1/reviews",
			Summary: "Reviews that are shown only after an operator has looked at them"}, h.list),
		handle(s.Audit, api.Route{ID: "takeReviewDown", Method: http.MethodPost, Path: one + "/takedown",
			Summary: "Take a review down; it counts no more", Errors: change}, h.word(reviews.Rejected)),
		handle(s.Audit, api.Route{ID: "restoreReview", Method: http.MethodPost, Path: one + "/restore",
			Summary: "Show a review that waits, or that was taken down", Errors: change}, h.word(reviews.Published)),
		handle(s.Audit, api.Route{ID: "takeReviewImageDown", Method: http.MethodPost, Path: one + "/images/{image_id}/takedown",
			Summary: "Take an image of a review down; the review stays", Errors: change}, h.imageDown),
	}
}

type reviewHandlers struct{ reviews Reviews }

type reviewsInput struct {
	Why
	Cursor string `query:"cursor" maxLength:"512" doc:"Where to go on: next_cursor of the page before"`
}

func (in *reviewsInput) about() (subject, reason string) { return "", in.Reason }

type reviewsOutput struct {
	Body struct {
		Reviews    []review `json:"reviews"`
		NextCursor string   `json:"next_cursor,omitempty" doc:"Absent on the last page"`
	}
}

type review struct {
	ProductID string    `json:"product_id"`
	ReviewID  string    `json:"review_id"`
	Stars     int64     `json:"stars"`
	Title     string    `json:"title,omitempty"`
	Text      string    `json:"text,omitempty"`
	Author    string    `json:"author,omitempty"`
	Verified  bool      `json:"verified"`
	Reason    string    `json:"reason,omitempty" doc:"Why it waits"`
	Images    []image   `json:"images,omitempty"`
	CreatedAt time.Time `json:"created_at"`
}

type image struct {
	ImageID string `json:"image_id"`
	URL     string `json:"url"`
}

func (h reviewHandlers) list(ctx context.Context, in *reviewsInput) (*reviewsOutput, error) {
	out := &reviewsOutput{}
	var err error
	out.Body.Reviews, out.Body.NextCursor, err = api.ReadPage(in.Cursor, func(after string) ([]reviews.Review, string, error) {
		w, err := h.reviews.Operate(ctx, reviews.Operation{After: after})
		return w.Reviews, w.After, err
	}, func(r reviews.Review) review {
		out := review{r.ProductID, r.ID, r.Stars, r.Title, r.Text, r.Author, r.Verified, r.Reason, nil, r.CreatedAt}
		for _, i := range r.Shown() {
			out.Images = append(out.Images, image{i.ID, i.URL})
		}
		return out
	})
	return out, err
}

type moderateInput struct {
	ProductID string `path:"product_id" maxLength:"64"`
	ReviewID  string `path:"review_id" maxLength:"64"`
	Body      struct {
		Reason string `json:"reason" maxLength:"500" doc:"Why, for the audit log; of what is taken down its author reads it, too"`
	}
}

func (in *moderateInput) about() (subject, reason string) { return in.ReviewID, in.Body.Reason }

type moderateImageInput struct {
	ProductID string `path:"product_id" maxLength:"64"`
	ReviewID  string `path:"review_id" maxLength:"64"`
	ImageID   string `path:"image_id" maxLength:"64"`
	Body      struct {
		Reason string `json:"reason" maxLength:"500" doc:"Why, for the audit log and for who sent it"`
	}
}

func (in *moderateImageInput) about() (subject, reason string) { return in.ImageID, in.Body.Reason }

func (h reviewHandlers) imageDown(ctx context.Context, in *moderateImageInput) (*struct{}, error) {
	_, err := h.reviews.Moderate(ctx, reviews.Moderation{ProductID: in.ProductID, ReviewID: in.ReviewID, ImageID: in.ImageID,
		State: reviews.Rejected, Reason: in.Body.Reason})
	return nil, err
}

// word is the handler that gives reviews a state.
func (h reviewHandlers) word(state reviews.State) func(context.Context, *moderateInput) (*struct{}, error) {
	return func(ctx context.Context, in *moderateInput) (*struct{}, error) {
		_, err := h.reviews.Moderate(ctx, reviews.Moderation{ProductID: in.ProductID, ReviewID: in.ReviewID, State: state, Reason: in.Body.Reason})
		return nil, err
	}
}
