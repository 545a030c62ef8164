package checkoutstore

import (
	"rialto/functions/carts/cartsstore"
	"rialto/functions/internal/store"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/orders/ordersstore"
	"rialto/functions/promotions/promotionsstore"
)

// Contexts is the pivot as it is deployed: the one place where the stores of several contexts meet.
var Contexts = Pivot{
	Order:  ordersstore.Place,
	Holds:  inventorystore.Commit,
	Coupon: promotionsstore.Commit,
	Cart:   cartsstore.Ordered,
	Refused: func(r *store.Refused) error {
		if err := inventorystore.CommitRefusal(r); err != nil {
			return err
		}
		if err := promotionsstore.CommitRefusal(r); err != nil {
			return err
		}
		return cartsstore.OrderedRefusal(r)
	},
}
