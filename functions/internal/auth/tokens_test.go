package auth

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"
)

// testIssuers are two issuers with key sets behind a server that counts, and the guests' own key.
type testIssuers struct {
	a, b     *ecdsa.PrivateKey
	rsa      *rsa.PrivateKey
	weak     *rsa.PrivateKey
	p384     *ecdsa.PrivateKey
	guest    *ecdsa.PrivateKey
	server   *httptest.Server
	fetches  atomic.Int64
	away     atomic.Bool
	rotated  atomic.Bool
	clock    testClock
	verifier *Verifier
}

type testClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *testClock) now() time.Time          { c.mu.Lock(); defer c.mu.Unlock(); return c.at }
func (c *testClock) forward(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.at = c.at.Add(d) }

var testTime = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

const (
	issuerA = "https://a.example"
	issuerB = "https://b.example/"
	guests  = "https://guests.example"
)

func newTestIssuers(t *testing.T) *testIssuers {
	t.Helper()
	s := &testIssuers{a: newEC(t, elliptic.P256()), b: newEC(t, elliptic.P256()), p384: newEC(t, elliptic.P384()), guest: newEC(t, elliptic.P256())}
	s.rsa, s.weak = newRSA(t, 2048), newRSA(t, 1024)
	s.clock.at = testTime
	s.server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.server.Close)
	var err error
	s.verifier, err = NewVerifier(Config{
		Issuers: []Issuer{{issuerA, s.server.URL + "/a", "shop", "ops"}, {issuerB, s.server.URL + "/b", "shop", ""}},
		Guests:  Guests{guests, func(context.Context) (*ecdsa.PublicKey, error) { return &s.guest.PublicKey, nil }},
		Now:     s.clock.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *testIssuers) serve(w http.ResponseWriter, r *http.Request) {
	s.fetches.Add(1)
	if s.away.Load() {
		http.Error(w, "away", http.StatusBadGateway)
		return
	}
	set := map[string]any{"/a": []any{
		jwk(&s.a.PublicKey, "a", "ES256", "sig"), jwk(&s.rsa.PublicKey, "rsa", "RS256", "sig"), jwk(&s.weak.PublicKey, "weak", "", ""),
		jwk(&s.p384.PublicKey, "p384", "", ""), jwk(&s.a.PublicKey, "enc", "", "enc"), jwk(&s.rsa.PublicKey, "rs512", "RS512", "sig"),
		jwk(&s.a.PublicKey, "", "", ""), map[string]any{"kty": "oct", "kid": "oct", "k": "c2VjcmV0"}, map[string]any{"kty": "new", "kid": "new"},
	}, "/b": []any{jwk(&s.b.PublicKey, "b", "", "")}}
	if s.rotated.Load() {
		set["/a"] = []any{jwk(&s.b.PublicKey, "a2", "ES256", "sig")}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"keys": set[r.URL.Path]})
}

func jwk(key any, kid, alg, use string) any {
	j, err := jwkset.NewJWKFromKey(key, jwkset.JWKOptions{Metadata: jwkset.JWKMetadataOptions{KID: kid, ALG: jwkset.ALG(alg), USE: jwkset.USE(use)}})
	if err != nil {
		panic(err)
	}
	return j.Marshal()
}

func newEC(t *testing.T, c elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newRSA(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	t.Setenv("GODEBUG", "rsa1024min=0")
	k, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// testToken is a token to be; by default a good one of a customer from issuer A.
type testToken struct {
	method jwt.SigningMethod
	key    any
	header map[string]any
	claims map[string]any // over the default ones; nil removes
}

func (s *testIssuers) sign(t *testing.T, d testToken) string {
	t.Helper()
	if d.method == nil {
		d.method = jwt.SigningMethodES256
	}
	if d.key == nil {
		d.key = s.a
	}
	c := jwt.MapClaims{"iss": issuerA, "aud": "shop", "sub": "cus_1", "role": "customer", "scope": "orders cart",
		"iat": testTime.Unix(), "exp": testTime.Add(time.Hour).Unix()}
	for k, v := range d.claims {
		if c[k] = v; v == nil {
			delete(c, k)
		}
	}
	token := jwt.NewWithClaims(d.method, c)
	token.Header["kid"] = "a"
	for k, v := range d.header {
		if token.Header[k] = v; v == nil {
			delete(token.Header, k)
		}
	}
	signed, err := token.SignedString(d.key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// kms signs as KMS does.
func kms(key *ecdsa.PrivateKey) Signer {
	return func(_ context.Context, digest []byte) ([]byte, error) {
		if len(digest) != crypto.SHA256.Size() {
			return nil, errors.New("no digest")
		}
		return ecdsa.SignASN1(rand.Reader, key, digest)
	}
}
