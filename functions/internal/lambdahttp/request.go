package lambdahttp

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"rialto/functions/internal/fault"
)

// request makes an HTTP request of an event. It is built from parts, as a path may hold what url.Parse refuses
// (/100%) or cuts off (? and #). Where it fails, the request is there without its body.
func request(ctx context.Context, e *events.APIGatewayProxyRequest) (*http.Request, error) {
	h := header(e)
	r := (&http.Request{
		Method: e.HTTPMethod, URL: address(e), Header: h, Host: h.Get("Host"), Body: http.NoBody,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(ctx)
	if r.Host == "" {
		r.Host = e.RequestContext.DomainName
	}
	r.RequestURI = r.URL.RequestURI()
	if ip := e.RequestContext.Identity.SourceIP; ip != "" {
		r.RemoteAddr = net.JoinHostPort(ip, "0")
	}
	body := []byte(e.Body)
	if e.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(e.Body); err != nil {
			return r, fault.New(fault.Malformed, "malformed_body", "the body could not be read").Because(err)
		}
	}
	if len(body) > 0 {
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
	return r, nil
}

// address takes the path as it stands in the event: without the stage, percent-encoded as the client sent
// it. The gateway routes a path with a slash at its end as if it had none, and so do we. Query parameters
// come decoded.
func address(e *events.APIGatewayProxyRequest) *url.URL {
	raw := "/" + strings.Trim(e.Path, "/")
	u := &url.URL{Path: raw}
	if path, err := url.PathUnescape(raw); err == nil && path != raw {
		u.Path, u.RawPath = path, raw
	}
	query := url.Values(e.MultiValueQueryStringParameters)
	if len(query) == 0 {
		query = url.Values{}
		for k, v := range e.QueryStringParameters {
			query.Set(k, v)
		}
	}
	u.RawQuery = query.Encode()
	return u
}

func header(e *events.APIGatewayProxyRequest) http.Header {
	h := http.Header{}
	for k, values := range e.MultiValueHeaders {
		for _, v := range values {
			h.Add(k, v)
		}
	}
	if len(e.MultiValueHeaders) == 0 {
		for k, v := range e.Headers {
			h.Set(k, v)
		}
	}
	return h
}
