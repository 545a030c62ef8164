// Package imagefetch fetches what sellers' files name by an address, and cannot be led to what is not on the public internet
// (internal/publicnet). It stands apart from the catalog's rules, since it speaks HTTP.
package imagefetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/publicnet"
)

// Why a file is not fetched.
var (
	ErrAddress     = fault.New(fault.Invalid, "image_address", "the address must be a public one that begins with https://")
	ErrUnreachable = fault.New(fault.Invalid, "image_unreachable", "nothing answered at the address in time")
	ErrTooLarge    = fault.New(fault.Invalid, "image_too_large", "the file has more bytes than an image may have")
)

const (
	within    = 20 * time.Second // for all of it
	redirects = 3
	longest   = 2_000 // of an address
)

// Fetcher fetches files.
type Fetcher struct {
	client *http.Client
	most   int64
}

// New returns a fetcher of files of at most so many bytes.
func New(most int64) *Fetcher {
	return newFetcher(most, nil, nil)
}

// newFetcher makes a fetcher that connects only to what is allowed, to what is public if that is nil.
func newFetcher(most int64, allowed func(netip.AddrPort) bool, like *http.Transport) *Fetcher {
	return &Fetcher{most: most, client: publicnet.NewClient(publicnet.Options{Within: within, Redirects: redirects, Allowed: allowed, Like: like})}
}

// Get returns the file at an address. What the answer says of its type is not believed and not returned. Errors:
// image_address, image_unreachable, image_too_large, image_not_found.
func (f *Fetcher) Get(ctx context.Context, address string) ([]byte, error) {
	u, err := url.Parse(address)
	if err != nil || len(address) > longest {
		return nil, ErrAddress
	}
	if publicnet.Check(u) != nil {
		return nil, ErrAddress
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, ErrAddress
	}
	return f.do(ctx, r)
}

func (f *Fetcher) do(ctx context.Context, r *http.Request) ([]byte, error) {
	r = r.WithContext(ctx)
	r.Header.Set("Accept", "image/jpeg, image/png, image/webp")
	r.Header.Set("User-Agent", "Rialto-Images/1")
	answer, err := f.client.Do(r)
	if err != nil {
		return nil, because(ctx, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fault.New(fault.Invalid, "image_not_found", "the address answers with status %d", answer.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, f.most+1))
	if err != nil {
		return nil, because(ctx, err)
	}
	if int64(len(body)) > f.most {
		return nil, ErrTooLarge
	}
	return body, nil
}

// because is the fault that a failure came from; what the net says is for nobody to read.
func because(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("fetch: %w", ctx.Err())
	case errors.Is(err, publicnet.ErrAddress):
		return ErrAddress
	}
	return ErrUnreachable
}
