package auth

import (
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/fault"
)

func TestTokensThatProveNothing(t *testing.T) {
	s := newTestIssuers(t)
	tokens := forgedTokens(t, s)
	maps.Copy(tokens, tokensOfWrongClaims(t, s))
	for name, token := range tokens {
		who, err := s.verifier.Verify(context.Background(), token)
		if !errors.Is(err, ErrInvalidToken) {
			t.Errorf("%s: %+v %v", name, who, err)
			continue
		}
		for _, part := range strings.Split(token, ".") {
			if len(part) > 8 && strings.Contains(err.Error(), part) {
				t.Errorf("%s: the error holds the token: %v", name, err)
			}
		}
	}
}

// forgedTokens are not signed as their issuer signs.
func forgedTokens(t *testing.T, s *testIssuers) map[string]string {
	t.Helper()
	other := newEC(t, s.a.Curve)
	spki, err := x509.MarshalPKIXPublicKey(&s.a.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	secret := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki})
	good := s.sign(t, testToken{})
	parts := strings.Split(good, ".")
	with := func(claims map[string]any) string { return s.sign(t, testToken{claims: claims}) }
	kid := func(kid any, d testToken) string { d.header = map[string]any{"kid": kid}; return s.sign(t, d) }
	raw := base64.RawURLEncoding.EncodeToString
	return map[string]string{
		"nothing":                   "",
		"no token":                  "abc",
		"two parts":                 parts[0] + "." + parts[1],
		"four parts":                good + ".x",
		"no signature":              parts[0] + "." + parts[1] + ".",
		"signature of another":      parts[0] + "." + parts[1] + "." + strings.Split(with(map[string]any{"sub": "cus_2"}), ".")[2],
		"claims of another":         parts[0] + "." + strings.Split(with(map[string]any{"sub": "cus_2"}), ".")[1] + "." + parts[2],
		"claims that are null":      parts[0] + "." + raw([]byte("null")) + "." + parts[2],
		"bits after the signature":  good[:len(good)-1] + string(good[len(good)-1]+1),
		"alg none":                  kid("a", testToken{method: jwt.SigningMethodNone, key: jwt.UnsafeAllowNoneSignatureType}),
		"alg None":                  raw([]byte(`{"alg":"None","kid":"a"}`)) + "." + parts[1] + ".",
		"HS256 with the public key": kid("a", testToken{method: jwt.SigningMethodHS256, key: secret}),
		"HS256 with a set's secret": kid("oct", testToken{method: jwt.SigningMethodHS256, key: []byte("secret")}),
		"ES384":                     kid("p384", testToken{method: jwt.SigningMethodES384, key: s.p384}),
		"RS512":                     kid("rs512", testToken{method: jwt.SigningMethodRS512, key: s.rsa}),
		"RS256 by a key of RS512":   kid("rs512", testToken{method: jwt.SigningMethodRS256, key: s.rsa}),
		"PS256":                     kid("rsa", testToken{method: jwt.SigningMethodPS256, key: s.rsa}),
		"a weak RSA key":            kid("weak", testToken{method: jwt.SigningMethodRS256, key: s.weak}),
		"a key to encrypt with":     kid("enc", testToken{}),
		"another key":               s.sign(t, testToken{key: other}),
		"another key's kid":         kid("rsa", testToken{}),
		"an unknown kid":            kid("zz", testToken{}),
		"no kid":                    kid(nil, testToken{}),
		"a kid that is a number":    kid(7, testToken{}),
	}
}

