package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"rialto/functions/internal/fault"
)

// errGateway is the one error text that API Gateway answers with 401; every other becomes a 500.
var errGateway = errors.New("Unauthorized") //nolint:staticcheck // the gateway's word

type request = events.APIGatewayCustomAuthorizerRequestTypeRequest

// AuthorizerHandler is a function that API Gateway asks who calls and what they may.
type AuthorizerHandler = func(context.Context, request) (events.APIGatewayCustomAuthorizerResponse, error)

// Erased tells whether somebody's data was erased for good.
type Erased = func(context.Context, Identity) bool

var errErased = errors.New("its bearer was erased")

// Authorizer is the function behind the request authorizer of the APIs.
//
// Its policy allows the whole stage of the API. The gateway caches it for the token, whatever route it was
// made for, so one that named a route would deny the next. What a caller may do there is decided by each
// route, with the role, and until exp, that are handed on.
//
// A token outlives an erasure, so erased is asked, too. plan names the gateway's usage plan that a caller's requests count
// against, by its key.
func Authorizer(v *Verifier, erased Erased, plan func(context.Context, Identity) string) AuthorizerHandler {
	return func(ctx context.Context, e request) (events.APIGatewayCustomAuthorizerResponse, error) {
		var none events.APIGatewayCustomAuthorizerResponse
		token, err := bearer(e)
		if err != nil {
			return none, refused(ctx, err)
		}
		who, err := v.Verify(ctx, token)
		if err != nil {
			return none, refused(ctx, err)
		}
		if erased(ctx, who) {
			return none, refused(ctx, ErrInvalidToken.Because(errErased))
		}
		stage, err := stageOf(e.MethodArn)
		if err != nil {
			return none, refused(ctx, err)
		}
		return events.APIGatewayCustomAuthorizerResponse{
			PrincipalID: who.Subject,
			PolicyDocument: events.APIGatewayCustomAuthorizerPolicy{Version: "2012-10-17", Statement: []events.IAMPolicyStatement{{
				Action: []string{"execute-api:Invoke"}, Effect: "Allow", Resource: []string{stage + "/*"},
			}}},
			Context:            who.context(),
			UsageIdentifierKey: plan(ctx, who),
		}, nil
	}
}

// refused turns an error into what the gateway understands, and logs why, without a word of the token.
func refused(ctx context.Context, err error) error {
	f := fault.Of(err)
	if f.Kind == fault.Unauthorized {
		slog.InfoContext(ctx, "token refused", "code", f.Code, "reason", err.Error())
		return errGateway
	}
	slog.ErrorContext(ctx, "token not judged", "code", f.Code, "error", err.Error())
	return errors.New(f.Code)
}

var errNoToken = ErrInvalidToken.Because(errors.New("no bearer token"))

// bearer takes the token from the Authorization header: exactly one, of the Bearer scheme (RFC 6750).
func bearer(e request) (string, error) {
	var values []string
	for name, v := range e.MultiValueHeaders {
		if strings.EqualFold(name, "Authorization") {
			values = append(values, v...)
		}
	}
	if len(e.MultiValueHeaders) == 0 {
		for name, v := range e.Headers {
			if strings.EqualFold(name, "Authorization") {
				values = append(values, v)
			}
		}
	}
	if len(values) != 1 {
		return "", errNoToken
	}
	scheme, token, ok := strings.Cut(values[0], " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || token == "" {
		return "", errNoToken
	}
	return token, nil
}

// stageOf cuts arn:…:<api>/<stage>/<method>/<path> after the stage.
func stageOf(arn string) (string, error) {
	parts := strings.SplitN(arn, "/", 3)
	if len(parts) < 3 || !strings.HasPrefix(parts[0], "arn:") || parts[1] == "" {
		return "", fmt.Errorf("method ARN of %d parts", len(parts))
	}
	return parts[0] + "/" + parts[1], nil
}
