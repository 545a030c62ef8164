// Package publicnet speaks HTTP to addresses that somebody else has named, and cannot be led to what is not on the public internet: only
// https on its own port, only addresses that anybody may speak to, which is looked at when the connection is made (a name may mean another
// address a moment later), and the same for whatever an answer leads to.
package publicnet

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// ErrAddress refuses what is no public https address.
var ErrAddress = errors.New("no public https address")

// errRedirects ends a call that is led on and on.
var errRedirects = errors.New("too many redirects")

// Options say what a client may do. Allowed is nil but in tests, which speak to a server of their own, as does Like.
type Options struct {
	Within    time.Duration // for all of a call
	Redirects int           // that are followed at most, one more is an error; of none, the answer is the redirect itself
	Allowed   func(netip.AddrPort) bool
	Like      *http.Transport
}

// NewClient makes a client.
func NewClient(o Options) *http.Client {
	if o.Allowed == nil {
		o.Allowed = public
	}
	if o.Like == nil {
		o.Like = http.DefaultTransport.(*http.Transport)
	}
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !o.Allowed(at) {
			return ErrAddress
		}
		return nil
	}}
	transport := o.Like.Clone()
	transport.Proxy, transport.DialContext, transport.DisableKeepAlives = nil, dialer.DialContext, true
	transport.TLSHandshakeTimeout, transport.ResponseHeaderTimeout, transport.MaxResponseHeaderBytes = 5*time.Second, 10*time.Second, 64<<10
	return &http.Client{Transport: transport, Timeout: o.Within, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		switch {
		case o.Redirects == 0:
			return http.ErrUseLastResponse
		case len(via) > o.Redirects:
			return errRedirects
		}
		return Check(r.URL)
	}}
}

// Check refuses what is no plain https address, and a host that is an address which is not public. A name is judged when it is connected
// to.
func Check(u *url.URL) error {
	if u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Port() != "" && u.Port() != "443" {
		return ErrAddress
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil && !public(netip.AddrPortFrom(a, 443)) {
		return ErrAddress
	}
	return nil
}

// global6 is all of IPv6 that anybody was given (IANA IPv6 Global Unicast Address Assignments). What lies outside it is nobody's, or stands
// for an address of IPv4, which may be one of ours.
var global6 = netip.MustParsePrefix("2000::/3")

// special are addresses that are not everybody's, beside those that netip tells apart (IANA IPv4 and IPv6 Special-Purpose
// Address Registries), and those that stand for another, which may be one.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("3fff::/20"),
}

// public tells whether an address is anybody's to speak to, on the port of https.
func public(at netip.AddrPort) bool {
	a := at.Addr().Unmap()
	if at.Port() != 443 || !a.IsGlobalUnicast() || a.IsPrivate() || a.Is6() && (a.Zone() != "" || !global6.Contains(a)) {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}
