package catalog

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"rialto/functions/internal/cas"
	"rialto/functions/internal/files"
	"rialto/functions/internal/ids"
)

// Files are the images themselves.
type Files interface {
	Upload(ctx context.Context, key string, what files.Announced, until time.Duration) (files.Address, error)
	// Open fails with files.ErrChanged if the file is not that of the etag.
	Open(ctx context.Context, key, etag string, from int64) (io.ReadCloser, error)
	// Stream reads a file from a position; it fails with files.ErrMissing if there is none.
	Stream(ctx context.Context, key string, from int64) (io.ReadCloser, error)
	Put(ctx context.Context, key, mediaType, cached string, file []byte) error
	Delete(ctx context.Context, key string) error
}

// ImageService is what sellers do with their images of products.
type ImageService struct {
	Listings *ListingService
	Images   Images
	Files    Files
	ImageCheck
	URL string // of the folder of images, without a slash at its end
}

// AnnouncedImage is an image with where its file goes, as long as it waits for one.
type AnnouncedImage struct {
	Image
	Upload   files.Address
	Replayed bool
}

// Announce makes room for an image of a product that the seller lists. The same key again returns the same image,
// with a new address while it waits. Errors: invalid_image, product_not_listed, too_many_images,
// idempotency_key_reused, product_changed if others keep announcing.
func (s *ImageService) Announce(ctx context.Context, product, seller, key string, a files.Announced) (AnnouncedImage, error) {
	if err := CheckImage(a); err != nil {
		return AnnouncedImage{}, err
	}
	if _, err := s.Listings.Contributions.Contribution(ctx, product, seller); err != nil {
		return AnnouncedImage{}, err
	}
	out := AnnouncedImage{Image: Image{ID: ids.Derive(ids.Image, seller, product, key), ProductID: product, SellerID: seller, Announced: a,
		State: Awaiting, CreatedAt: s.Listings.Now().UTC()}}
	var err error
	if out.Image, out.Replayed, err = s.add(ctx, out.Image); err == nil && out.At(s.Listings.Now()) == Awaiting {
		out.Upload, err = s.Files.Upload(ctx, out.uploadKey(), a, ImageUploadFor)
	}
	return out, err
}

// add keeps an image unless there is one of its id, and returns the one that stands.
func (s *ImageService) add(ctx context.Context, i Image) (stands Image, there bool, err error) {
	type state struct {
		list []Image
		n    int64
	}
	read := func() (now state, err error) {
		now.list, now.n, err = s.Images.Images(ctx, i.ProductID, i.SellerID)
		return now, err
	}
	now, err := read()
	if err != nil {
		return i, false, err
	}
	i.UpdatedAt = s.Listings.Now().UTC()
	stands = i
	_, err = cas.Update(now, ErrChanged, func(now state) (bool, error) {
		if n := slices.IndexFunc(now.list, func(x Image) bool { return x.ID == i.ID }); n >= 0 {
			if now.list[n].Announced != i.Announced {
				return false, ErrImageKeyReused
			}
			stands, there = now.list[n], true
			return false, nil
		}
		forget, err := room(now.list, i.UpdatedAt)
		if err != nil {
			return false, err
		}
		return true, s.Images.Announce(ctx, i, now.n, forget)
	}, read)
	return stands, there, err
}

// OwnImages lists a seller's images of a product it lists. Errors: product_not_listed.
func (s *ImageService) OwnImages(ctx context.Context, product, seller string) ([]Image, error) {
	if _, err := s.Listings.Contributions.Contribution(ctx, product, seller); err != nil {
		return nil, err
	}
	list, _, err := s.Images.Images(ctx, product, seller)
	list = slices.DeleteFunc(list, func(i Image) bool { return i.State == removed })
	for n := range list {
		list[n].State = list[n].At(s.Listings.Now())
	}
	return list, err
}

