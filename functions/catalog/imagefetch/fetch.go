// Package imagefetch fetches what sellers' files name by an address, and cannot be led to what is not on the public
// internet: only https on its own port, only addresses that anybody may speak to, which is looked at when the connection is
// made (a name may mean another address a moment later), and the same for whatever an answer leads to. It stands apart from
// the catalog's rules, since it speaks HTTP.
package imagefetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"rialto/functions/internal/fault"
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
	return newFetcher(most, public, http.DefaultTransport.(*http.Transport))
}

// newFetcher makes a fetcher that connects only to what is allowed.
func newFetcher(most int64, allowed func(netip.AddrPort) bool, like *http.Transport) *Fetcher {
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !allowed(at) {
			return ErrAddress
		}
		return nil
	}}
	transport := like.Clone()
	transport.Proxy, transport.DialContext, transport.DisableKeepAlives = nil, dialer.DialContext, true
	transport.TLSHandshakeTimeout, transport.ResponseHeaderTimeout, transport.MaxResponseHeaderBytes = 5*time.Second, 10*time.Second, 64<<10
	return &Fetcher{most: most, client: &http.Client{Transport: transport, Timeout: within, CheckRedirect: func(r *http.Request,
		via []*http.Request) error {
		if len(via) > redirects {
			return ErrUnreachable
		}
		return check(r.URL)
	}}}
}

// check refuses what is no plain https address. Its host is judged when it is connected to.
func check(u *url.URL) error {
	if u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Port() != "" && u.Port() != "443" {
		return ErrAddress
	}
	return nil
}

// Get returns the file at an address. What the answer says of its type is not believed and not returned. Errors:
// image_address, image_unreachable, image_too_large, image_not_found.
func (f *Fetcher) Get(ctx context.Context, address string) ([]byte, error) {
	u, err := url.Parse(address)
	if err != nil || len(address) > longest {
		return nil, ErrAddress
	}
	if err := check(u); err != nil {
		return nil, err
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
	var why *fault.Error
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("fetch: %w", ctx.Err())
	case errors.As(err, &why):
		return why
	}
	return ErrUnreachable
}

// special are addresses that are not everybody's, beside those that netip tells apart (IANA IPv4 and IPv6 Special-Purpose
// Address Registries), and those that stand for another, which may be one.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("3fff::/20"), netip.MustParsePrefix("5f00::/16"), netip.MustParsePrefix("fec0::/10"),
}

// public tells whether an address is anybody's to speak to, on the port of https.
func public(at netip.AddrPort) bool {
	a := at.Addr().Unmap()
	if at.Port() != 443 || !a.IsGlobalUnicast() || a.IsPrivate() || a.Zone() != "" {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}
