package operatorsapi_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
	"rialto/functions/operators"
	"rialto/functions/operators/operatorsapi"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // what is refused is refused on purpose
	os.Exit(m.Run())
}

// audit lets nothing happen, and remembers what was asked for.
type audit struct {
	operatorsapi.Audit
	asked []operators.Call
}

func (a *audit) Do(_ context.Context, c operators.Call, _ func(context.Context) error) error {
	a.asked = append(a.asked, c)
	return fault.New(fault.Unavailable, "audit_log_away", "the audit log takes nothing")
}

// subjects are of routes whose subject is not what their path names first.
var subjects = map[string]string{"decideAppeal": "of_return_id", "takeReviewDown": "of_review_id",
	"takeReviewImageDown": "of_image_id", "restoreReview": "of_review_id",
	"findCoupon": "US#OF_CODE",
	"putCoupon":  "US#OF_CODE", "stopCoupon": "US#OF_CODE"}

var parameter = regexp.MustCompile(`\{(\w+)\}`)

// bodies are what routes take, with every field that they need.
var bodies = map[string]string{
	"cancelAnyOrder":      `{"reason":"asked"}`,
	"refundOrder":         `{"reason":"asked"}`,
	"resolveParcel":       `{"as":"retry","reason":"asked"}`,
	"reshipParcel":        `{"cause":"lost","reason":"asked"}`,
	"findCustomer":        `{"email":"a@example.com","reason":"asked"}`,
	"blockSeller":         `{"reason":"asked"}`,
	"unblockSeller":       `{"reason":"asked"}`,
	"setSellerTier":       `{"tier":"pro","reason":"asked"}`,
	"takePageDown":        `{"reason":"asked"}`,
	"restorePage":         `{"reason":"asked"}`,
	"takeImageDown":       `{"image":"https://images.example/1","reason":"asked"}`,
	"restoreImage":        `{"image":"https://images.example/1","reason":"asked"}`,
	"decideAppeal":        `{"decision":"granted","reason":"asked"}`,
	"takeReviewDown":      `{"reason":"asked"}`,
	"takeReviewImageDown": `{"reason":"asked"}`,
	"restoreReview":       `{"reason":"asked"}`,
	"stopCoupon":          `{"reason":"asked"}`,
	"cancelCampaign":      `{"reason":"asked"}`,
	"putCampaign": `{"name":"A Friday","marketplaces":["US"],"time_zone":"UTC","starts_at":"2026-11-27T00:00:00","ends_at":"2026-11-28T00:00:00",
		"peak_orders_per_second":1,"peak_page_views_per_second":1,"reason":"asked"}`,
	"putCoupon": `{"kind":"percent","basis_points":1000,"valid_from":"2027-01-01T00:00:00Z","valid_until":"2027-02-01T00:00:00Z","budget":5,
		"reason":"asked"}`,
}

// No route does anything that is not written down: there are no use cases here, so that whatever reached one would panic. Seen to
// catch: a route that was made by api.Handle alone.
func TestWhatIsNotWrittenDownIsNotDone(t *testing.T) {
	t.Parallel()
	for _, r := range operatorsapi.Routes(operatorsapi.Services{}) {
		a := &audit{}
		h := api.Handler(operatorsapi.Routes(operatorsapi.Services{Audit: a}))
		path := parameter.ReplaceAllString(strings.Replace(r.Path, "{marketplace}", "US", 1), "of_$1")
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
		if named := parameter.FindStringSubmatch(r.Path); named != nil {
			about = "of_" + named[1]
		}
		if of, there := subjects[r.ID]; there {
			about = of
		}
		if len(a.asked) != 1 || a.asked[0].Name != r.ID || a.asked[0].Operator != "opr_1" || a.asked[0].Reason == "" || a.asked[0].Subject != about {
			t.Errorf("%s is written as %+v, about %q", r.ID, a.asked, about)
		}
	}
}