// Arrived checks a file that came, and shows it if it is what was announced. Word that comes again changes nothing;
// neither does a file that comes after another was judged.
func (s *ImageService) Arrived(ctx context.Context, key, etag string, bytes int64) error {
	m := uploadKey.FindStringSubmatch(key)
	if m == nil {
		slog.WarnContext(ctx, "a file of no image", "key", key)
		return nil
	}
	product, seller, id := m[1], m[2], m[3]
	i, err := s.Images.Image(ctx, product, seller, id)
	if errors.Is(err, ErrImageNotFound) {
		return nil // it was deleted, and the file goes with its folder's lifecycle
	}
	if err != nil {
		return err
	}
	if i.State == Awaiting {
		if err := s.inspect(ctx, &i, etag, bytes); errors.Is(err, files.ErrChanged) {
			return nil // there will be word of the other
		} else if err != nil {
			return err
		}
		saved, err := s.Images.SaveImage(ctx, i, Awaiting)
		if err == nil && !saved {
			i, err = s.Images.Image(ctx, product, seller, id)
		}
		if err != nil {
			return err
		}
	}
	if i.State == Accepted {
		return s.show(ctx, product, seller)
	}
	return nil
}

// inspect accepts or refuses an image by its file.
func (s *ImageService) inspect(ctx context.Context, i *Image, etag string, size int64) error {
	list, err := s.Renditions(ctx, i.Announced, size, func() (io.ReadCloser, error) { return s.Files.Open(ctx, i.uploadKey(), etag, 0) })
	if err == nil {
		err = s.keep(ctx, i, etag, list)
	}
	i.UpdatedAt = s.Listings.Now().UTC()
	if why := RefusalOf(err); why != nil {
		i.State, i.Reason = Refused, why
		return nil
	}
	return err
}

// keep puts an image's renditions where they are shown.
func (s *ImageService) keep(ctx context.Context, i *Image, etag string, list []Rendition) error {
	file, size, err := PutRenditions(ctx, s.Files, i.shownAs(etag), list)
	if err != nil {
		return err
	}
	i.File, i.Width, i.Height = file, int64(size.Width), int64(size.Height)
	i.State, i.URL = Accepted, s.URL+"/"+strings.TrimPrefix(i.File, imageFolder)
	return nil
}

// shows is how often a contribution is tried that others keep changing: as often as all of a seller's images at once.
const shows = MaxOwnImages

// show makes a seller's accepted images what it says of the product. They are read after what the change is made
// from, so of two at once the one that saves last has seen both.
func (s *ImageService) show(ctx context.Context, product, seller string) (err error) {
	for range shows {
		_, err = s.Listings.change(ctx, product, seller, nil, nil, func(mine Contribution) (Content, bool, error) {
			list, _, err := s.Images.Images(ctx, product, seller)
			c := mine.Content
			c.Images = nil
			for _, i := range list {
				if i.State == Accepted {
					c.Images = append(c.Images, i.URL)
				}
			}
			return c, err == nil && mine.Version > 0 && !slices.Equal(c.Images, mine.Images), err
		})
		if !errors.Is(err, ErrChanged) {
			return err
		}
	}
	return err
}

// Remove takes an image away from its product and then deletes it. Errors: image_not_found.
func (s *ImageService) Remove(ctx context.Context, product, seller, id string) error {
	for {
		i, err := s.Images.Image(ctx, product, seller, id)
		if err != nil {
			return err
		}
		from := i.State
		if i.State, i.UpdatedAt = removed, s.Listings.Now().UTC(); from != removed {
			if saved, err := s.Images.SaveImage(ctx, i, from); err != nil {
				return err
			} else if !saved { // it was judged meanwhile, which happens once
				continue
			}
		}
		if err := s.show(ctx, product, seller); err != nil {
			return err
		}
		if err := s.unshow(ctx, i); err != nil {
			return err
		}
		return s.Images.ForgetImage(ctx, i)
	}
}

// unshow deletes an image's files, those that are withheld too.
func (s *ImageService) unshow(ctx context.Context, i Image) error {
	if i.File == "" {
		return nil
	}
	for _, f := range ImageFiles(i.File) {
		if err := s.Files.Delete(ctx, f.URL); err != nil {
			return err
		}
		if i.Reason != nil { // it was taken down before it was removed
			if err := s.Files.Delete(ctx, withheldAs(f.URL)); err != nil {
				return err
			}
		}
	}
	return nil
}
