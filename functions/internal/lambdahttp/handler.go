package lambdahttp

import (
	"context"
	"encoding/base64"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/trace"
)

// New returns the Lambda handler that serves h. It never returns an error: the gateway would make a 502 of it.
func New(h http.Handler) func(context.Context, *events.APIGatewayProxyRequest) (*events.APIGatewayProxyResponse, error) {
	return func(ctx context.Context, e *events.APIGatewayProxyRequest) (*events.APIGatewayProxyResponse, error) {
		w := &recorder{header: http.Header{}}
		r, err := request(contextOf(ctx, e), e)
		if err != nil {
			api.Fail(w, r, err)
		} else {
			h.ServeHTTP(w, r)
		}
		return w.response(), nil
	}
}

// contextOf adds who calls and what the request is called to the invocation's context.
func contextOf(ctx context.Context, e *events.APIGatewayProxyRequest) context.Context {
	id := trace.ID(ctx)
	if id == "" {
		id = e.RequestContext.RequestID
	}
	ctx = api.WithTraceID(ctx, id)
	who, ok := auth.FromAuthorizer(e.RequestContext.Authorizer)
	if !ok {
		who, ok = auth.FromSignature(e.RequestContext.Identity.UserArn, time.UnixMilli(e.RequestContext.RequestTimeEpoch).UTC())
	}
	if ok {
		ctx = auth.With(ctx, who)
	}
	return ctx
}

// recorder is an http.ResponseWriter whose answer is returned as a value.
type recorder struct {
	header http.Header
	status int
	body   []byte
}

// Header implements http.ResponseWriter.
func (w *recorder) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter; the first final status counts.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK { // 1xx cannot be passed on
		w.status = status
	}
}

// Write implements http.ResponseWriter.
func (w *recorder) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	w.body = append(w.body, p...)
	return len(p), nil
}

func (w *recorder) response() *events.APIGatewayProxyResponse {
	w.WriteHeader(http.StatusOK)
	r := &events.APIGatewayProxyResponse{StatusCode: w.status, MultiValueHeaders: w.header}
	if utf8.Valid(w.body) {
		r.Body = string(w.body)
	} else {
		r.Body, r.IsBase64Encoded = base64.StdEncoding.EncodeToString(w.body), true
	}
	return r
}
