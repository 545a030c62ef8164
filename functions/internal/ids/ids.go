// Package ids makes and checks the prefixed identifiers that leave a context (prd_, ord_, …).
//
// An id is its prefix and 26 characters of lower-case base32 (RFC 4648 without padding, 128 bits). Random
// ids spread evenly over partitions; derived ids are the same for the same parts, which is what makes an
// effect repeatable.
package ids

import (
	"crypto/sha256"
	"encoding/base32"
	"io"
	"strings"
)

// The prefixes in use. A prefix is part of the id and never reused.
const (
	Product  = "prd_"
	Offer    = "off_"
	Cart     = "crt_"
	Checkout = "chk_"
	Order    = "ord_"
	Hold     = "hld_"
	Payment  = "pay_"
	Shipment = "shp_"
	Review   = "rev_"
	Customer = "cus_"
	Seller   = "sel_"
	Feed     = "fed_"
	Address  = "adr_"
	Method   = "pmt_"
	Run      = "run_"
	Journal  = "jnl_"
	Image    = "img_"
	Return   = "ret_"
	Call     = "opc_" // an operator's
	Refund   = "ref_" // by an operator's word
	Query    = "qry_"
)

const size = 26

var encoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// New returns an id of 128 bits read from random (crypto/rand.Reader in production). It fails only when
// random does.
func New(prefix string, random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", err
	}
	return prefix + encoding.EncodeToString(b[:]), nil
}

// Derive returns the same id for the same parts, whatever their content: parts are length-framed.
func Derive(prefix string, parts ...string) string {
	h := sha256.New()
	var n [8]byte
	for _, p := range parts {
		for i := range n {
			n[i] = byte(len(p) >> (8 * i))
		}
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return prefix + encoding.EncodeToString(h.Sum(nil)[:16])
}

// Valid tells whether s has the prefix and the form of an id.
func Valid(prefix, s string) bool {
	rest, ok := strings.CutPrefix(s, prefix)
	if !ok || len(rest) != size {
		return false
	}
	for _, c := range rest {
		if (c < 'a' || c > 'z') && (c < '2' || c > '7') {
			return false
		}
	}
	return true
}

// Pattern is the OpenAPI pattern of an id with the prefix.
func Pattern(prefix string) string { return "^" + prefix + "[a-z2-7]{26}$" }
