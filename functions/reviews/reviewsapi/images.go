package reviewsapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/files"
	"rialto/functions/reviews"
)

// Images are the use cases of images of reviews.
type Images interface {
	Announce(ctx context.Context, productID, customerID, key string, a files.Announced) (reviews.AnnouncedImage, error)
	Remove(ctx context.Context, productID, customerID, imageID string) error
}

// ImageRoutes lists the routes of images of reviews; i may be nil where only their description is wanted.
func ImageRoutes(i Images) []api.Route {
	h := images{i}
	const all = "/api/v1/products/{product_id}/review/images"
	return []api.Route{
		api.Handle(api.Route{ID: "addReviewImage", Method: http.MethodPost, Path: all,
			Summary: "Get an address to upload an image of one's review to; a review has five at most", Context: "reviews", Access: api.Customer,
			Spends: true, Success: http.StatusCreated, Errors: []fault.Kind{fault.NotFound, fault.Conflict}}, h.add),
		api.Handle(api.Route{ID: "deleteReviewImage", Method: http.MethodDelete, Path: all + "/{image_id}",
			Summary: "Take an image off one's review", Context: "reviews", Access: api.Customer,
			Errors: []fault.Kind{fault.NotFound, fault.Conflict}}, h.remove),
	}
}

type images struct{ images Images }

// OwnImage is an image of a customer's review.
type OwnImage struct {
	ImageID     string          `json:"image_id"`
	State       string          `json:"state" enum:"AWAITING_UPLOAD,EXPIRED,ACCEPTED,REFUSED,TAKEN_DOWN"`
	Reason      *catalog.Reason `json:"reason,omitempty" doc:"Why it was refused or taken down"`
	ContentType string          `json:"content_type"`
	Bytes       int64           `json:"bytes"`
	Width       int64           `json:"width,omitempty"`
	Height      int64           `json:"height,omitempty"`
	URL         string          `json:"url,omitempty" doc:"Where anybody sees it, once it is accepted"`
	CreatedAt   time.Time       `json:"created_at"`
	UpdatedAt   time.Time       `json:"updated_at"`
}

func ownImage(i reviews.Image) OwnImage {
	return OwnImage{i.ID, string(i.State), i.Reason, i.Type, i.Bytes, i.Width, i.Height, i.URL, i.CreatedAt, i.UpdatedAt}
}

type addImageInput struct {
	ReviewedProduct
	api.IdempotencyKey
	Body struct {
		ContentType string `json:"content_type" enum:"image/jpeg,image/png,image/webp"`
		Bytes       int64  `json:"bytes" minimum:"1" maximum:"10485760" doc:"The exact size of the file"`
		SHA256      string `json:"sha256,omitempty" pattern:"^[0-9a-f]{64}$" patternDescription:"64 hexadecimal digits" doc:"Other bytes are refused"`
	}
}

type addImageOutput struct {
	api.Replayed
	Body struct {
		Image  OwnImage       `json:"image"`
		Upload *files.Address `json:"upload,omitempty" doc:"Absent once the file has come"`
	}
}

func (h images) add(ctx context.Context, in *addImageInput) (*addImageOutput, error) {
	who, _ := auth.From(ctx)
	i, err := h.images.Announce(ctx, in.ProductID, who.Subject, in.Key,
		files.Announced{Bytes: in.Body.Bytes, SHA256: in.Body.SHA256, Type: in.Body.ContentType})
	if err != nil {
		return nil, err
	}
	out := &addImageOutput{Replayed: api.Replay(i.Replayed)}
	out.Body.Image = ownImage(i.Image)
	if i.Upload.URL != "" {
		out.Body.Upload = &i.Upload
	}
	return out, nil
}

type deleteImageInput struct {
	ReviewedProduct
	ImageID string `path:"image_id" pattern:"^img_[a-z2-7]{26}$" patternDescription:"an image id"`
}

func (h images) remove(ctx context.Context, in *deleteImageInput) (*struct{}, error) {
	who, _ := auth.From(ctx)
	return nil, h.images.Remove(ctx, in.ProductID, who.Subject, in.ImageID)
}
