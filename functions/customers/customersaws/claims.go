package customersaws

import (
	"context"
	"log/slog"
	"slices"

	"github.com/aws/aws-lambda-go/events"

	"rialto/functions/internal/auth"
	"rialto/functions/internal/ids"
)

// The group and the attribute of the user pool that make a user a seller. infra/ makes both; only an operator puts a
// user into the one and a value into the other.
const (
	sellersGroup    = "sellers"
	sellerAttribute = "custom:seller_id"
)

// Claims is the function claims: Cognito calls it before it signs a user's tokens, and it gives both tokens the
// claims that package auth reads. It never fails, since a failure would keep the user from signing in: who is
// not wholly a seller signs in as a customer.
func Claims(ctx context.Context, e events.CognitoEventUserPoolsPreTokenGenV2_0) (events.CognitoEventUserPoolsPreTokenGenV2_0, error) {
	groups := e.Request.GroupConfiguration
	add := claims(groups.GroupsToOverride, e.Request.UserAttributes)
	if add["role"] != string(auth.Seller) && slices.Contains(groups.GroupsToOverride, sellersGroup) {
		slog.WarnContext(ctx, "a user of the group sellers signs in as a customer: they have no seller id", "subject", e.Request.UserAttributes["sub"])
	}
	e.Response.ClaimsAndScopeOverrideDetails = events.ClaimsAndScopeOverrideDetailsV2_0{
		IDTokenGeneration: events.IDTokenGenerationV2_0{ClaimsToAddOrOverride: add, ClaimsToSuppress: []string{}},
		AccessTokenGeneration: events.AccessTokenGenerationV2_0{ClaimsToAddOrOverride: add, ClaimsToSuppress: []string{},
			ScopesToAdd: []string{}, ScopesToSuppress: []string{}},
		GroupOverrideDetails: groups, // an empty one would take the user's groups out of the tokens
	}
	return e, nil
}

// claims are the claims of a user of these groups with these attributes. One is a seller who is in the group and has a
// seller's id; either alone makes nobody a seller.
func claims(groups []string, attributes map[string]string) map[string]any {
	if id := attributes[sellerAttribute]; slices.Contains(groups, sellersGroup) && ids.Valid(ids.Seller, id) {
		return map[string]any{"role": string(auth.Seller), "seller_id": id}
	}
	return map[string]any{"role": string(auth.Customer)}
}
