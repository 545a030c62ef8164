package main

import (
	"math/rand/v2"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/catalog/imageheader"
	"rialto/functions/catalog/imagerender"
	"rialto/functions/fulfillment/fulfillmentstore"
	"rialto/functions/internal/bucket"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
	"rialto/functions/orders/ordersstore"
	"rialto/functions/reviews"
	"rialto/functions/reviews/reviewsstore"
)

func products(db store.DB) *reviews.Products {
	return &reviews.Products{Store: reviewsstore.Store{DB: db}, Orders: ordersstore.Store{DB: db}, Purchases: fulfillmentstore.Store{DB: db},
		Pages: &catalogstore.Store{DB: db}, Now: time.Now}
}

func images(s *settings.Settings, p *reviews.Products) *reviews.Images {
	return &reviews.Images{Reviews: p, Files: bucket.New(s.AWS(), s.Must("FILES_BUCKET")), URL: s.Must("IMAGES_URL"),
		ImageCheck: catalog.ImageCheck{Header: imageheader.Read, Render: imagerender.Render}}
}

func db(s *settings.Settings) *store.Dynamo {
	return store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)
}
