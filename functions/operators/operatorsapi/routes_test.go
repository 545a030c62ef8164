package operatorsapi_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
	"rialto/functions/operators"
	"rialto/functions/operators/operatorsapi"
)

// audit lets nothing happen, and remembers what was asked for.
type audit struct {
	operatorsapi.Audit
	asked []operators.Call
}

func (a *audit) Do(_ context.Context, c operators.Call, _ func(context.Context) error) error {
	a.asked = append(a.asked, c)
	return fault.New(fault.Unavailable, "audit_log_away", "the audit log takes nothing")
}

// body is what a route takes, with every field that it needs.
var bodies = map[string]string{}

// No route does anything that is not written down: there are no use cases here, so that whatever reached one would panic. Seen to
// catch: a route that was made by api.Handle alone.
func TestWhatIsNotWrittenDownIsNotDone(t *testing.T) {
	t.Parallel()
	for _, r := range operatorsapi.Routes(operatorsapi.Services{}) {
		a := &audit{}
		h := api.Handler(operatorsapi.Routes(operatorsapi.Services{Audit: a}))
		path := strings.NewReplacer("{order_id}", "ord_"+strings.Repeat("a", 26)).Replace(r.Path)
		request := httptest.NewRequest(r.Method, path+"?reason=asked", nil)
		if b, there := bodies[r.ID]; there {
			request = httptest.NewRequest(r.Method, path, strings.NewReader(b))
			request.Header.Set("Idempotency-Key", "a-key-of-a-call")
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, request.WithContext(auth.With(request.Context(),
			auth.Identity{Subject: "opr_1", Role: auth.Operator, ExpiresAt: time.Now().Add(time.Hour)})))
		var p api.Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != http.StatusServiceUnavailable || p.Code != "audit_log_away" {
			t.Errorf("%s: %d %s", r.ID, w.Code, w.Body)
			continue
		}
		about := ""
		if _, rest, named := strings.Cut(r.Path, "{"); named {
			about = strings.Split(strings.TrimPrefix(path, strings.Split(r.Path, "{")[0]), "/")[0]
			_ = rest
		}
		if len(a.asked) != 1 || a.asked[0].Name != r.ID || a.asked[0].Operator != "opr_1" || a.asked[0].Reason == "" || a.asked[0].Subject != about {
			t.Errorf("%s is written as %+v, about %q", r.ID, a.asked, about)
		}
	}
}
