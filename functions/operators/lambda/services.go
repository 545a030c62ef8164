package main

import (
	"context"
	"crypto/rand"
	mathrand "math/rand/v2"
	"time"
	_ "time/tzdata" // the clocks that events of the calendar are told by

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"rialto/functions/campaigns"
	"rialto/functions/campaigns/campaignsstore"
	"rialto/functions/catalog"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/customers"
	"rialto/functions/customers/customersaws"
	"rialto/functions/customers/customersstore"
	"rialto/functions/fulfillment"
	"rialto/functions/fulfillment/fulfillmentstore"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/operators"
	"rialto/functions/operators/operatorsapi"
	"rialto/functions/operators/operatorsaws"
	"rialto/functions/operators/operatorsstore"
	"rialto/functions/orders"
	"rialto/functions/orders/ordersstore"
	"rialto/functions/payments"
	"rialto/functions/payments/paymentsstore"
	"rialto/functions/payouts/payoutsstore"
	"rialto/functions/promotions"
	"rialto/functions/promotions/promotionsstore"
	"rialto/functions/reviews"
	"rialto/functions/reviews/reviewsstore"
	"rialto/functions/sellers"
	"rialto/functions/sellers/sellersstore"
)

func services(s *settings.Settings) (operatorsapi.Services, error) {
	stage, err := campaigns.ReadStage(s.Must("CAMPAIGN_STAGE"))
	db := store.NewDynamo(s.Tables(), s.Prefix, mathrand.Float64)
	parcels, placed := fulfillmentstore.Store{DB: db}, ordersstore.Store{DB: db}
	functions, products := lambda.NewFromConfig(s.AWS()), &catalogstore.Store{DB: db}
	refunds := operatorsaws.Refunds{Lambda: functions, Function: s.Must("FUNCTION_PAYMENTS_GOODWILL")}
	profiles, vault := customersstore.NewSQL(customersaws.Database(s)), customersaws.NewVault(s, time.Now, rand.Reader)
	return operatorsapi.Services{
		Audit: &operators.Audit{Log: operatorsstore.Store{DB: db}, Random: rand.Reader, Now: time.Now},
		Orders: &operators.Orders{Placed: placed, Lives: &fulfillment.OrderService{Orders: placed, Shipments: parcels, Returns: parcels,
			Payments: paymentsstore.Store{DB: db}, Images: products, Now: time.Now, Pace: time.Hour}, Refunds: refunds},
		Parcels: &fulfillment.Sweeper{Shipments: parcels, Sellers: parcels, Returns: parcels, Now: time.Now},
		Reships: &fulfillment.ReshipService{Orders: placed, Shipments: parcels, Returns: parcels, Payments: paymentsstore.Store{DB: db},
			Goods: goods{inventorystore.New(shards.New(db, time.Now, mathrand.Float64))}, Now: time.Now},
		Customers:       &customers.Service{Store: profiles, Vault: vault, Now: time.Now},
		Sellers:         &sellers.Service{Store: sellersstore.Store{DB: db}, Now: time.Now},
		Ledger:          &payoutsstore.Store{DB: db},
		Reviews:         &reviews.Products{Store: reviewsstore.Store{DB: db}, Now: time.Now},
		Pages:           &catalog.TakedownService{Products: products, Now: time.Now},
		Images:          operatorsaws.Images{Lambda: functions, Function: s.Must("FUNCTION_CATALOG_MODERATE")},
		Appeals:         &fulfillment.ReceivingService{Returns: parcels, Now: time.Now},
		Reconciliations: payments.Reports{Stored: paymentsstore.Store{DB: db}, Now: time.Now},

		Coupons:   &promotions.Service{Store: promotionsstore.New(shards.New(db, time.Now, mathrand.Float64)), Now: time.Now},
		Campaigns: &campaigns.Service{Calendar: campaignsstore.Store{DB: db}, Stage: stage, Now: time.Now},
	}, err
}

// goods take units from stock and place their order, both or neither.
type goods struct{ inventorystore.Store }

// Sell implements fulfillment.Goods.
func (g goods) Sell(ctx context.Context, o orders.Order, plan inventory.Plan) error {
	return g.Store.Sell(ctx, o.ID, plan, ordersstore.Place(o))
}