// tokensOfWrongClaims are signed as they should be.
func tokensOfWrongClaims(t *testing.T, s *testIssuers) map[string]string {
	t.Helper()
	with := func(claims map[string]any) string { return s.sign(t, testToken{claims: claims}) }
	unix := func(d time.Duration) int64 { return testTime.Add(d).Unix() }
	return map[string]string{
		"another issuer's key":   s.sign(t, testToken{key: s.b, header: map[string]any{"kid": "b"}}),
		"another issuer's name":  with(map[string]any{"iss": issuerB}),
		"issuer with a slash":    with(map[string]any{"iss": issuerA + "/"}),
		"issuer in capitals":     with(map[string]any{"iss": strings.ToUpper(issuerA)}),
		"unknown issuer":         with(map[string]any{"iss": "https://c.example"}),
		"no issuer":              with(map[string]any{"iss": nil}),
		"another audience":       with(map[string]any{"aud": "other"}),
		"audience in part":       with(map[string]any{"aud": []string{"sho", "shopper"}}),
		"no audience":            with(map[string]any{"aud": nil}),
		"another client":         with(map[string]any{"aud": nil, "client_id": "other"}),
		"expired":                with(map[string]any{"exp": unix(-time.Second)}),
		"just expired":           with(map[string]any{"exp": unix(0)}),
		"no expiry":              with(map[string]any{"exp": nil}),
		"expiry as text":         with(map[string]any{"exp": strconv.FormatInt(unix(time.Hour), 10)}),
		"expiry in words":        with(map[string]any{"exp": "2099-01-01T00:00:00Z"}),
		"begin as text":          with(map[string]any{"nbf": strconv.FormatInt(unix(-time.Hour), 10)}),
		"an ID token":            with(map[string]any{"token_use": "id"}),
		"a refresh token":        with(map[string]any{"token_use": "refresh"}),
		"customer of one order":  with(map[string]any{"order_id": "ord_1"}),
		"not yet":                with(map[string]any{"nbf": unix(31 * time.Second)}),
		"issued later":           with(map[string]any{"iat": unix(31 * time.Second)}),
		"no subject":             with(map[string]any{"sub": nil}),
		"no role":                with(map[string]any{"role": nil}),
		"unknown role":           with(map[string]any{"role": "admin"}),
		"operator for the shop":  with(map[string]any{"role": "operator"}),
		"customer for operators": with(map[string]any{"aud": "ops"}),
		"seller for operators":   with(map[string]any{"aud": "ops", "role": "seller", "seller_id": "sel_1"}),
		"operator with a seller": with(map[string]any{"aud": "ops", "role": "operator", "seller_id": "sel_1"}),
		"operator where none are": s.sign(t, testToken{key: s.b, header: map[string]any{"kid": "b"},
			claims: map[string]any{"iss": issuerB, "aud": "ops", "role": "operator"}}),
		"guest of an issuer":       with(map[string]any{"role": "guest"}),
		"seller of nothing":        with(map[string]any{"role": "seller"}),
		"customer with a seller":   with(map[string]any{"seller_id": "sel_1"}),
		"customer from the guests": s.sign(t, testToken{key: s.guest, claims: map[string]any{"iss": guests, "aud": guests}}),
		"guests' audience":         s.sign(t, testToken{key: s.guest, claims: map[string]any{"iss": guests, "role": "guest"}}),
		"guests' name":             with(map[string]any{"iss": guests, "aud": guests, "role": "guest"}),
		"critical header":          s.sign(t, testToken{header: map[string]any{"crit": []string{"b64"}, "b64": false}}),
		"too long":                 with(map[string]any{"scope": strings.Repeat("a ", tokenLimit)}),
	}
}

