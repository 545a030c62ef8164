package shop

import (
	"context"
	"net/http"
)

// Shopper is a signed-in customer with an address in Los Angeles and a payment method.
type Shopper struct {
	*Client
	ID, Address, Method string
}

// NewShopper signs a new customer in who pays with one of the gateway's tokens.
func NewShopper(ctx context.Context, token string) (*Shopper, error) {
	s := &Shopper{ID: NewID("cus_")}
	var err error
	if s.Client, err = Customer(s.ID); err != nil {
		return nil, err
	}
	var a struct {
		ID string `json:"address_id"`
	}
	if _, err := s.Call(ctx, http.MethodPost, "/api/v1/addresses", map[string]string{"name": "Demo Shopper", "line1": "1 Main Street",
		"city": "Los Angeles", "region": "CA", "postal_code": "90012", "country": "US"}, &a); err != nil {
		return nil, err
	}
	var m struct {
		ID string `json:"payment_method_id"`
	}
	_, err = s.Call(ctx, http.MethodPost, "/api/v1/payment-methods", map[string]string{"token": token}, &m)
	s.Address, s.Method = a.ID, m.ID
	return s, err
}

// Put adds units of an offer to the cart and decodes the cart into out.
func (s *Shopper) Put(ctx context.Context, productID, sellerID string, quantity int64, out any) error {
	_, err := s.Call(ctx, http.MethodPost, "/api/v1/cart/items", map[string]any{"product_id": productID, "seller_id": sellerID, "quantity": quantity},
		out, Key(NewKey()))
	return err
}

// Order is the body of a checkout of a cart.
func (s *Shopper) Order(cartID string) map[string]string {
	return map[string]string{"cart_id": cartID, "shipping_address_id": s.Address, "payment_method_id": s.Method}
}
