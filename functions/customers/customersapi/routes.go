package customersapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/customers"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/rate"
)

// Service is the use cases that the routes need.
type Service interface {
	NewGuest(ctx context.Context) (customers.Guest, error)
	Renew(ctx context.Context, guestID string) (customers.Guest, error)

	Me(ctx context.Context, customerID string) (customers.Me, error)
	PutProfile(ctx context.Context, customerID string, p customers.Profile, ifVersion *int64) (customers.Me, error)

	Addresses(ctx context.Context, customerID string) ([]customers.Address, error)
	AddAddress(ctx context.Context, customerID string, a customers.Address) (customers.Address, bool, error)
	RemoveAddress(ctx context.Context, customerID, addressID string) error

	Methods(ctx context.Context, customerID string) ([]customers.PaymentMethod, error)
	AddMethod(ctx context.Context, customerID, method string) (customers.PaymentMethod, bool, error)
	RemoveMethod(ctx context.Context, customerID, methodID string) error
}

// Anybody can become a guest, and as each of them guess, hold and try; a household or an office does so a few times. Cards are
// tried by adding them, one after the other.
var (
	newGuests = api.Limit{By: api.ByAddress, Limit: rate.Limit{Name: "guests", Rate: 1, Burst: 60}}
	newCards  = api.Limit{By: api.ByCaller, Limit: rate.Limit{Name: "cards", Rate: 1, Burst: 8, Per: time.Minute}}
)

type handlers struct{ service Service }

// Routes is the table; a nil service serves for the document.
func Routes(s Service) []api.Route {
	h := handlers{s}
	const owner = "customers"
	return []api.Route{
		api.Handle(api.Route{ID: "createGuest", Method: http.MethodPost, Path: "/api/v1/guests", Summary: "Become a guest",
			Context: owner, Access: api.Public, Success: http.StatusCreated, Limits: []api.Limit{newGuests}}, h.createGuest),
		api.Handle(api.Route{ID: "renewGuest", Method: http.MethodPost, Path: "/api/v1/guests/renew",
			Summary: "Get another token of the same guest, while the one shown is good",
			Context: owner, Access: api.Guest, Success: http.StatusCreated}, h.renewGuest),

		api.Handle(api.Route{ID: "listShippingOptions", Method: http.MethodGet, Path: "/api/v1/shipping-options",
			Summary: "How a marketplace ships, the default first",
			Context: owner, Access: api.Public}, h.listOptions),

		api.Handle(api.Route{ID: "listDestinations", Method: http.MethodGet, Path: "/api/v1/destinations",
			Summary: "The countries that a marketplace ships to",
			Context: owner, Access: api.Public}, h.listDestinations),
		api.Handle(api.Route{ID: "getDestination", Method: http.MethodGet, Path: "/api/v1/destinations/{country}",
			Summary: "What an address of a country needs: fields, regions, postal code",
			Context: owner, Access: api.Public, Errors: []fault.Kind{fault.NotFound}}, h.getDestination),

		api.Handle(api.Route{ID: "getMe", Method: http.MethodGet, Path: "/api/v1/me", Summary: "Your profile",
			Context: owner, Access: api.Customer}, h.getMe),
		api.Handle(api.Route{ID: "putMe", Method: http.MethodPut, Path: "/api/v1/me", Summary: "Replace your profile",
			Context: owner, Access: api.Customer, Errors: []fault.Kind{fault.Stale, fault.Conflict}}, h.putMe),

		api.Handle(api.Route{ID: "listAddresses", Method: http.MethodGet, Path: "/api/v1/addresses", Summary: "Your addresses",
			Context: owner, Access: api.Guest}, h.listAddresses),
		api.Handle(api.Route{ID: "addAddress", Method: http.MethodPost, Path: "/api/v1/addresses",
			Summary: "Add an address; one that is there is answered with 200",
			Context: owner, Access: api.Guest, Success: http.StatusCreated, Also: []int{http.StatusOK}, Errors: []fault.Kind{fault.Conflict}}, h.addAddress),
		api.Handle(api.Route{ID: "deleteAddress", Method: http.MethodDelete, Path: "/api/v1/addresses/{address_id}", Summary: "Delete an address",
			Context: owner, Access: api.Guest, Errors: []fault.Kind{fault.NotFound}}, h.deleteAddress),

		api.Handle(api.Route{ID: "listPaymentMethods", Method: http.MethodGet, Path: "/api/v1/payment-methods", Summary: "Your payment methods",
			Context: owner, Access: api.Guest}, h.listMethods),
		api.Handle(api.Route{ID: "addPaymentMethod", Method: http.MethodPost, Path: "/api/v1/payment-methods",
			Summary: "Add a payment method; one that is there is answered with 200",
			Context: owner, Access: api.Guest, Limits: []api.Limit{newCards},
			Success: http.StatusCreated, Also: []int{http.StatusOK}, Errors: []fault.Kind{fault.Conflict}}, h.addMethod),
		api.Handle(api.Route{ID: "deletePaymentMethod", Method: http.MethodDelete, Path: "/api/v1/payment-methods/{payment_method_id}",
			Summary: "Delete a payment method",
			Context: owner, Access: api.Guest, Errors: []fault.Kind{fault.NotFound}}, h.deleteMethod),
	}
}

// me is whose request it is. The API has let no one in without an identity.
func me(ctx context.Context) string {
	who, _ := auth.From(ctx)
	return who.Subject
}
