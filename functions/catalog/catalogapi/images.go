package catalogapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/files"
)

// OwnImages are the use cases of sellers' images.
type OwnImages interface {
	Announce(ctx context.Context, product, seller, key string, a files.Announced) (catalog.AnnouncedImage, error)
	OwnImages(ctx context.Context, product, seller string) ([]catalog.Image, error)
	Remove(ctx context.Context, product, seller, id string) error
}

// ImageRoutes lists the routes of the seller API that are about images; o may be nil where only their description is
// wanted.
func ImageRoutes(o OwnImages) []api.Route {
	h := images{o}
	const all, one = "/seller/v1/products/{product_id}/images", "/seller/v1/products/{product_id}/images/{image_id}"
	return []api.Route{
		api.Handle(api.Route{ID: "addImage", Method: http.MethodPost, Path: all,
			Summary: "Get an address to upload an image of a product to that one lists", Context: "catalog", Access: api.Seller,
			Spends: true, Success: http.StatusCreated, Errors: []fault.Kind{fault.NotFound, fault.Conflict}}, h.add),
		api.Handle(api.Route{ID: "listImages", Method: http.MethodGet, Path: all, Summary: "One's own images of a product, and why some were refused",
			Context: "catalog", Access: api.Seller,
			Errors: []fault.Kind{fault.NotFound}}, h.list),
		api.Handle(api.Route{ID: "deleteImage", Method: http.MethodDelete, Path: one, Summary: "Take an image away", Context: "catalog", Access: api.Seller,
			Errors: []fault.Kind{fault.NotFound, fault.Conflict}}, h.remove),
	}
}

type images struct{ images OwnImages }

// OwnImage is an image as who gives it sees it: a seller one of a product, a customer one of a review.
type OwnImage struct {
	ImageID     string          `json:"image_id"`
	State       string          `json:"state" enum:"AWAITING_UPLOAD,EXPIRED,ACCEPTED,REFUSED,TAKEN_DOWN"`
	Reason      *catalog.Reason `json:"reason,omitempty" doc:"Why it was refused, or taken down"`
	ContentType string          `json:"content_type"`
	Bytes       int64           `json:"bytes"`
	Width       int64           `json:"width,omitempty"`
	Height      int64           `json:"height,omitempty"`
	URL         string          `json:"url,omitempty" doc:"Where anybody sees it, once it is accepted"`
	CreatedAt   time.Time       `json:"created_at"`
	UpdatedAt   time.Time       `json:"updated_at"`
}

func ownImage(i catalog.Image) OwnImage {
	return OwnImage{i.ID, string(i.State), i.Reason, i.Type, i.Bytes, i.Width, i.Height, i.URL, i.CreatedAt, i.UpdatedAt}
}

// ImageFile is what is said of an image before it comes.
type ImageFile struct {
	ContentType string `json:"content_type" enum:"image/jpeg,image/png,image/webp"`
	Bytes       int64  `json:"bytes" minimum:"1" maximum:"10485760" doc:"The exact size of the file"`
	SHA256      string `json:"sha256,omitempty" pattern:"^[0-9a-f]{64}$" patternDescription:"64 hexadecimal digits" doc:"Other bytes are refused"`
}

// Announced is the file that is said to come.
func (f ImageFile) Announced() files.Announced {
	return files.Announced{Bytes: f.Bytes, SHA256: f.SHA256, Type: f.ContentType}
}

type addImageInput struct {
	OwnProductInput
	api.IdempotencyKey
	Body struct{ ImageFile }
}

// AddImageOutput answers who announced an image.
type AddImageOutput struct {
	api.Replayed
	Body struct {
		Image  OwnImage       `json:"image"`
		Upload *files.Address `json:"upload,omitempty" doc:"Absent once the file has come"`
	}
}

// AddedImage is the answer of an image, with the address that its file goes to, the zero one for none.
func AddedImage(i OwnImage, upload files.Address, replayed bool) *AddImageOutput {
	out := &AddImageOutput{Replayed: api.Replay(replayed)}
	out.Body.Image = i
	if upload.URL != "" {
		out.Body.Upload = &upload
	}
	return out
}

func (h images) add(ctx context.Context, in *addImageInput) (*AddImageOutput, error) {
	who, _ := auth.From(ctx)
	i, err := h.images.Announce(ctx, in.ProductID, who.SellerID, in.Key, in.Body.Announced())
	if err != nil {
		return nil, err
	}
	return AddedImage(ownImage(i.Image), i.Upload, i.Replayed), nil
}

type listImagesOutput struct {
	Body struct {
		Images []OwnImage `json:"images" doc:"In the order in which the page shows those that are accepted"`
	}
}

func (h images) list(ctx context.Context, in *OwnProductInput) (*listImagesOutput, error) {
	who, _ := auth.From(ctx)
	list, err := h.images.OwnImages(ctx, in.ProductID, who.SellerID)
	if err != nil {
		return nil, err
	}
	out := &listImagesOutput{}
	out.Body.Images = make([]OwnImage, 0, len(list))
	for _, i := range list {
		out.Body.Images = append(out.Body.Images, ownImage(i))
	}
	return out, nil
}

// ImageInput names an image.
type ImageInput struct {
	ImageID string `path:"image_id" pattern:"^img_[a-z2-7]{26}$" patternDescription:"an image id"`
}

type deleteImageInput struct {
	OwnProductInput
	ImageInput
}

func (h images) remove(ctx context.Context, in *deleteImageInput) (*struct{}, error) {
	who, _ := auth.From(ctx)
	return nil, h.images.Remove(ctx, in.ProductID, who.SellerID, in.ImageID)
}
