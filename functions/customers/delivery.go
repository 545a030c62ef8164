package customers

import "rialto/functions/internal/money"

// Choice is what a shopper picked for a checkout.
type Choice struct {
	CustomerID       string `json:"customer_id"`
	AddressID        string `json:"address_id"`
	PaymentMethodID  string `json:"payment_method_id"`
	Marketplace      string `json:"marketplace"`
	ShippingOptionID string `json:"shipping_option_id"` // "" is the marketplace's first
}

// Delivery is where and how an order goes and with what it is paid. What names a person is in Sealed only:
// the address as sealed under the customer's data key, to be kept with the order as it is.
type Delivery struct {
	AddressID    string         `json:"address_id"`
	Country      string         `json:"country"` // ISO 3166-1 alpha-2
	Region       string         `json:"region"`  // ISO 3166-2 without the country, "" where none is needed
	PostalPrefix string         `json:"postal_prefix"`
	Sealed       []byte         `json:"sealed"`
	Shipping     ShippingOption `json:"shipping"`
	Method       PaymentMethod  `json:"method"`
}

// ShippingOption is one way to ship in a marketplace. Days is the promise: at most so many from order to door.
type ShippingOption struct {
	ID    string       `json:"id"`
	Name  string       `json:"name"`
	Price money.Amount `json:"price"`
	Days  int          `json:"days"`
}
