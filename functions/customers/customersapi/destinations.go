package customersapi

import (
	"context"

	"rialto/functions/customers"
	"rialto/functions/internal/api"
)

type destinationsOutput struct {
	Body struct {
		Destinations []customers.Destination `json:"destinations" doc:"By country"`
	}
}

func (h handlers) listDestinations(_ context.Context, in *struct{ api.Marketplace }) (*destinationsOutput, error) {
	list, err := customers.Destinations(in.Market)
	if err != nil {
		return nil, err
	}
	out := &destinationsOutput{}
	out.Body.Destinations = list
	return out, nil
}

type destinationInput struct {
	api.Marketplace
	Country string `path:"country" pattern:"^[A-Z]{2}$" patternDescription:"two capital letters" doc:"ISO 3166-1 alpha-2"`
}

type destinationOutput struct{ Body customers.AddressForm }

func (h handlers) getDestination(_ context.Context, in *destinationInput) (*destinationOutput, error) {
	form, err := customers.FormOf(in.Market, in.Country)
	if err != nil {
		return nil, err
	}
	return &destinationOutput{form}, nil
}
