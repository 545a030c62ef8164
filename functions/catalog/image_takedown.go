package catalog

import (
	"context"
	"errors"
	"io"
	"mime"
	"path"
	"slices"
	"strings"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/files"
)

// Withheld is how long the files of an image that was taken down are kept, where only Rialto reads them: whom a decision concerns may
// complain of it for six months (Regulation (EU) 2022/2065, art. 20), and that is decided in some days more. The bucket's lifecycle ends it.
const Withheld = 190 * 24 * time.Hour

// withheldFolder is the folder of files that are kept and not shown.
const withheldFolder = "withheld/"

// ErrImageGone refuses to restore an image that was taken down too long ago.
var ErrImageGone = fault.New(fault.Conflict, "image_gone", "the image was taken down too long ago, and its files are gone")

// withheldAs is where a file that was shown is kept.
func withheldAs(shown string) string { return withheldFolder + strings.TrimPrefix(shown, imageFolder) }

// TakeDown takes an image off a page, by its address there: its files are gone from there at once, and from the edge within the minute that
// it may keep them, and are withheld for a while. Its seller reads why, and may send another. A second time finishes what the first
// began. Errors: image_not_found, invalid_reason, product_changed if others keep changing the page.
func (s *ImageService) TakeDown(ctx context.Context, product, address, reason string) error {
	reason, err := reasonOf(reason)
	if err != nil {
		return err
	}
	i, err := s.shownAt(ctx, product, address)
	if err != nil {
		return err
	}
	if from := i.State; from != TakenDown {
		i.State, i.Reason, i.UpdatedAt = TakenDown, &Reason{"taken_down", reason}, s.Listings.Now().UTC()
		if saved, err := s.Images.SaveImage(ctx, i, from); err != nil {
			return err
		} else if !saved { // its seller removes it
			return ErrImageNotFound
		}
	}
	if err := s.show(ctx, product, i.SellerID); err != nil {
		return err
	}
	for _, f := range ImageFiles(i.File) {
		err := s.copy(ctx, f.URL, withheldAs(f.URL), "no-store")
		if err == nil {
			err = s.Files.Delete(ctx, f.URL)
		}
		if err != nil && !errors.Is(err, files.ErrMissing) { // what is missing was withheld before
			return err
		}
	}
	return nil
}

// Restore shows an image again that was taken down, by the address that it had. One that is shown is a success, and finishes what was begun.
// Errors: image_not_found, image_gone, too_many_images if its seller has sent as many as may be meanwhile, product_changed.
func (s *ImageService) Restore(ctx context.Context, product, address string) error {
	i, err := s.shownAt(ctx, product, address)
	if err != nil {
		return err
	}
	if i.State == TakenDown {
		if err := s.reinstate(ctx, i); err != nil {
			return err
		}
	}
	if err := s.show(ctx, product, i.SellerID); err != nil {
		return err
	}
	for _, f := range ImageFiles(i.File) {
		if err := s.Files.Delete(ctx, withheldAs(f.URL)); err != nil {
			return err
		}
	}
	return nil
}

// reinstate accepts an image again, with its files where they are shown.
func (s *ImageService) reinstate(ctx context.Context, i Image) error {
	list, _, err := s.Images.Images(ctx, i.ProductID, i.SellerID)
	if err != nil {
		return err
	}
	if _, err := room(list, s.Listings.Now()); err != nil {
		return err
	}
	for _, f := range slices.Backward(ImageFiles(i.File)) { // the largest, by which the others are known, is there last
		if err := s.copy(ctx, withheldAs(f.URL), f.URL, shownFor); errors.Is(err, files.ErrMissing) {
			return ErrImageGone
		} else if err != nil {
			return err
		}
	}
	i.State, i.Reason, i.UpdatedAt = Accepted, nil, s.Listings.Now().UTC()
	saved, err := s.Images.SaveImage(ctx, i, TakenDown)
	if err == nil && !saved { // its seller removes it, or another restores it
		err = ErrChanged
	}
	return err
}

// copy puts a file elsewhere, too. It fails with files.ErrMissing if there is none.
func (s *ImageService) copy(ctx context.Context, from, to, cached string) error {
	in, err := s.Files.Stream(ctx, from, 0)
	if err != nil {
		return err
	}
	defer in.Close()
	file, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	return s.Files.Put(ctx, to, mime.TypeByExtension(path.Ext(to)), cached, file)
}

// shownAt finds an image, whosever it is, by its address.
func (s *ImageService) shownAt(ctx context.Context, product, address string) (Image, error) {
	said, _, err := s.Listings.Contributions.Said(ctx, product)
	if err != nil {
		return Image{}, err
	}
	for _, c := range said {
		list, _, err := s.Images.Images(ctx, product, c.SellerID)
		if err != nil {
			return Image{}, err
		}
		for _, i := range list {
			if i.URL == address && (i.State == Accepted || i.State == TakenDown) {
				return i, nil
			}
		}
	}
	return Image{}, ErrImageNotFound
}
