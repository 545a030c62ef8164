package reviews

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/files"
	"rialto/functions/internal/ids"
)

// Files are the images themselves.
type Files interface {
	Upload(ctx context.Context, key string, what files.Announced, until time.Duration) (files.Address, error)
	// Open fails with files.ErrChanged if the file is not that of the etag.
	Open(ctx context.Context, key, etag string, from int64) (io.ReadCloser, error)
	Put(ctx context.Context, key, mediaType, cached string, file []byte) error
	// Names lists the files whose names begin so.
	Names(ctx context.Context, prefix string) ([]string, error)
	Delete(ctx context.Context, key string) error
}

// Images are the use cases of images of reviews. Whatever takes an image off its review (its customer, an operator, an erasure), its
// files follow by the table's stream (Unshow).
type Images struct {
	Reviews *Products
	Files   Files
	catalog.ImageCheck
	URL string // of the folder of images, without a slash at its end
}

// AnnouncedImage is an image with where its file goes, as long as it waits for one.
type AnnouncedImage struct {
	Image
	Upload   files.Address
	Replayed bool
}

var errNoImage = fault.New(fault.NotFound, "image_not_found", "the review has no such image")

// Announce makes room for an image of a customer's review. The same key again returns the same image, with a new address while it
// waits. Errors: invalid_image, review_not_found, review_rejected, too_many_images, idempotency_key_reused, review_changed.
func (s *Images) Announce(ctx context.Context, productID, customerID, key string, a files.Announced) (out AnnouncedImage, err error) {
	if err := catalog.CheckImage(a); err != nil {
		return out, err
	}
	now, review := s.Reviews.Now().UTC(), ReviewID(productID, customerID)
	want := Image{ID: ids.Derive(ids.Image, customerID, productID, key), Type: a.Type, Bytes: a.Bytes, SHA256: a.SHA256, State: catalog.Awaiting,
		CreatedAt: now, UpdatedAt: now}
	err = s.Reviews.move(ctx, productID, review, func(r Review) (Review, error) {
		switch {
		case r.State == "" || r.State == Withdrawn:
			return r, ErrNoReview
		case r.State == Rejected:
			return r, ErrRefused
		}
		var there bool
		if out.Image, there = r.image(want.ID); there {
			if out.Replayed = true; out.announced() != a {
				return r, fault.KeyReused
			}
			return r, nil
		}
		out.Image, out.Replayed = want, false
		return r.withImage(want, now)
	})
	if err == nil && out.At(now) == catalog.Awaiting {
		out.Upload, err = s.Files.Upload(ctx, fileOf(uploadFolder, productID, review, out.ID), a, catalog.ImageUploadFor)
	}
	return out, err
}

// Remove takes an image off its customer's review. Errors: review_not_found, image_not_found, review_changed.
func (s *Images) Remove(ctx context.Context, productID, customerID, imageID string) error {
	return s.Reviews.move(ctx, productID, ReviewID(productID, customerID), func(r Review) (Review, error) {
		if r.State == "" || r.State == Withdrawn {
			return r, ErrNoReview
		}
		if _, there := r.image(imageID); !there {
			return r, errNoImage
		}
		r.Images = slices.DeleteFunc(slices.Clone(r.Images), func(i Image) bool { return i.ID == imageID })
		return r, nil
	})
}

var uploadKey = regexp.MustCompile(`^uploads/(prd_[a-z2-7]{26})/(rev_[a-z2-7]{26})/(img_[a-z2-7]{26})$`)

// Arrived checks a file that came, and shows it if it is what was announced. What was sent, with what it says of where it was taken, is
// deleted once that is judged. Word that comes again changes nothing.
func (s *Images) Arrived(ctx context.Context, key, etag string, size int64) error {
	m := uploadKey.FindStringSubmatch(key)
	if m == nil {
		slog.WarnContext(ctx, "a file of no image", "key", key)
		return nil
	}
	product, review, id := m[1], m[2], m[3]
	r, err := s.Reviews.read(ctx, product, review)()
	if err != nil {
		return err
	}
	i, there := r.image(id)
	switch {
	case !there || i.State == catalog.TakenDown:
		return s.Unshow(ctx, product, review, id)
	case i.State != catalog.Awaiting:
		return s.Files.Delete(ctx, key)
	}
	i.UpdatedAt = s.Reviews.Now().UTC()
	list, err := s.Renditions(ctx, i.announced(), size, func() (io.ReadCloser, error) { return s.Files.Open(ctx, key, etag, 0) })
	switch why := catalog.RefusalOf(err); {
	case why != nil:
		i.State, i.Reason = catalog.Refused, why
	case errors.Is(err, files.ErrChanged):
		return nil // there will be word of the other
	case err != nil:
		return err
	default:
		if err := s.show(ctx, &i, fileOf(imageFolder, product, review, id)+"/"+ids.Derive("", id, etag), list); err != nil {
			return err
		}
	}
	return s.judged(ctx, product, review, i)
}

// show accepts an image, with its renditions in files whose names begin so.
func (s *Images) show(ctx context.Context, i *Image, name string, list []catalog.Rendition) error {
	file, size, err := catalog.PutRenditions(ctx, s.Files, name, list)
	if err != nil {
		return err
	}
	i.State, i.URL, i.Width, i.Height = catalog.Accepted, s.URL+"/"+strings.TrimPrefix(file, imageFolder), int64(size.Width), int64(size.Height)
	return nil
}

// judged writes down what became of an image. One that was taken off meanwhile has left no files.
func (s *Images) judged(ctx context.Context, product, review string, i Image) error {
	gone := false
	err := s.Reviews.move(ctx, product, review, func(r Review) (Review, error) {
		stands, there := r.image(i.ID)
		if gone = !there || stands.State == catalog.TakenDown; gone || stands.State != catalog.Awaiting {
			return r, nil
		}
		return r.withImage(i, i.UpdatedAt)
	})
	switch {
	case err != nil:
		return err
	case gone:
		return s.Unshow(ctx, product, review, i.ID)
	}
	return s.Files.Delete(ctx, fileOf(uploadFolder, product, review, i.ID))
}

// Unshow deletes all files of an image.
func (s *Images) Unshow(ctx context.Context, product, review, imageID string) error {
	names, err := s.Files.Names(ctx, fileOf(imageFolder, product, review, imageID)+"/")
	if err != nil {
		return err
	}
	for _, name := range append(names, fileOf(uploadFolder, product, review, imageID)) {
		if err := s.Files.Delete(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// Changed deletes the files of the images that a review has no more.
func (s *Images) Changed(ctx context.Context, before, after Review) error {
	for _, id := range Gone(before, after) {
		if err := s.Unshow(ctx, before.ProductID, before.ID, id); err != nil {
			return err
		}
	}
	return nil
}
