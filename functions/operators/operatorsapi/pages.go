package operatorsapi

import (
	"context"
	"net/http"

	"rialto/functions/internal/api"
	"rialto/functions/internal/fault"
)

// Pages takes products' pages down, and shows them again.
type Pages interface {
	TakeDown(ctx context.Context, product, reason string) error
	Restore(ctx context.Context, product string) error
}

// Images takes images off pages, and shows them again.
type Images interface {
	TakeDown(ctx context.Context, product, address, reason string) error
	Restore(ctx context.Context, product, address string) error
}

func pageRoutes(s Services) []api.Route {
	h := pageHandlers{s.Pages, s.Images}
	const one = "/ops/v1/products/{product_id}"
	change := []fault.Kind{fault.NotFound, fault.Conflict}
	return []api.Route{
		handle(s.Audit, api.Route{ID: "takePageDown", Method: http.MethodPost, Path: one + "/takedown",
			Summary: "Take a product's page down: nobody sees, finds, offers or buys it; its sellers can read why", Errors: change}, h.takeDown),
		handle(s.Audit, api.Route{ID: "restorePage", Method: http.MethodPost, Path: one + "/restore",
			Summary: "Show a page again that was taken down", Errors: change}, h.restore),
		handle(s.Audit, api.Route{ID: "takeImageDown", Method: http.MethodPost, Path: one + "/images/takedown",
			Summary: "Take an image off a page; its seller reads why, and may send another. Its files are kept unseen for 190 days",
			Errors:  change}, h.takeImageDown),
		handle(s.Audit, api.Route{ID: "restoreImage", Method: http.MethodPost, Path: one + "/images/restore",
			Summary: "Show an image again that was taken down", Errors: change}, h.restoreImage),
	}
}

type pageHandlers struct {
	pages  Pages
	images Images
}

type pageInput struct {
	ProductID string `path:"product_id" maxLength:"64"`
	Body      struct {
		Reason string `json:"reason" maxLength:"500" doc:"Why, for the audit log; of what is taken down its sellers read it, too"`
	}
}

func (in *pageInput) about() (subject, reason string) { return in.ProductID, in.Body.Reason }

func (h pageHandlers) takeDown(ctx context.Context, in *pageInput) (*struct{}, error) {
	return nil, h.pages.TakeDown(ctx, in.ProductID, in.Body.Reason)
}

func (h pageHandlers) restore(ctx context.Context, in *pageInput) (*struct{}, error) {
	return nil, h.pages.Restore(ctx, in.ProductID)
}

type imageInput struct {
	ProductID string `path:"product_id" maxLength:"64"`
	Body      struct {
		Image  string `json:"image" maxLength:"2048" doc:"Its address on the page"`
		Reason string `json:"reason" maxLength:"500" doc:"Why, for the audit log; of what is taken down its seller reads it, too"`
	}
}

func (in *imageInput) about() (subject, reason string) { return in.ProductID, in.Body.Reason }

func (h pageHandlers) takeImageDown(ctx context.Context, in *imageInput) (*struct{}, error) {
	return nil, h.images.TakeDown(ctx, in.ProductID, in.Body.Image, in.Body.Reason)
}

func (h pageHandlers) restoreImage(ctx context.Context, in *imageInput) (*struct{}, error) {
	return nil, h.images.Restore(ctx, in.ProductID, in.Body.Image)
}
