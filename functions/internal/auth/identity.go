package auth

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Role is what kind of party a token names.
type Role string

// The roles.
const (
	Guest    Role = "guest"
	Customer Role = "customer"
	Seller   Role = "seller"
	Operator Role = "operator"
)

// Identity is the caller, as a verified token names them.
type Identity struct {
	Subject   string // cus_… where Rialto made the token, the user pool's own id where Cognito did; an operator's ARN
	Role      Role
	SellerID  string // sel_…, only for sellers
	OrderID   string // ord_…: a guest's token that opens this order alone; "" for all others
	Scopes    []string
	ExpiresAt time.Time // when the token ends; a cached policy may outlive it, so check
}

// Has tells whether the token carries a scope.
func (i Identity) Has(scope string) bool { return slices.Contains(i.Scopes, scope) }

type identityKey struct{}

// With puts the caller into the context. Only the adapter of an API calls it.
func With(ctx context.Context, i Identity) context.Context {
	return context.WithValue(ctx, identityKey{}, i)
}

// From returns the caller, if there is one.
func From(ctx context.Context) (Identity, bool) {
	i, ok := ctx.Value(identityKey{}).(Identity)
	return i, ok
}

// The keys of the authorizer's context. Values are strings: API Gateway makes strings of all others.
const (
	keySubject  = "sub"
	keyRole     = "role"
	keySellerID = "seller_id"
	keyOrderID  = "order_id"
	keyScopes   = "scopes"
	keyExpires  = "exp" // seconds since 1970
)

// FromAuthorizer reads the caller from requestContext.authorizer of an API Gateway event. What is not exactly
// as Context wrote it is nobody.
func FromAuthorizer(values map[string]any) (Identity, bool) {
	text := func(key string) string { s, _ := values[key].(string); return s }
	seconds, err := strconv.ParseInt(text(keyExpires), 10, 64)
	i := Identity{
		Subject:   text(keySubject),
		Role:      Role(text(keyRole)),
		SellerID:  text(keySellerID),
		OrderID:   text(keyOrderID),
		Scopes:    strings.Fields(text(keyScopes)),
		ExpiresAt: time.Unix(seconds, 0).UTC(),
	}
	if err != nil || i.check() != nil {
		return Identity{}, false
	}
	return i, true
}

// signedFor is how long a signed request counts, from when the gateway took it: its signature was checked with it.
const signedFor = 15 * time.Minute

// FromSignature names the operator whose signature (IAM) the gateway has checked, by the ARN of requestContext.identity; taken is
// when the gateway took the request. Where no signature is asked for there is no ARN, and so nobody.
func FromSignature(arn string, taken time.Time) (Identity, bool) {
	if arn == "" {
		return Identity{}, false
	}
	return Identity{Subject: arn, Role: Operator, ExpiresAt: taken.Add(signedFor)}, true
}

// context is what FromAuthorizer reads back.
func (i Identity) context() map[string]any {
	return map[string]any{
		keySubject:  i.Subject,
		keyRole:     string(i.Role),
		keySellerID: i.SellerID,
		keyOrderID:  i.OrderID,
		keyScopes:   strings.Join(i.Scopes, " "),
		keyExpires:  strconv.FormatInt(i.ExpiresAt.Unix(), 10),
	}
}
