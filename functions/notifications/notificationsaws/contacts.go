package notificationsaws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"rialto/functions/internal/fault"
	"rialto/functions/notifications"
	"rialto/functions/orders"
)

// Invoking is the part of Lambda that calls functions.
type Invoking interface {
	Invoke(context.Context, *lambda.InvokeInput, ...func(*lambda.Options)) (*lambda.InvokeOutput, error)
}

// Contacts opens addresses by way of a function of customers: the network of the database has no way out to SES.
type Contacts struct {
	Lambda   Invoking
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
	payload, err := json.Marshal(q)
	if err != nil {
		return contact{}, fmt.Errorf("ask for an address: %w", err)
	}
	answer, err := c.Lambda.Invoke(ctx, &lambda.InvokeInput{FunctionName: &c.Function, Payload: payload})
	if err != nil {
		return contact{}, errContacts.Because(err)
	}
	if answer.FunctionError != nil {
		return contact{}, errContacts.Because(fmt.Errorf("%s: %.200s", *answer.FunctionError, answer.Payload))
	}
	if json.Unmarshal(answer.Payload, &out) != nil {
		return contact{}, errContacts.Because(errors.New("its answer is not readable"))
	}
	return out, nil
}
