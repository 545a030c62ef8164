package reviews

import (
	"slices"
	"strings"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/files"
)

// MaxImages is how many images a review has at once, accepted or awaited.
const MaxImages = 5

// Image is an image of a review. What it may be is what images of products may be.
type Image struct {
	ID        string             `dynamodbav:"image_id"`
	Type      string             `dynamodbav:"type"`
	Bytes     int64              `dynamodbav:"bytes"`
	SHA256    string             `dynamodbav:"sha256,omitempty"`
	State     catalog.ImageState `dynamodbav:"state"`
	Reason    *catalog.Reason    `dynamodbav:"reason,omitempty"` // why it was refused or taken down
	Width     int64              `dynamodbav:"width,omitempty"`  // as it is shown, once it is accepted
	Height    int64              `dynamodbav:"height,omitempty"`
	URL       string             `dynamodbav:"url,omitempty"` // in the largest size
	CreatedAt time.Time          `dynamodbav:"created_at"`
	UpdatedAt time.Time          `dynamodbav:"updated_at"`
}

// ErrTooManyImages refuses one more image.
var ErrTooManyImages = fault.New(fault.Conflict, "too_many_images", "your review has %d images, accepted or awaited; delete one first", MaxImages)

func (i Image) announced() files.Announced {
	return files.Announced{Bytes: i.Bytes, SHA256: i.SHA256, Type: i.Type}
}

// At is the state of an image at an instant.
func (i Image) At(now time.Time) catalog.ImageState {
	return catalog.Image{State: i.State, CreatedAt: i.CreatedAt}.At(now)
}

// Shown are the images that others see.
func (r Review) Shown() []Image {
	return slices.DeleteFunc(slices.Clone(r.Images), func(i Image) bool { return i.State != catalog.Accepted })
}

func (r Review) image(id string) (Image, bool) {
	at := slices.IndexFunc(r.Images, func(i Image) bool { return i.ID == id })
	if at < 0 {
		return Image{}, false
	}
	return r.Images[at], true
}

// withImage is a review with an image in place of the one of its id, or behind the others. Of those that are over, the newest are
// kept, so that who sent them reads why.
func (r Review) withImage(i Image, now time.Time) (Review, error) {
	list := slices.Clone(r.Images)
	if at := slices.IndexFunc(list, func(x Image) bool { return x.ID == i.ID }); at >= 0 {
		list[at] = i
		r.Images = list
		return r, nil
	}
	live, over := 0, 0
	list = append(list, i)
	slices.Reverse(list)
	list = slices.DeleteFunc(list, func(x Image) bool {
		if s := x.At(now); s == catalog.Awaiting || s == catalog.Accepted {
			live++
			return false
		}
		over++
		return over > MaxImages
	})
	slices.Reverse(list)
	if live > MaxImages {
		return r, ErrTooManyImages
	}
	r.Images = list
	return r, nil
}

// withoutImage is a review of which an image was taken down.
func (r Review) withoutImage(id, reason string, now time.Time) (Review, error) {
	i, there := r.image(id)
	switch {
	case !there:
		return r, errNoImage
	case i.State == catalog.TakenDown:
		return r, nil
	}
	i.State, i.Reason, i.URL, i.UpdatedAt = catalog.TakenDown, &catalog.Reason{Code: "taken_down", Message: reason}, "", now
	return r.withImage(i, now)
}

// Gone are the images whose files are to be deleted when a review becomes another: those that it had, and has no more.
func Gone(before, after Review) (ids []string) {
	for _, i := range before.Images {
		if now, there := after.image(i.ID); !there || now.State == catalog.TakenDown && i.State != catalog.TakenDown {
			ids = append(ids, i.ID)
		}
	}
	return ids
}

// The folders of the bucket, of which the second is shown and is no part of addresses.
const (
	uploadFolder = "uploads/"
	imageFolder  = "images/"
)

// fileOf is the name of an image, which a review has, in a folder.
func fileOf(folder, productID, reviewID, imageID string) string {
	return folder + strings.Join([]string{productID, reviewID, imageID}, "/")
}
