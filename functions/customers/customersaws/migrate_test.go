package customersaws

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-lambda-go/cfn"

	"rialto/functions/customers/customersstore"
)

// A deployment hears how its migration went, and a deleted stack migrates nothing. Seen to catch: a failure that is told as a success;
// a migration at the end of a stack.
func TestADeploymentHearsOfItsMigration(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		request cfn.RequestType
		fails   error
		runs    int
		want    cfn.StatusType
	}{
		"a stack is made":     {cfn.RequestCreate, nil, 1, cfn.StatusSuccess},
		"a stack is changed":  {cfn.RequestUpdate, nil, 1, cfn.StatusSuccess},
		"the migration fails": {cfn.RequestUpdate, errors.New("column exists"), 1, cfn.StatusFailed},
		"a stack is deleted":  {cfn.RequestDelete, nil, 0, cfn.StatusSuccess},
		"an operator":         {"", nil, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var told cfn.Response
			server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if err := json.NewDecoder(r.Body).Decode(&told); err != nil {
					t.Error(err)
				}
			}))
			defer server.Close()
			runs := 0
			done, err := deployed(func(context.Context) (customersstore.Migrated, error) {
				runs++
				return customersstore.Migrated{Version: 7}, c.fails
			})(t.Context(), cfn.Event{RequestType: c.request, RequestID: "r", ResponseURL: server.URL, PhysicalResourceID: "schema"})
			if err != nil || runs != c.runs || told.Status != c.want || c.runs == 1 && done.Version != 7 {
				t.Errorf("%d runs, told %q, done %v: %v", runs, told.Status, done, err)
			}
			if c.want != "" && told.PhysicalResourceID != "schema" {
				t.Errorf("the resource is %q", told.PhysicalResourceID)
			}
		})
	}
}
