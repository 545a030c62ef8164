package catalogstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/internal/files"
	"rialto/functions/internal/store"
)

// A seller's images of a product are in the table contributions, beside no other's. Keys:
//
//	images#<product_id>#<seller_id>, <image_id>    an image
//	images#<product_id>#<seller_id>, !announced    how often one was announced, so that two announcements follow each other
const announcedKey = "!announced"

func imageKey(product, seller, sk string) store.Key {
	return store.Key{PK: "images#" + product + "#" + seller, SK: sk}
}

// imageRecord is a stored Image. It has no attribute of the index by_seller, so it is not in it.
type imageRecord struct {
	ID        string             `dynamodbav:"image_id"`
	Product   string             `dynamodbav:"of_product"`
	Seller    string             `dynamodbav:"of_seller"`
	Type      string             `dynamodbav:"type"`
	Bytes     int64              `dynamodbav:"bytes"`
	SHA256    string             `dynamodbav:"sha256,omitempty"`
	State     catalog.ImageState `dynamodbav:"state"`
	Reason    *catalog.Reason    `dynamodbav:"reason,omitempty"`
	Width     int64              `dynamodbav:"width"`
	Height    int64              `dynamodbav:"height"`
	File      string             `dynamodbav:"file,omitempty"`
	URL       string             `dynamodbav:"url,omitempty"`
	CreatedAt time.Time          `dynamodbav:"created_at"`
	UpdatedAt time.Time          `dynamodbav:"updated_at"`
}

func putImage(i catalog.Image) store.Write {
	return store.Put(contributions, imageKey(i.ProductID, i.SellerID, i.ID), imageRecord{i.ID, i.ProductID, i.SellerID, i.Type, i.Bytes, i.SHA256,
		i.State, i.Reason, i.Width, i.Height, i.File, i.URL, i.CreatedAt, i.UpdatedAt}).Named("image")
}

func imageOf(i store.Item) (catalog.Image, error) {
	var r imageRecord
	if err := store.Unmarshal(i, &r); err != nil {
		return catalog.Image{}, fmt.Errorf("read image: %w", err)
	}
	return catalog.Image{ID: r.ID, ProductID: r.Product, SellerID: r.Seller, Announced: files.Announced{Bytes: r.Bytes, SHA256: r.SHA256, Type: r.Type},
		State: r.State, Reason: r.Reason, Width: r.Width, Height: r.Height, File: r.File, URL: r.URL, CreatedAt: r.CreatedAt.UTC(),
		UpdatedAt: r.UpdatedAt.UTC()}, nil
}

// Images lists a seller's images of a product in the order in which they were announced, and how many announcements
// there were before the reading.
func (s *Store) Images(ctx context.Context, product, seller string) (list []catalog.Image, announced int64, err error) {
	q := store.Query{Table: contributions, Hash: imageKey(product, seller, "").PK} // !announced sorts before images, so it is read first
	for i, err := range store.Items(ctx, s.DB, q) {
		if err != nil {
			return nil, 0, fmt.Errorf("list images: %w", err)
		}
		if sk(i) == announcedKey {
			var c change
			if err := store.Unmarshal(i, &c); err != nil {
				return nil, 0, fmt.Errorf("read announcements: %w", err)
			}
			announced = c.N
			continue
		}
		p, err := imageOf(i)
		if err != nil {
			return nil, 0, err
		}
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b catalog.Image) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), strings.Compare(a.ID, b.ID))
	})
	return list, announced, nil
}

// Image returns an image, or image_not_found.
func (s *Store) Image(ctx context.Context, product, seller, id string) (catalog.Image, error) {
	i, err := s.DB.Get(ctx, contributions, imageKey(product, seller, id))
	if err != nil {
		return catalog.Image{}, fmt.Errorf("get image: %w", err)
	}
	if i == nil {
		return catalog.Image{}, catalog.ErrImageNotFound
	}
	return imageOf(i)
}

// Announce makes an image and forgets others, in one transaction. It fails with product_changed if there was another
// announcement.
func (s *Store) Announce(ctx context.Context, i catalog.Image, announced int64, forget []catalog.Image) error {
	writes := []store.Write{
		over(store.Put(contributions, imageKey(i.ProductID, i.SellerID, announcedKey), change{announced + 1}).Named("announced"), "n", announced),
		putImage(i).If(store.Absent()),
	}
	for _, f := range forget {
		writes = append(writes, store.Delete(contributions, imageKey(f.ProductID, f.SellerID, f.ID)).Named("forgotten"))
	}
	err := s.DB.Transact(ctx, writes...)
	if r, refused := store.AsRefused(err); refused && !r.Transient() {
		return catalog.ErrChanged
	}
	return refusal("announce image", err)
}

// SaveImage writes an image over one in a state, and tells whether it stood so.
func (s *Store) SaveImage(ctx context.Context, i catalog.Image, from catalog.ImageState) (bool, error) {
	_, err := s.DB.Apply(ctx, putImage(i).If(store.Eq("state", from)))
	if _, failed := store.FailedCondition(err); failed {
		return false, nil
	}
	return err == nil, refusal("save image", err)
}

// ForgetImage deletes an image's record, if there is one.
func (s *Store) ForgetImage(ctx context.Context, i catalog.Image) error {
	_, err := s.DB.Apply(ctx, store.Delete(contributions, imageKey(i.ProductID, i.SellerID, i.ID)).Named("image"))
	return refusal("forget image", err)
}
