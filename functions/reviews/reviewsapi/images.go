package reviewsapi

import (
	"context"
	"net/http"

	"rialto/functions/catalog/catalogapi"
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

func ownImage(i reviews.Image) catalogapi.OwnImage {
	return catalogapi.OwnImage{ImageID: i.ID, State: string(i.State), Reason: i.Reason, ContentType: i.Type, Bytes: i.Bytes, Width: i.Width,
		Height: i.Height, URL: i.URL, CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt}
}

type addImageInput struct {
	ReviewedProduct
	api.IdempotencyKey
	Body struct{ catalogapi.ImageFile }
}

func (h images) add(ctx context.Context, in *addImageInput) (*catalogapi.AddImageOutput, error) {
	who, _ := auth.From(ctx)
	i, err := h.images.Announce(ctx, in.ProductID, who.Subject, in.Key, in.Body.Announced())
	if err != nil {
		return nil, err
	}
	return catalogapi.AddedImage(ownImage(i.Image), i.Upload, i.Replayed), nil
}

type deleteImageInput struct {
	ReviewedProduct
	catalogapi.ImageInput
}

func (h images) remove(ctx context.Context, in *deleteImageInput) (*struct{}, error) {
	who, _ := auth.From(ctx)
	return nil, h.images.Remove(ctx, in.ProductID, who.Subject, in.ImageID)
}
