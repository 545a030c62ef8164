package trace

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// A traced call carries the lineage with which its function was invoked, once, so that Lambda sees a circle. Seen to catch: the
// X-Ray SDK alone, which drops it.
func TestACallCarriesItsLineage(t *testing.T) {
	t.Setenv("LAMBDA_TASK_ROOT", t.TempDir()) // makes the X-Ray SDK believe that it is in a function
	var sent string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent = r.Header.Get(traceHeader)
		_, _ = w.Write([]byte("{}"))
	}))
	t.Cleanup(server.Close)
	cfg := aws.Config{Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")}
	instrument(&cfg)
	const root, rest = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=", "53995c3f42cd8ad8;Sampled=1;Lineage=2:a87bd80c:0"
	//lint:ignore SA1029 it is aws-lambda-go's own key
	ctx := context.WithValue(t.Context(), invokedWith, root+rest)
	if _, err := dynamodb.NewFromConfig(cfg).ListTables(ctx, &dynamodb.ListTablesInput{}); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(sent, root) || !strings.HasSuffix(sent, ";Lineage=2:a87bd80c:0") {
		t.Errorf("the call was sent with %q", sent)
	}
}
