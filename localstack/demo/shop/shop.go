// Package shop is a shopper's client of the deployed API, for the demo and the end-to-end tests. It knows HTTP,
// the paths and the answers' fields, and no code of the functions.
package shop

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"rialto/functions/contract"
	"rialto/localstack/cloud"
	"rialto/localstack/standins/issuer"
)

// ShopperURL, SellerURL and OpsURL are the APIs on the local cloud.
const (
	ShopperURL = contract.LocalAWSURL + "/_aws/execute-api/rialto-local-shopper/local"
	SellerURL  = contract.LocalAWSURL + "/_aws/execute-api/rialto-local-seller/local"
	OpsURL     = contract.LocalAWSURL + "/_aws/execute-api/rialto-local-ops/local"
)

// Client calls one API as one caller. The zero Token calls without one.
type Client struct {
	Base   string
	Token  string
	Market string // X-Marketplace; empty sends none
	HTTP   *http.Client
}

// Answer is a response, read.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Into decodes the body.
func (a Answer) Into(v any) error {
	if err := json.Unmarshal(a.Body, v); err != nil {
		return fmt.Errorf("read answer %d %.200q: %w", a.Status, a.Body, err)
	}
	return nil
}

// Problem is an RFC 9457 answer.
type Problem struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Errors []struct {
		Pointer string `json:"pointer"`
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"errors"`
}

// Problem decodes a problem document; what is none has an empty Code.
func (a Answer) Problem() Problem {
	var p Problem
	if strings.HasPrefix(a.Header.Get("Content-Type"), "application/problem+json") {
		_ = json.Unmarshal(a.Body, &p) // an unreadable one stays empty, and so is no problem document
	}
	return p
}

// Option changes a request.
type Option func(*http.Request)

// With sets a header.
func With(name, value string) Option { return func(r *http.Request) { r.Header.Set(name, value) } }

// Key sends an Idempotency-Key.
func Key(key string) Option { return With("Idempotency-Key", key) }

// NewKey returns a fresh idempotency key.
func NewKey() string { return rand.Text() }

// Do sends a request; body is marshalled unless it is nil, a string or bytes.
func (c *Client) Do(ctx context.Context, method, path string, body any, options ...Option) (Answer, error) {
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	case []byte:
		reader = bytes.NewReader(b)
	default:
		j, err := json.Marshal(b)
		if err != nil {
			return Answer{}, fmt.Errorf("write request: %w", err)
		}
		reader = bytes.NewReader(j)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.Base+path, reader)
	if err != nil {
		return Answer{}, err
	}
	if reader != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.Token)
	}
	if c.Market != "" {
		req.Header.Set("X-Marketplace", c.Market)
	}
	for _, o := range options {
		o(req)
	}
	client := c.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return Answer{res.StatusCode, res.Header, b}, err
}

// patience is how often a read that is told to come back later does so: the first search of a marketplace may come before the first
// shard of its index is up.
const patience = 3

// Call is Do for a request that must succeed; the answer is decoded into out unless it is nil. A read that is answered 503 with a
// Retry-After is sent again then.
func (c *Client) Call(ctx context.Context, method, path string, body, out any, options ...Option) (Answer, error) {
	a, err := c.Do(ctx, method, path, body, options...)
	for range patience {
		wait, told := time.ParseDuration(a.Header.Get("Retry-After") + "s")
		if err != nil || method != http.MethodGet || a.Status != http.StatusServiceUnavailable || told != nil {
			break
		}
		if err = Pause(ctx, wait); err == nil {
			a, err = c.Do(ctx, method, path, body, options...)
		}
	}
	if err != nil {
		return a, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if a.Status >= 300 {
		return a, fmt.Errorf("%s %s: %d %s %s", method, path, a.Status, a.Problem().Code, a.Problem().Detail)
	}
	if out == nil {
		return a, nil
	}
	return a, a.Into(out)
}

// Mint signs a token of the development issuer.
func Mint(c issuer.Claims) (string, error) {
	folder, err := cloud.IssuerFolder()
	if err != nil {
		return "", err
	}
	key, err := issuer.LoadKey(folder)
	if err != nil {
		return "", err
	}
	c.IssuedAt = time.Now()
	if c.Lifetime == 0 {
		c.Lifetime = time.Hour
	}
	return issuer.Mint(key, c)
}

// Customer returns a signed-in customer's client.
func Customer(customerID string) (*Client, error) {
	t, err := Mint(issuer.Claims{Subject: customerID, Role: "customer"})
	return &Client{Base: ShopperURL, Token: t}, err
}

// NewID returns a random id with a prefix.
func NewID(prefix string) string {
	return prefix + strings.ToLower(rand.Text())[:26]
}
