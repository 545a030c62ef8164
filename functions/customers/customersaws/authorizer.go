package customersaws

import (
	"context"

	"rialto/functions/internal/auth"
	"rialto/functions/internal/authaws"
)

// Authorizer returns the function authorize, which accepts tokens of the issuers in the setting ISSUERS and of
// guests, but of nobody who was erased. plan is auth.Authorizer's.
func Authorizer(issuers string, guests authaws.Guests, erased auth.Erased, plan func(context.Context, auth.Identity) string) (any, error) {
	list, err := auth.ParseIssuers(issuers)
	if err != nil {
		return nil, err
	}
	v, err := auth.NewVerifier(auth.Config{Issuers: list, Guests: guests.Accepted()})
	if err != nil {
		return nil, err
	}
	return auth.Authorizer(v, erased, plan), nil
}
