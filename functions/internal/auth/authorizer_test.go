package auth

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
)

const methodARN = "arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/GET/api/v1/cart"

// allowed is the answer for a customer's token.
var allowed = events.APIGatewayCustomAuthorizerResponse{
	PrincipalID: "cus_1",
	PolicyDocument: events.APIGatewayCustomAuthorizerPolicy{Version: "2012-10-17", Statement: []events.IAMPolicyStatement{{
		Action: []string{"execute-api:Invoke"}, Effect: "Allow", Resource: []string{"arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/*"},
	}}},
	Context: map[string]any{"sub": "cus_1", "role": "customer", "seller_id": "", "order_id": "", "scopes": "orders cart",
		"exp": "1767326645"},
	UsageIdentifierKey: "plan of cus_1",
}

func TestAuthorizer(t *testing.T) {
	s := newTestIssuers(t)
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	token := s.sign(t, testToken{})
	bad := s.sign(t, testToken{claims: map[string]any{"aud": "other"}})
	single := request{MethodArn: methodARN, Headers: map[string]string{"authorization": "bearer " + token}}
	noARN := requestWith("Authorization", "Bearer "+token)
	noARN.MethodArn = "abc"

	gone := s.sign(t, testToken{claims: map[string]any{"sub": "cus_gone"}})
	erased := func(_ context.Context, who Identity) bool { return who.Subject == "cus_gone" }
	authorize := Authorizer(s.verifier, erased, func(_ context.Context, who Identity) string { return "plan of " + who.Subject })
	for name, c := range map[string]struct {
		event request
		err   string
	}{
		"good":            {requestWith("Authorization", "Bearer "+token), ""},
		"small letters":   {single, ""},
		"no header":       {requestWith(), "Unauthorized"},
		"basic":           {requestWith("Authorization", "Basic "+token), "Unauthorized"},
		"token alone":     {requestWith("Authorization", token), "Unauthorized"},
		"empty":           {requestWith("Authorization", "Bearer "), "Unauthorized"},
		"twice":           {requestWith("Authorization", "Bearer "+token, "Authorization", "Bearer "+token), "Unauthorized"},
		"in two writings": {requestWith("Authorization", "Bearer "+token, "authorization", "Bearer "+bad), "Unauthorized"},
		"of one erased":   {requestWith("Authorization", "Bearer "+gone), "Unauthorized"},
		"bad token":       {requestWith("Authorization", "Bearer "+bad), "Unauthorized"},
		"token in query": {request{MethodArn: methodARN,
			QueryStringParameters: map[string]string{"Authorization": "Bearer " + token}}, "Unauthorized"},
		"no ARN": {noARN, "internal"},
	} {
		got, err := authorize(context.Background(), c.event)
		if c.err != "" {
			if err == nil || err.Error() != c.err || got.PolicyDocument.Statement != nil {
				t.Errorf("%s: %v, %+v", name, err, got)
			}
			continue
		}
		if diff := cmp.Diff(allowed, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
	s.away.Store(true)
	s.clock.forward(keysPause)
	if _, err := authorize(context.Background(),
		requestWith("Authorization", "Bearer "+s.sign(t,
			testToken{header: map[string]any{"kid": "a2"}}))); err == nil || err.Error() != "issuer_unavailable" {
		t.Errorf("an issuer that is away: %v", err)
	}
	for _, secret := range append(strings.Split(token, "."), strings.Split(bad, ".")...) {
		if strings.Contains(log.String(), secret) {
			t.Errorf("a part of a token was logged: %s", secret)
		}
	}
	if !strings.Contains(log.String(), "another audience") {
		t.Errorf("the reason is not logged: %s", log.String())
	}
}

// requestWith is a request with headers, names and values in turn.
func requestWith(headers ...string) request {
	e := request{MethodArn: methodARN, MultiValueHeaders: map[string][]string{}}
	for i := 0; i < len(headers); i += 2 {
		e.MultiValueHeaders[headers[i]] = append(e.MultiValueHeaders[headers[i]], headers[i+1])
	}
	return e
}

func TestOnlyWholeIdentitiesComeFromTheGateway(t *testing.T) {
	t.Parallel()
	whole := func() map[string]any {
		return Identity{Subject: "u", Role: Seller, SellerID: "sel_1", ExpiresAt: testTime.Add(time.Hour)}.context()
	}
	if _, ok := FromAuthorizer(whole()); !ok {
		t.Fatal("the whole one is refused")
	}
	for key, values := range map[string][]any{
		"sub": {nil, "", 7}, "role": {nil, "", "admin", "customer", "guest", []string{"seller"}}, "seller_id": {nil, ""},
		"exp": {nil, "", "x", "1.5", int64(1767326645), 1767326645.0},
	} {
		for _, v := range values {
			m := whole()
			m[key] = v
			if i, ok := FromAuthorizer(m); ok {
				t.Errorf("%s = %v: %+v", key, v, i)
			}
		}
	}
	if i, ok := FromAuthorizer(nil); ok {
		t.Errorf("nothing: %+v", i)
	}
	if _, ok := From(context.Background()); ok {
		t.Error("an empty context names somebody")
	}
}
