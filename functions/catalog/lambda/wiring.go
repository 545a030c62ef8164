package main

import (
	"math/rand/v2"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/catalog/imageheader"
	"rialto/functions/internal/bucket"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
)

func listings(s *settings.Settings) *catalog.ListingService {
	c := &catalogstore.Store{DB: db(s)}
	return &catalog.ListingService{Products: c, Categories: c, Contributions: c, Proposals: c, Now: time.Now}
}

func images(s *settings.Settings) *catalog.ImageService {
	files := bucket.New(s.AWS(), s.Must("FILES_BUCKET"))
	return &catalog.ImageService{Listings: listings(s), Images: &catalogstore.Store{DB: db(s)}, Files: files,
		Header: imageheader.Read, URL: s.Must("IMAGES_URL")}
}

func db(s *settings.Settings) store.DB { return store.NewDynamo(s.Tables(), s.Prefix, rand.Float64) }
