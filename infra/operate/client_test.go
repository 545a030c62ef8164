package operate

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// stageAt is a stage whose AWS APIs are a test's server.
func stageAt(t *testing.T, stage string, answer http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return newClient(stage, aws.Config{Region: "us-east-1", BaseEndpoint: aws.String(server.URL),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")})
}

// Seen to catch: a stage's name left out of the function's; a call past the alias.
func TestInvokeCallsTheStagesFunction(t *testing.T) {
	t.Parallel()
	c := stageAt(t, "dev", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if want := "/2015-03-31/functions/rialto-dev-sellers-tier:live/invocations"; err != nil || r.URL.Path != want ||
			string(body) != `{"tier":"basic"}` {
			t.Errorf("got %s with %s, want %s (%v)", r.URL.Path, body, want, err)
		}
		_, _ = io.WriteString(w, `{"done":1}`)
	})
	var out struct{ Done int }
	if err := c.Invoke(t.Context(), "sellers-tier", map[string]string{"tier": "basic"}, &out); err != nil || out.Done != 1 {
		t.Errorf("got %+v, %v", out, err)
	}
}

// Seen to catch: a function's error taken for its answer.
func TestAFailedFunctionSaysWhereItsLogIs(t *testing.T) {
	t.Parallel()
	for stage, log := range map[string]string{"local": "make logs SERVICE=payouts-run", "prod": "/aws/lambda/rialto-prod-payouts-run"} {
		c := stageAt(t, stage, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
			_, _ = io.WriteString(w, `{"errorMessage":"no table"}`)
		})
		err := c.Invoke(t.Context(), "payouts-run", struct{}{}, &struct{}{})
		if err == nil || !strings.Contains(err.Error(), "no table") || !strings.Contains(err.Error(), log) {
			t.Errorf("%s: got %v", stage, err)
		}
	}
}

// Seen to catch: the swap before the index is whole; a second marketplace that is not built.
func TestReindexGoesOnUntilEachIndexIsDone(t *testing.T) {
	t.Parallel()
	answers := []string{
		`{"marketplaces":["US","DE"]}`,
		`{"progress":{"index":"products-us-2","phase":"copy","written":50}}`,
		`{"progress":{"index":"products-us-2","phase":"done","written":90}}`,
		`{"progress":{"index":"products-de-2","phase":"done","written":7}}`,
	}
	var asked []string
	c := stageAt(t, "dev", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked = append(asked, string(body))
		_, _ = io.WriteString(w, answers[len(asked)-1])
	})
	var out strings.Builder
	if err := c.Reindex(t.Context(), ReindexOptions{Out: &out}); err != nil {
		t.Fatal(err)
	}
	if len(asked) != len(answers) || !strings.Contains(asked[2], `"phase":"copy"`) || !strings.Contains(asked[3], `"marketplace":"DE"`) {
		t.Errorf("search-reindex was asked %q", asked)
	}
	if !strings.Contains(out.String(), "products-us-2: 90 documents written") ||
		!strings.Contains(out.String(), "products-de-2: 7 documents written") {
		t.Errorf("it says %q", out.String())
	}
}
