package main

import (
	"context"
	"math/rand/v2"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/catalog/imagefetch"
	"rialto/functions/catalog/imageheader"
	"rialto/functions/catalog/imagerender"
	"rialto/functions/internal/bucket"
	"rialto/functions/internal/chunkqueue"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
)

func listings(s *settings.Settings) *catalog.ListingService {
	c := &catalogstore.Store{DB: db(s)}
	return &catalog.ListingService{Products: c, Categories: c, Contributions: c, Proposals: c, Variants: c, Now: time.Now}
}

// fed are listings that take images by their addresses.
func fed(s *settings.Settings) *catalog.ListingService {
	l := listings(s)
	l.Addresses = addresses{chunkqueue.New(s.AWS(), s.Queue("catalog-fetch"))}
	return l
}

// addresses wait in the queue of catalog-fetch.
type addresses struct{ queue *chunkqueue.Queue }

func (a addresses) Add(ctx context.Context, list []catalog.ImageAddress) error {
	return chunkqueue.SendAll(ctx, a.queue, list)
}

func fetcher(s *settings.Settings) *catalog.ImageFetcher {
	files := bucket.New(s.AWS(), s.Must("FILES_BUCKET"))
	return &catalog.ImageFetcher{Images: images(s), Get: imagefetch.New(catalog.MaxImageBytes).Get, Write: files.Write}
}

func images(s *settings.Settings) *catalog.ImageService {
	files := bucket.New(s.AWS(), s.Must("FILES_BUCKET"))
	return &catalog.ImageService{Listings: listings(s), Images: &catalogstore.Store{DB: db(s)}, Files: files,
		ImageCheck: catalog.ImageCheck{Header: imageheader.Read, Render: imagerender.Render}, URL: s.Must("IMAGES_URL")}
}

func db(s *settings.Settings) store.DB { return store.NewDynamo(s.Tables(), s.Prefix, rand.Float64) }
