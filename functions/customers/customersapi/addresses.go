package customersapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/customers"
)

// newAddress takes an empty text for a part that is left out, as forms send all their fields.
type newAddress struct {
	Name       string `json:"name" minLength:"1" maxLength:"100" doc:"Who receives the parcel"`
	Line1      string `json:"line1" minLength:"1" maxLength:"120"`
	Line2      string `json:"line2,omitempty" minLength:"0" maxLength:"120"`
	City       string `json:"city" minLength:"1" maxLength:"80"`
	Region     string `json:"region,omitempty" minLength:"0" maxLength:"60" doc:"By name or ISO 3166-2 code; which countries need one, and which there are, /destinations/{country} tells"`
	PostalCode string `json:"postal_code,omitempty" minLength:"0" maxLength:"20" doc:"Required where the country has postal codes"`
	Country    string `json:"country" pattern:"^[A-Z]{2}$" patternDescription:"two capital letters" doc:"ISO 3166-1 alpha-2"`
	Phone      string `json:"phone,omitempty" minLength:"0" maxLength:"40" doc:"As people of the country write it, or with a plus and a country's code"`
	Email      string `json:"email,omitempty" minLength:"0" maxLength:"254" doc:"Under which a guest can look the order up later"`
}

type addressBody struct {
	ID         string    `json:"address_id"`
	Name       string    `json:"name"`
	Line1      string    `json:"line1"`
	Line2      string    `json:"line2,omitempty"`
	City       string    `json:"city"`
	Region     string    `json:"region,omitempty"`
	PostalCode string    `json:"postal_code,omitempty"`
	Country    string    `json:"country"`
	Phone      string    `json:"phone,omitempty"`
	Email      string    `json:"email,omitempty"`
	CreatedAt  time.Time `json:"created_at"`
}

func addressesOf(list []customers.Address) []addressBody {
	out := make([]addressBody, len(list))
	for i, a := range list {
		out[i] = addressBody(a)
	}
	return out
}

type addressesOutput struct {
	Body struct {
		Addresses []addressBody `json:"addresses" doc:"In the order of adding; 50 at most"`
	}
}

func (h handlers) listAddresses(ctx context.Context, _ *struct{}) (*addressesOutput, error) {
	list, err := h.service.Addresses(ctx, me(ctx))
	if err != nil {
		return nil, err
	}
	out := &addressesOutput{}
	out.Body.Addresses = addressesOf(list)
	return out, nil
}

type addressOutput struct {
	Status int
	Body   addressBody
}

func (h handlers) addAddress(ctx context.Context, in *struct{ Body newAddress }) (*addressOutput, error) {
	b := in.Body
	a, added, err := h.service.AddAddress(ctx, me(ctx), customers.Address{Name: b.Name, Line1: b.Line1, Line2: b.Line2, City: b.City,
		Region: b.Region, PostalCode: b.PostalCode, Country: b.Country, Phone: b.Phone, Email: b.Email})
	if err != nil {
		return nil, err
	}
	return &addressOutput{Status: status(added), Body: addressBody(a)}, nil
}

type addressInput struct {
	ID string `path:"address_id" pattern:"^adr_[a-z2-7]{26}$" patternDescription:"an address id"`
}

func (h handlers) deleteAddress(ctx context.Context, in *addressInput) (*struct{}, error) {
	return nil, h.service.RemoveAddress(ctx, me(ctx), in.ID)
}

type methodBody struct {
	ID            string `json:"payment_method_id"`
	Brand         string `json:"brand,omitempty" doc:"Of the card, as the gateway knows it"`
	Last4         string `json:"last4,omitempty"`
	ExpMonth      int    `json:"exp_month,omitempty" doc:"The last month that the card is good for"`
	ExpYear       int    `json:"exp_year,omitempty"`
	Expired       bool   `json:"expired,omitempty" doc:"True once that month is over"`
	DeclineReason string `json:"decline_reason,omitempty" doc:"Why the bank would not have the card when it was added, with the codes that the errors of a checkout's payment_declined have; absent if it did"`
}

func methodOf(m customers.PaymentMethod) methodBody {
	return methodBody{m.ID, m.Brand, m.Last4, m.ExpMonth, m.ExpYear, m.Expired, m.DeclineReason}
}

type methodsOutput struct {
	Body struct {
		Methods []methodBody `json:"payment_methods" doc:"In the order of adding; 50 at most"`
	}
}

func (h handlers) listMethods(ctx context.Context, _ *struct{}) (*methodsOutput, error) {
	list, err := h.service.Methods(ctx, me(ctx))
	if err != nil {
		return nil, err
	}
	out := &methodsOutput{}
	out.Body.Methods = make([]methodBody, len(list))
	for i, m := range list {
		out.Body.Methods[i] = methodOf(m)
	}
	return out, nil
}

type newMethod struct {
	Token string `json:"token" pattern:"^pm_[A-Za-z0-9_]{1,64}$" patternDescription:"a token of the payment gateway" doc:"The id of a payment method that the shopper's browser made at the gateway; never a card number, and never used elsewhere"`
	Brand string `json:"brand,omitempty" enum:"amex,cartes_bancaires,diners,discover,eftpos_au,jcb,mastercard,unionpay,visa,unknown" deprecated:"true" doc:"Not looked at: the gateway says what the card is"`
	Last4 string `json:"last4,omitempty" pattern:"^[0-9]{4}$" patternDescription:"four digits" deprecated:"true" doc:"Not looked at"`
}

type methodOutput struct {
	Status int
	Body   methodBody
}

func (h handlers) addMethod(ctx context.Context, in *struct{ Body newMethod }) (*methodOutput, error) {
	m, added, err := h.service.AddMethod(ctx, me(ctx), in.Body.Token)
	if err != nil {
		return nil, err
	}
	return &methodOutput{Status: status(added), Body: methodOf(m)}, nil
}

type methodInput struct {
	ID string `path:"payment_method_id" pattern:"^pmt_[a-z2-7]{26}$" patternDescription:"a payment method id"`
}

func (h handlers) deleteMethod(ctx context.Context, in *methodInput) (*struct{}, error) {
	return nil, h.service.RemoveMethod(ctx, me(ctx), in.ID)
}

func status(added bool) int {
	if added {
		return http.StatusCreated
	}
	return http.StatusOK
}
