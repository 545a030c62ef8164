package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
)

func TestFailures(t *testing.T) {
	t.Parallel()
	before := logged.String() // -count repeats a test in one process
	for note, c := range map[string]struct {
		status     int
		code       string
		retryAfter string
	}{
		"declined": {402, "payment_declined", ""},
		"broken":   {500, "internal", ""},
		"panic":    {500, "internal", ""},
		"busy":     {429, "too_many_checkouts", "1"},
		"away":     {503, "no_answer", "2"},
	} {
		w := testCall{role: auth.Guest, body: `{"note":"` + note + `",` + goodBody[1:]}.do(t)
		p := problemIn(t, w.Result(), w.Body.Bytes())
		if p.Status != c.status || p.Code != c.code || w.Header().Get("Retry-After") != c.retryAfter {
			t.Errorf("%s: %d %s, Retry-After %q", note, p.Status, p.Code, w.Header().Get("Retry-After"))
		}
		if strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s: an internal leaks: %s", note, w.Body)
		}
		if w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be cached", note)
		}
	}
	for _, secret := range []string{"secret of ours", "secret in a panic"} {
		if n := strings.Count(logged.String(), secret) - strings.Count(before, secret); n != 1 {
			t.Errorf("%q was logged %d times", secret, n)
		}
	}
	if strings.Contains(logged.String(), "secret of the bank") {
		t.Error("what is the caller's doing was logged")
	}
}

func TestEveryKindHasAStatusOfItsOwn(t *testing.T) {
	t.Parallel()
	seen := map[int]fault.Kind{}
	for k := fault.Internal; k <= fault.Unavailable; k++ {
		status := statuses[k]
		if other, twice := seen[status]; status == 0 || twice {
			t.Errorf("kind %d has status %d, as kind %d", k, status, other)
		}
		seen[status] = k
	}
}

func TestFailAnswersAnAdapter(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/", nil)
	Fail(w, r.WithContext(WithTraceID(r.Context(), "1-trace")), fault.New(fault.Malformed, "malformed_event", "the body is not base64"))
	if p := problemIn(t, w.Result(), w.Body.Bytes()); p.Status != http.StatusBadRequest || p.Code != "malformed_event" {
		t.Errorf("%+v", p)
	}
}

// An output that cannot be encoded is found only after its status was set.
func TestAnAnswerThatCannotBeWrittenIsAProblem(t *testing.T) {
	t.Parallel()
	type output struct{ Body struct{ F float64 } }
	h := Handler([]Route{Handle(Route{ID: "nan", Method: "GET", Path: "/x", Summary: "x", Context: "x", Access: Public},
		func(context.Context, *struct{}) (*output, error) {
			out := &output{}
			zero := 0.0
			out.Body.F = zero / zero
			return out, nil
		})})
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/x", nil)
	h.ServeHTTP(w, r.WithContext(WithTraceID(r.Context(), "1-trace")))
	if p := problemIn(t, w.Result(), w.Body.Bytes()); p.Status != http.StatusInternalServerError {
		t.Errorf("%+v", p)
	}
}
