package customersaws_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"rialto/functions/customers/customersaws"
	"rialto/functions/internal/fault"
	"rialto/localstack/standins/issuer"
)

// A user is gone, and again is a success; a pool that is away is asked again. Seen to catch: a guest, who never was a user.
func TestAUserIsTakenOffThePool(t *testing.T) {
	t.Parallel()
	key, err := issuer.EnsureKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	known, err := issuer.Handler(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(known)
	t.Cleanup(server.Close)
	pool := func(url string) customersaws.Pool {
		return customersaws.Pool{ID: "pool", Client: cognitoidentityprovider.New(cognitoidentityprovider.Options{Region: "us-east-1",
			BaseEndpoint: &url, Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""), RetryMaxAttempts: 1})}
	}
	shown := func() int {
		t.Helper()
		a, err := http.Get(server.URL + "/users/cus_a")
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		return a.StatusCode
	}
	if shown() != http.StatusNoContent {
		t.Error("a user who was not deleted is not there")
	}
	for _, there := range []bool{true, false} {
		if out, err := pool(server.URL).Close(t.Context(), customersaws.Closing{CustomerID: "cus_a"}); err != nil || out.There != there {
			t.Errorf("%+v %v", out, err)
		}
		if shown() != http.StatusNotFound {
			t.Error("a user who was deleted is there")
		}
	}
	server.Close()
	if _, err := pool(server.URL).Close(t.Context(), customersaws.Closing{CustomerID: "cus_b"}); fault.Code(err) != "users_unavailable" {
		t.Error(err)
	}
}
