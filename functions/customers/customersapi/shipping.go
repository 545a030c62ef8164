package customersapi

import (
	"context"

	"rialto/functions/customers"
	"rialto/functions/internal/api"
)

type optionsOutput struct {
	Body struct {
		Options []customers.ShippingOption `json:"shipping_options" doc:"The first is taken when a checkout names none"`
	}
}

func (h handlers) listOptions(_ context.Context, in *struct{ api.Marketplace }) (*optionsOutput, error) {
	list, err := customers.Options(in.Market)
	if err != nil {
		return nil, err
	}
	out := &optionsOutput{}
	out.Body.Options = list
	return out, nil
}
