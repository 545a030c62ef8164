package catalog

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/files"
	"rialto/functions/internal/ids"
)

// ImageAddress is an image of a product that a seller's file gives by its address. At orders them.
type ImageAddress struct {
	ProductID string    `json:"product_id"`
	SellerID  string    `json:"seller_id"`
	URL       string    `json:"url"`
	At        time.Time `json:"at"`
}

// ImageQueue is where addresses wait for who fetches them.
type ImageQueue interface {
	Add(ctx context.Context, list []ImageAddress) error
}

// ImageFetcher brings images that are given by their address to where an upload of them would be. From there on they are as
// others.
type ImageFetcher struct {
	Images *ImageService
	// Get returns the file at an address, or a fault that says why there is none (imagefetch.Fetcher).
	Get   func(ctx context.Context, address string) ([]byte, error)
	Write func(ctx context.Context, key string, from io.Reader) error
}

// Fetch takes an address. One that was taken before changes nothing, unless it was refused: then it is tried again. Why one
// is refused stands at the seller's image, as of others.
func (f *ImageFetcher) Fetch(ctx context.Context, a ImageAddress) error {
	i := Image{ID: ids.Derive(ids.Image, a.SellerID, a.ProductID, "address "+a.URL), ProductID: a.ProductID, SellerID: a.SellerID, State: Awaiting,
		CreatedAt: a.At.UTC()}
	before, err := f.Images.Images.Image(ctx, i.ProductID, i.SellerID, i.ID)
	switch {
	case err == nil && before.State != Refused && before.At(f.Images.Listings.Now()) != Expired:
		return nil
	case err == nil:
		if err := f.Images.Images.ForgetImage(ctx, before); err != nil {
			return err
		}
	case !errors.Is(err, ErrImageNotFound):
		return err
	}
	if _, err := f.Images.Listings.Contributions.Contribution(ctx, i.ProductID, i.SellerID); errors.Is(err, ErrNotListed) {
		return nil // it was withdrawn meanwhile
	} else if err != nil {
		return err
	}
	body, err := f.get(ctx, &i, a.URL)
	if err != nil {
		return err
	}
	if _, _, err := f.Images.add(ctx, i); errors.Is(err, ErrTooManyImages) {
		slog.WarnContext(ctx, "one image too many", "product_id", i.ProductID, "seller_id", i.SellerID)
		return nil
	} else if err != nil || i.State == Refused {
		return err
	}
	return f.Write(ctx, i.uploadKey(), bytes.NewReader(body))
}

// get fetches a file and says of the image what it is, or why it is none.
func (f *ImageFetcher) get(ctx context.Context, i *Image, address string) ([]byte, error) {
	body, err := f.Get(ctx, address)
	if err == nil {
		i.Type, _, _, err = f.Images.Header(bytes.NewReader(body))
	}
	var why *fault.Error
	if errors.As(err, &why) && !why.Kind.Transient() {
		i.State, i.Reason = Refused, &Reason{why.Code, why.Message + ": " + clip(address, 200)}
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("fetch image: %w", err)
	}
	sum := sha256.Sum256(body)
	i.Announced = files.Announced{Bytes: int64(len(body)), SHA256: hex.EncodeToString(sum[:]), Type: i.Type}
	return body, nil
}
