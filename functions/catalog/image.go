package catalog

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/files"
	"rialto/functions/internal/ids"
)

// What an image may be, and how many of a product one seller has at once.
const (
	MaxImageBytes  = 10 << 20
	LeastPixels    = 100 // a side
	MostPixels     = 10_000
	MostArea       = 40_000_000 // pixels: what decoding holds in memory, at up to 8 bytes each
	MaxOwnImages   = 12
	ImageUploadFor = time.Hour // how long the address of an upload works
)

// ImageState is what has become of an image.
type ImageState string

const (
	Awaiting ImageState = "AWAITING_UPLOAD" // its file has not come
	Expired  ImageState = "EXPIRED"         // its address worked until then; it is never stored
	Accepted ImageState = "ACCEPTED"        // its file is what was announced, and is shown
	Refused  ImageState = "REFUSED"         // Reason says why
	// TakenDown is of one that an operator took away; Reason says why.
	TakenDown ImageState = "TAKEN_DOWN" // its files are kept for as long as Withheld, and it can be restored
	removed   ImageState = "REMOVED"    // on its way out
)

// Image is an image that a seller gives of a product it lists. One that is accepted is part of what the seller says of
// the product, in the order in which they were announced; who sees it is ruled there (Contribution).
type Image struct {
	ID        string
	ProductID string
	SellerID  string
	files.Announced
	State         ImageState
	Reason        *Reason
	Width, Height int64  // of one that is accepted, as it is shown
	File          string // its key in the largest size, once it is accepted; a key never gets another file
	URL           string
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// Reason is why an image was refused.
type Reason struct {
	Code    string `json:"code" dynamodbav:"code"`
	Message string `json:"message" dynamodbav:"message"`
}

var (
	// ErrImageNotFound says that the seller has no such image of the product.
	ErrImageNotFound = fault.New(fault.NotFound, "image_not_found", "you have no such image of this product")
	// ErrTooManyImages refuses one more image.
	ErrTooManyImages = fault.New(fault.Conflict, "too_many_images", "you have %d images of this product, accepted or awaited; delete one first",
		MaxOwnImages)
	// ErrImageKeyReused refuses an idempotency key that announced another image.
	ErrImageKeyReused = fault.KeyReused
)

var digest = regexp.MustCompile(`^[0-9a-f]{64}$`)

// CheckImage returns invalid_image with what is wrong with an announcement, or nil.
func CheckImage(a files.Announced) error {
	var f flaws
	f.unless(imageTypes[a.Type] != "", "/content_type", "not_allowed", "must be one of: image/jpeg, image/png, image/webp")
	f.unless(a.Bytes >= 1 && a.Bytes <= MaxImageBytes, "/bytes", "out_of_range", "must be 1 to 10,485,760")
	f.unless(a.SHA256 == "" || digest.MatchString(a.SHA256), "/sha256", "bad_format", "must be 64 hexadecimal digits in lower case")
	if f == nil {
		return nil
	}
	return fault.New(fault.Invalid, "invalid_image", "the image has fields that are not accepted").With(f...)
}

// At is the state of an image at an instant.
func (i Image) At(now time.Time) ImageState {
	if i.State == Awaiting && now.Sub(i.CreatedAt) > ImageUploadFor+expiryGrace {
		return Expired
	}
	return i.State
}

// expiryGrace is how long the word of an upload may take that began in time.
const expiryGrace = 15 * time.Minute

func (i Image) uploadKey() string {
	return strings.Join([]string{"uploads", i.ProductID, i.SellerID, i.ID}, "/")
}

var uploadKey = regexp.MustCompile(`^uploads/(prd_[a-z2-7]{26})/(sel_[a-z2-7]{26})/(img_[a-z2-7]{26})$`)

// imageFolder is the folder of images that are shown, and is no part of their addresses.
const imageFolder = "images/"

// shownAs is what the files begin with that are shown of an image which came with an etag. It depends on both, so that an upload that is
// replaced while it is checked never changes what is shown.
func (i Image) shownAs(etag string) string {
	return imageFolder + i.ProductID + "/" + ids.Derive("", i.ID, etag)
}

// judge finds out whether an image is what was announced and within the limits. A fault says why it is not.
func judge(announced, mediaType string, width, height int64) error {
	switch {
	case mediaType != announced:
		return fault.New(fault.Invalid, "other_type", "the file is %s, and %s was announced", mediaType, announced)
	case min(width, height) < LeastPixels:
		return fault.New(fault.Invalid, "image_too_small", "the image is %d x %d pixels; each side must have at least %d", width, height, LeastPixels)
	case max(width, height) > MostPixels:
		return fault.New(fault.Invalid, "image_too_large", "the image is %d x %d pixels; each side must have at most 10,000", width, height)
	case width*height > MostArea:
		return fault.New(fault.Invalid, "image_too_large", "the image is %d x %d pixels; together they may be 40 million", width, height)
	}
	return nil
}

// room returns which images to forget when one more comes: of those that are over, all but the newest, and those that can be restored.
// Errors: too_many_images.
func room(list []Image, now time.Time) (forget []Image, err error) {
	live, over := 0, 0
	for _, i := range slices.Backward(list) {
		switch i.At(now) {
		case Awaiting, Accepted:
			live++
		case TakenDown:
			if now.Sub(i.UpdatedAt) > Withheld {
				forget = append(forget, i)
			}
		default:
			if over++; over >= MaxOwnImages {
				forget = append(forget, i)
			}
		}
	}
	if live >= MaxOwnImages {
		return nil, ErrTooManyImages
	}
	return forget, nil
}

// imageTypes are the media types of images, each with the ending of its files.
var imageTypes = map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}
