package main

import (
	"crypto/rand"
	mathrand "math/rand/v2"
	"slices"
	"time"

	"rialto/functions/carts"
	"rialto/functions/carts/cartsstore"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/customers"
	"rialto/functions/customers/customersaws"
	"rialto/functions/customers/customersstore"
	"rialto/functions/customers/snapshotstore"
	"rialto/functions/fulfillment"
	"rialto/functions/fulfillment/fulfillmentapi"
	"rialto/functions/fulfillment/fulfillmentstore"
	"rialto/functions/internal/api"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/ratelimit"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/offers/offersstore"
	"rialto/functions/orders/ordersstore"
	"rialto/functions/payments/paymentsstore"
)

// routes are fulfillment's part of both APIs.
func routes(s *settings.Settings) (any, error) {
	db := database(s)
	stored, orders := fulfillmentstore.Store{DB: db}, ordersstore.Store{DB: db}
	baskets := &carts.Service{Store: cartsstore.Store{DB: db}, Now: time.Now, Sources: carts.Sources{Offers: &offersstore.Store{DB: db},
		Products: &catalogstore.Store{DB: db}, Stock: inventorystore.New(shards.New(db, time.Now, mathrand.Float64))}}
	lives := &fulfillment.OrderService{Orders: orders, Shipments: stored, Returns: stored, Payments: paymentsstore.Store{DB: db},
		Images: &catalogstore.Store{DB: db}, Addresses: addresses(s), Places: customers.Locator{Snapshots: snapshotstore.Snapshots{DB: db}},
		Now: time.Now, Pace: pace(s)}
	h := api.Handler(slices.Concat(
		fulfillmentapi.OrderRoutes(lives),
		fulfillmentapi.Routes(&fulfillment.TrackingService{Shipments: stored, Owners: orders}),
		fulfillmentapi.SellerRoutes(&fulfillment.SellerService{
			Shipments: stored, Sellers: stored, Ratings: &offersstore.Store{DB: db}, Orders: orders,
			Addresses: addresses(s), Now: time.Now}),
		fulfillmentapi.ReturnRoutes(&fulfillment.ReturnService{Shipments: stored, Orders: orders, Returns: stored,
			Baskets: baskets, Products: baskets.Products, Now: time.Now}),
		fulfillmentapi.SellerReturnRoutes(receiving(stored))))
	return lambdahttp.New(api.LimitWrites(h, ratelimit.Buckets{DB: db}, time.Now)), nil
}

func addresses(s *settings.Settings) customers.Opener {
	return customers.Opener{Store: customersstore.NewSQL(customersaws.Database(s)), Vault: customersaws.NewVault(s, time.Now, rand.Reader)}
}

func database(s *settings.Settings) store.DB {
	return store.NewDynamo(s.Tables(), s.Prefix, mathrand.Float64)
}
