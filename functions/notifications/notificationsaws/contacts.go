package notificationsaws

import (
	"context"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/invoke"
	"rialto/functions/notifications"
	"rialto/functions/orders"
)

// Contacts opens addresses by way of a function of customers: the network of the database has no way out to SES.
type Contacts struct {
	Lambda   invoke.Client
	Function string // its name
}

// query and contact are what the function takes and answers: customers.ContactQuery and Contact.
type query struct {
	CustomerID string `json:"customer_id"`
	SealedBy   string `json:"sealed_by,omitempty"`
	AddressID  string `json:"address_id,omitempty"`
	Sealed     []byte `json:"sealed,omitempty"`
}

type contact struct {
	There bool   `json:"there"`
	Email string `json:"email"`
	Mark  string `json:"mark"`
}

// OfOrder implements notifications.Contacts.
func (c Contacts) OfOrder(ctx context.Context, o orders.Order) (notifications.Contact, bool, error) {
	found, err := c.ask(ctx, query{o.CustomerID, o.Sealer(), o.Delivery.AddressID, o.Delivery.Sealed})
	return notifications.Contact{Email: found.Email, Mark: found.Mark}, found.There, err
}

// OfCustomer implements notifications.Contacts.
func (c Contacts) OfCustomer(ctx context.Context, customerID string) (notifications.Contact, error) {
	found, err := c.ask(ctx, query{CustomerID: customerID})
	return notifications.Contact{Email: found.Email, Mark: found.Mark}, err
}

var errContacts = fault.New(fault.Unavailable, "contacts_unavailable", "addresses cannot be opened now; try again")

// ask calls the function. What it fails with names no more than a code.
func (c Contacts) ask(ctx context.Context, q query) (out contact, err error) {
	if err := invoke.Function(ctx, c.Lambda, c.Function, q, &out); err != nil {
		return contact{}, errContacts.Because(err)
	}
	return out, nil
}