func TestTokensThatNameTheirBearer(t *testing.T) {
	s := newTestIssuers(t)
	expires := testTime.Add(time.Hour)
	guest, err := GuestToken(context.Background(), &SigningKeys{Sign: kms(s.guest)}, guests, "cus_g", "", testTime, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	limited, err := GuestToken(context.Background(), &SigningKeys{Sign: kms(s.guest)}, guests, "cus_g", "ord_1", testTime, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	customer := Identity{Subject: "cus_1", Role: Customer, Scopes: []string{"orders", "cart"}, ExpiresAt: expires}
	for name, c := range map[string]struct {
		token string
		want  Identity
	}{
		"customer":          {s.sign(t, testToken{}), customer},
		"by RSA":            {s.sign(t, testToken{method: jwt.SigningMethodRS256, key: s.rsa, header: map[string]any{"kid": "rsa"}}), customer},
		"of B":              {s.sign(t, testToken{key: s.b, header: map[string]any{"kid": "b"}, claims: map[string]any{"iss": issuerB}}), customer},
		"several audiences": {s.sign(t, testToken{claims: map[string]any{"aud": []string{"other", "shop"}}}), customer},
		"access token":      {s.sign(t, testToken{claims: map[string]any{"token_use": "access"}}), customer},
		"client":            {s.sign(t, testToken{claims: map[string]any{"aud": nil, "client_id": "shop"}}), customer},
		"clock ahead":       {s.sign(t, testToken{claims: map[string]any{"nbf": testTime.Unix() + 30, "iat": testTime.Unix() + 30}}), customer},
		"no scope": {s.sign(t, testToken{claims: map[string]any{"scope": nil}}),
			Identity{Subject: "cus_1", Role: Customer, Scopes: []string{}, ExpiresAt: expires}},
		"seller": {s.sign(t, testToken{claims: map[string]any{"role": "seller", "seller_id": "sel_1", "sub": "u"}}),
			Identity{Subject: "u", Role: Seller, SellerID: "sel_1", Scopes: []string{"orders", "cart"}, ExpiresAt: expires}},
		"operator": {s.sign(t, testToken{claims: map[string]any{"aud": "ops", "role": "operator", "sub": "opr_1"}}),
			Identity{Subject: "opr_1", Role: Operator, Scopes: []string{"orders", "cart"}, ExpiresAt: expires}},
		"guest of one order": {limited, Identity{Subject: "cus_g", Role: Guest, OrderID: "ord_1", Scopes: []string{}, ExpiresAt: expires}},
		"guest":              {guest, Identity{Subject: "cus_g", Role: Guest, Scopes: []string{}, ExpiresAt: expires}},
	} {
		who, err := s.verifier.Verify(context.Background(), c.token)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(c.want, who); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if back, ok := FromAuthorizer(who.context()); !ok || !cmp.Equal(who, back) {
			t.Errorf("%s: what the gateway hands on is %+v", name, back)
		}
	}
	if n := s.fetches.Load(); n != 2 {
		t.Errorf("two key sets were fetched %d times", n)
	}
}

func TestKeySetsFollowTheirIssuer(t *testing.T) {
	s := newTestIssuers(t)
	token := s.sign(t, testToken{claims: map[string]any{"exp": testTime.Add(100 * time.Hour).Unix()}})
	next := s.sign(t, testToken{key: s.b, header: map[string]any{"kid": "a2"}, claims: map[string]any{"exp": testTime.Add(100 * time.Hour).Unix()}})
	verify := func(token string) string {
		t.Helper()
		_, err := s.verifier.Verify(context.Background(), token)
		return fault.Code(err)
	}
	expect := func(what, token, want string, fetches int64) {
		t.Helper()
		if got := verify(token); got != want || s.fetches.Load() != fetches {
			t.Errorf("%s: %q after %d fetches, want %q after %d", what, got, s.fetches.Load(), want, fetches)
		}
	}
	s.away.Store(true)
	expect("an issuer that is away from the start", token, "issuer_unavailable", 1)
	expect("and again at once", token, "issuer_unavailable", 1)
	s.away.Store(false)
	s.clock.forward(keysPause)
	expect("it is back", token, "", 2)
	expect("the key is kept", token, "", 2)
	expect("a key it does not have yet", next, "invalid_token", 2)
	s.rotated.Store(true)
	s.clock.forward(keysPause - time.Second)
	expect("which it gets, a moment too early to be seen", next, "invalid_token", 2)
	s.clock.forward(time.Second)
	expect("and seen", next, "", 3)
	expect("the key before it is gone", token, "invalid_token", 3)
	s.clock.forward(keysFresh)
	s.away.Store(true)
	expect("an issuer that goes away keeps its keys", next, "", 4)
	expect("without asking again", next, "", 4)
	s.clock.forward(keysStale)
	expect("for a day", next, "issuer_unavailable", 5)
}

func TestAnswersThatAreNoKeySet(t *testing.T) {
	s := newTestIssuers(t)
	token := s.sign(t, testToken{})
	raw, err := json.Marshal(map[string]any{"keys": []any{jwk(&s.a.PublicKey, "a", "", "")}})
	if err != nil {
		t.Fatal(err)
	}
	set := string(raw)
	for name, c := range map[string]struct {
		serve http.HandlerFunc
		ok    bool
	}{
		"the set":   {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, set) }, true},
		"an error":  {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, set, http.StatusInternalServerError) }, false},
		"elsewhere": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, s.server.URL+"/a", http.StatusFound) }, false},
		"too long": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, set+strings.Repeat(" ", keysLimit))
		}, false},
		"no JSON": {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }, false},
		"no keys": {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") }, false},
		"secret keys": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"keys":[{"kty":"oct","kid":"a","k":"c2VjcmV0"}]}`)
		}, false},
		"cut off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9999")
			_, _ = io.WriteString(w, set)
		}, false},
	} {
		server := httptest.NewServer(c.serve)
		v, err := NewVerifier(Config{Issuers: []Issuer{{Issuer: issuerA, JWKSURI: server.URL, Audience: "shop"}}, Client: server.Client(),
			Now: s.clock.now})
		if err != nil {
			t.Fatal(err)
		}
		_, err = v.Verify(context.Background(), token)
		if want := map[bool]string{true: "", false: "issuer_unavailable"}[c.ok]; fault.Code(err) != want {
			t.Errorf("%s: %v", name, err)
		}
		server.Close()
	}
}

func TestTheGuestsKeyIsFetchedUntilItIsThere(t *testing.T) {
	s := newTestIssuers(t)
	calls, fails := 0, true
	v, err := NewVerifier(Config{Now: s.clock.now, Guests: Guests{guests, func(context.Context) (*ecdsa.PublicKey, error) {
		if calls++; fails {
			return nil, errors.New("throttled")
		}
		return &s.guest.PublicKey, nil
	}}})
	if err != nil {
		t.Fatal(err)
	}
	token, err := GuestToken(context.Background(), &SigningKeys{Sign: kms(s.guest)}, guests, "cus_g", "", testTime, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Verify(context.Background(), token); fault.Of(err).Kind != fault.Unavailable {
		t.Errorf("%v", err)
	}
	fails = false
	for range 3 {
		if _, err := v.Verify(context.Background(), token); err != nil {
			t.Errorf("%v", err)
		}
	}
	if calls != 2 {
		t.Errorf("%d calls", calls)
	}
}

func TestVerifiersNeedSafeAndWholeIssuers(t *testing.T) {
	t.Parallel()
	good := Issuer{Issuer: issuerA, JWKSURI: "https://a.example/jwks", Audience: "shop"}
	for name, list := range map[string][]Issuer{
		"plain http":  {{Issuer: issuerA, JWKSURI: "http://a.example/jwks", Audience: "shop"}},
		"no uri":      {{Issuer: issuerA, JWKSURI: "", Audience: "shop"}},
		"file":        {{Issuer: issuerA, JWKSURI: "file:///jwks", Audience: "shop"}},
		"no audience": {{Issuer: issuerA, JWKSURI: "https://a.example/jwks"}},
		"no issuer":   {{JWKSURI: "https://a.example/jwks", Audience: "shop"}},
		"one for all": {{issuerA, "https://a.example/jwks", "shop", "shop"}},
		"twice":       {good, good},
		"the guests'": {{Issuer: guests, JWKSURI: "https://a.example/jwks", Audience: "shop"}},
	} {
		if _, err := NewVerifier(Config{Issuers: list, Guests: Guests{Issuer: guests}}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := NewVerifier(Config{Issuers: []Issuer{good}}); err != nil {
		t.Error(err)
	}
	if _, err := ParseIssuers(`[{"issuer":"x","jwks":"y"}]`); err == nil {
		t.Error("an unknown setting was accepted")
	}
	list, err := ParseIssuers(`[{"issuer":"i","jwks_uri":"j","audience":"a"}]`)
	if diff := cmp.Diff([]Issuer{{"i", "j", "a", ""}}, list); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestGuestTokensNeedAP256Signature(t *testing.T) {
	t.Parallel()
	for name, sign := range map[string]Signer{
		"fails":    func(context.Context, []byte) ([]byte, error) { return nil, errors.New("away") },
		"no DER":   func(context.Context, []byte) ([]byte, error) { return make([]byte, 64), nil },
		"trailing": func(context.Context, []byte) ([]byte, error) { return []byte{0x30, 6, 2, 1, 1, 2, 1, 1, 0}, nil },
		"zero":     func(context.Context, []byte) ([]byte, error) { return []byte{0x30, 6, 2, 1, 0, 2, 1, 1}, nil },
	} {
		if token, err := GuestToken(context.Background(), &SigningKeys{Sign: sign}, guests, "cus_g", "", testTime, time.Hour); err == nil {
			t.Errorf("%s: %s", name, token)
		}
	}
}
