package shop

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"rialto/localstack/standins/issuer"
)

// Seller is a signed-in seller's client of the seller API.
type Seller struct {
	*Client
	ID string
}

// NewSeller signs a seller in.
func NewSeller(sellerID string) (*Seller, error) {
	t, err := Mint(issuer.Claims{Subject: sellerID, Role: "seller", SellerID: sellerID})
	return &Seller{&Client{Base: SellerURL, Token: t}, sellerID}, err
}

// Feed is how far a feed is.
type Feed struct {
	ID     string `json:"feed_id"`
	State  string `json:"state"`
	Reason struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"reason"`
	Counts struct {
		Rows, Written, Unchanged, Refused int64
	} `json:"counts"`
	Progress struct {
		Percent int64 `json:"percent"`
	} `json:"progress"`
	Ignored []string `json:"ignored_columns"`
}

// Over tells whether nothing more happens to the feed.
func (f Feed) Over() bool { return f.State != "CREATED" && f.State != "PROCESSING" }

// Upload is where a feed's file goes.
type Upload struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
}

// Send creates a feed of a type and format and uploads its file.
func (s *Seller) Send(ctx context.Context, kind, format string, file []byte) (Feed, error) {
	var created struct {
		Feed   Feed   `json:"feed"`
		Upload Upload `json:"upload"`
	}
	if _, err := s.Call(ctx, http.MethodPost, "/seller/v1/feeds", map[string]any{"type": kind, "format": format, "bytes": len(file)}, &created,
		Key(NewKey())); err != nil {
		return Feed{}, err
	}
	status, err := created.Upload.Put(ctx, file)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("the upload is answered with %d", status)
	}
	return created.Feed, err
}

// Put uploads a file and returns the status of the answer.
func (u Upload) Put(ctx context.Context, file []byte) (int, error) {
	req, err := http.NewRequestWithContext(ctx, u.Method, u.URL, bytes.NewReader(file))
	if err != nil {
		return 0, err
	}
	for name, value := range u.Headers {
		req.Header.Set(name, value) // Content-Length is the body's own
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, fmt.Errorf("upload: %w", err)
	}
	return res.StatusCode, res.Body.Close()
}

// Await asks for a feed until it is over.
func (s *Seller) Await(ctx context.Context, feedID string) (Feed, error) {
	for deadline := time.Now().Add(2 * time.Minute); ; {
		var f Feed
		if _, err := s.Call(ctx, http.MethodGet, "/seller/v1/feeds/"+feedID, nil, &f); err != nil || f.Over() {
			return f, err
		}
		if time.Now().After(deadline) {
			return f, fmt.Errorf("feed %s is %s after two minutes, %d%%; make logs SERVICE=feeds-split says more", feedID, f.State,
				f.Progress.Percent)
		}
		if err := Pause(ctx, 250*time.Millisecond); err != nil {
			return f, err
		}
	}
}

// Report fetches the report of a feed that is over.
func (s *Seller) Report(ctx context.Context, feedID string) (string, error) {
	var at struct {
		URL string `json:"url"`
	}
	if _, err := s.Call(ctx, http.MethodGet, "/seller/v1/feeds/"+feedID+"/report", nil, &at); err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.URL, nil)
	if err != nil {
		return "", err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", fmt.Errorf("fetch report: %w", err)
	}
	b, err := io.ReadAll(res.Body)
	if err = errors.Join(err, res.Body.Close()); err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("the report is answered with %d: %.200s", res.StatusCode, b)
	}
	return string(b), err
}
