package customersaws

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/auth"
)

func TestClaims(t *testing.T) {
	t.Parallel()
	const seller = "sel_aaaaaaaaaaaaaaaaaaaaaaaaaa"
	customer := map[string]any{"role": "customer"}
	for name, c := range map[string]struct {
		groups     []string
		attributes map[string]string
		want       map[string]any
	}{
		"anybody":         {nil, nil, customer},
		"of other groups": {[]string{"testers", "Sellers"}, map[string]string{sellerAttribute: seller}, customer},
		"a seller": {[]string{"testers", "sellers"}, map[string]string{sellerAttribute: seller},
			map[string]any{"role": "seller", "seller_id": seller}},
		"a seller without an id":     {[]string{"sellers"}, map[string]string{"email": "a@example.com"}, customer},
		"a seller of a malformed id": {[]string{"sellers"}, map[string]string{sellerAttribute: "sel_a"}, customer},
		"an id without the group":    {nil, map[string]string{sellerAttribute: seller}, customer},
		"an attribute of that name":  {[]string{"sellers"}, map[string]string{"seller_id": seller}, customer},
	} {
		got := claims(c.groups, c.attributes)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s, want (-), got (+):\n%s", name, diff)
		}
		// What the verifier would make of a token with these claims is somebody.
		values := map[string]any{"sub": "a36036a8-9061-424d-a737-56d57dae7bc6", "exp": "1900000000"}
		for k, v := range got {
			values[k] = v
		}
		if _, ok := auth.FromAuthorizer(values); !ok {
			t.Errorf("%s: nobody has the claims %v", name, got)
		}
	}
}

// TestBothTokensAreGivenTheClaims feeds what Cognito sends and reads what it would be answered.
func TestBothTokensAreGivenTheClaims(t *testing.T) {
	t.Parallel()
	var e events.CognitoEventUserPoolsPreTokenGenV2_0
	if err := json.Unmarshal([]byte(`{"version": "2", "triggerSource": "TokenGeneration_Authentication", "userName": "u", "request": {
		"userAttributes": {"sub": "u", "custom:seller_id": "sel_aaaaaaaaaaaaaaaaaaaaaaaaaa"},
		"groupConfiguration": {"groupsToOverride": ["sellers"], "iamRolesToOverride": [], "preferredRole": null},
		"scopes": ["aws.cognito.signin.user.admin"]}, "response": {"claimsAndScopeOverrideDetails": null}}`), &e); err != nil {
		t.Fatal(err)
	}
	out, err := Claims(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Version  string
		Response struct {
			ClaimsAndScopeOverrideDetails map[string]map[string]any
		}
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	add, none := map[string]any{"role": "seller", "seller_id": "sel_aaaaaaaaaaaaaaaaaaaaaaaaaa"}, []any{}
	want := map[string]map[string]any{
		"idTokenGeneration":     {"claimsToAddOrOverride": add, "claimsToSuppress": none},
		"accessTokenGeneration": {"claimsToAddOrOverride": add, "claimsToSuppress": none, "scopesToAdd": none, "scopesToSuppress": none},
		"groupOverrideDetails":  {"groupsToOverride": []any{"sellers"}, "iamRolesToOverride": none, "preferredRole": nil},
	}
	if diff := cmp.Diff(want, got.Response.ClaimsAndScopeOverrideDetails); diff != "" || got.Version != "2" {
		t.Errorf("version %s, want (-), got (+):\n%s", got.Version, diff)
	}
}
