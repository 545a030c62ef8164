package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"rialto/functions/internal/fault"
)

// Problem is the body of every failure (RFC 9457).
type Problem struct {
	Type    string        `json:"type" doc:"Always about:blank; the code tells problems apart"`
	Title   string        `json:"title" doc:"The meaning of the status"`
	Status  int           `json:"status" doc:"The HTTP status"`
	Detail  string        `json:"detail" doc:"What went wrong, for people"`
	Code    string        `json:"code" doc:"What went wrong, for programs; stable"`
	TraceID string        `json:"trace_id" doc:"Names this request in our logs"`
	Errors  []fault.Field `json:"errors,omitempty" doc:"Each rejected input"`
	Current any           `json:"current,omitempty" doc:"What stands now, where the caller's picture of it is old: of cart_changed a quote, of product_has_variants those"`

	retryAfter time.Duration
}

// Error makes a Problem an error, as huma demands of one.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter: a failure is application/problem+json.
func (p *Problem) ContentType(string) string { return problemType }

// GetHeaders returns the headers that go with the problem.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(seconds(p.retryAfter)))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	return h
}

const problemType = "application/problem+json"

// statuses is the one place where a kind of failure becomes an HTTP status.
var statuses = map[fault.Kind]int{
	fault.Internal:     http.StatusInternalServerError,
	fault.Malformed:    http.StatusBadRequest,
	fault.Invalid:      http.StatusUnprocessableEntity,
	fault.Unauthorized: http.StatusUnauthorized,
	fault.Forbidden:    http.StatusForbidden,
	fault.NotFound:     http.StatusNotFound,
	fault.Conflict:     http.StatusConflict,
	fault.Stale:        http.StatusPreconditionFailed,
	fault.Declined:     http.StatusPaymentRequired,
	fault.TooLarge:     http.StatusRequestEntityTooLarge,
	fault.Throttled:    http.StatusTooManyRequests,
	fault.Unavailable:  http.StatusServiceUnavailable,
}

// Fail answers a request with the problem of err. It is for adapters that fail before a route is reached.
func Fail(w http.ResponseWriter, r *http.Request, err error) {
	write(w, failure(r.Context(), err))
}

// failure turns an error into its problem and logs what is not the caller's doing.
func failure(ctx context.Context, err error) *Problem {
	f := fault.Of(err)
	p := problem(ctx, statuses[f.Kind], f.Code, f.Message)
	p.Errors, p.Current = f.Fields, f.Current
	p.retryAfter = f.RetryAfter
	if f.Kind == fault.Throttled && p.retryAfter == 0 {
		p.retryAfter = time.Second
	}
	switch {
	case f.Kind == fault.Internal:
		slog.ErrorContext(ctx, "request failed", "code", p.Code, "trace_id", p.TraceID, "error", err.Error())
	case f.Kind.Transient():
		slog.WarnContext(ctx, "request refused for now", "code", p.Code, "trace_id", p.TraceID, "error", err.Error())
	}
	return p
}

// invalid is the problem of a request with flaws.
func invalid(ctx context.Context, flaws []fault.Field) *Problem {
	slices.SortStableFunc(flaws, func(a, b fault.Field) int { return strings.Compare(a.Pointer, b.Pointer) })
	flaws = firstOfEachPlace(flaws)
	code, detail := "invalid_request", "the request has inputs that are not accepted"
	if same := flaws[0].Code; (same == codeUnknownField || same == codeUnknownParameter) && all(flaws, same) {
		code, detail = same, "the request has inputs that this operation does not have"
	}
	p := problem(ctx, statuses[fault.Invalid], code, detail)
	p.Errors = flaws
	return p
}

func all(flaws []fault.Field, code string) bool {
	for _, f := range flaws {
		if f.Code != code {
			return false
		}
	}
	return true
}

func problem(ctx context.Context, status int, code, detail string) *Problem {
	if status == 0 {
		status = http.StatusInternalServerError
	}
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Code: code, TraceID: TraceID(ctx)}
}

func write(w http.ResponseWriter, p *Problem) {
	for k, v := range p.GetHeaders() {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Type", problemType)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // a caller that went away is no failure of ours
}
