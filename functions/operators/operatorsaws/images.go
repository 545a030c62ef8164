package operatorsaws

import (
	"context"
	"errors"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/invoke"
)

// Images takes images down, and restores them, by way of a function of the catalog, which alone may move their files.
type Images struct {
	Lambda   invoke.Client
	Function string // its name
}

// takedown is what the function takes: catalog.Takedown.
type takedown struct {
	ProductID string `json:"product_id"`
	Image     string `json:"image"`
	Reason    string `json:"reason,omitempty"`
	Restore   bool   `json:"restore,omitempty"`
}

var errImages = fault.New(fault.Unavailable, "image_unknown", "nobody knows yet whether that was done; send the same request again")

// imageRefusals are the codes by which the catalog refuses.
var imageRefusals = map[string]*fault.Error{
	"product_not_found": fault.New(fault.NotFound, "product_not_found", "there is no such product"),
	"image_not_found":   fault.New(fault.NotFound, "image_not_found", "the page has no image of that address"),
	"image_gone":        fault.New(fault.Conflict, "image_gone", "the image was taken down too long ago, and its files are gone"),
	"too_many_images":   fault.New(fault.Conflict, "too_many_images", "its seller has sent as many images of this product as may be meanwhile"),
	"invalid_reason":    fault.New(fault.Invalid, "invalid_reason", "the reason must have 1 to 500 readable characters"),
}

// TakeDown takes an image off a page. Errors: product_not_found, image_not_found, invalid_reason.
func (w Images) TakeDown(ctx context.Context, product, address, reason string) error {
	return w.moderate(ctx, takedown{ProductID: product, Image: address, Reason: reason})
}

// Restore shows an image again. Errors: product_not_found, image_not_found, image_gone, too_many_images.
func (w Images) Restore(ctx context.Context, product, address string) error {
	return w.moderate(ctx, takedown{ProductID: product, Image: address, Restore: true})
}

func (w Images) moderate(ctx context.Context, t takedown) error {
	err := invoke.Function(ctx, w.Lambda, w.Function, t, nil)
	if failed := new(invoke.Failure); errors.As(err, &failed) && imageRefusals[failed.Type] != nil {
		return imageRefusals[failed.Type]
	}
	if err != nil {
		return errImages.Because(err)
	}
	return nil
}
