package issuer

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io/fs"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2030, 1, 2, 12, 0, 0, 0, time.UTC)

func testKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := EnsureKey(filepath.Join(t.TempDir(), "issuer"))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func open(t *testing.T, token string) (header, payload map[string]any, input string, signature []byte) {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%q has %d parts", token, len(parts))
	}
	decode := func(part string, into any) []byte {
		data, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil {
			t.Fatal(err)
		}
		if into != nil {
			if err := json.Unmarshal(data, into); err != nil {
				t.Fatal(err)
			}
		}
		return data
	}
	decode(parts[0], &header)
	decode(parts[1], &payload)
	return header, payload, parts[0] + "." + parts[1], decode(parts[2], nil)
}

// valid checks the signature as a consumer would, with the served key.
func valid(t *testing.T, handler http.Handler, token string) bool {
	t.Helper()
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/.well-known/jwks.json", nil))
	var set struct{ Keys []jwk }
	if err := json.NewDecoder(recorder.Body).Decode(&set); err != nil {
		t.Fatal(err)
	}
	header, _, input, signature := open(t, token)
	if header["alg"] != "ES256" || header["kid"] != set.Keys[0].Kid || len(signature) != 64 {
		return false
	}
	point := []byte{4} // uncompressed (SEC 1, 2.3.3)
	for _, coordinate := range []string{set.Keys[0].X, set.Keys[0].Y} {
		data, err := base64.RawURLEncoding.DecodeString(coordinate)
		if err != nil {
			t.Fatal(err)
		}
		point = append(point, data...)
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte(input))
	return ecdsa.Verify(public, digest[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:]))
}

func TestMintClaims(t *testing.T) {
	t.Parallel()
	key := testKey(t)
	tests := map[string]struct {
		claims Claims
		want   map[string]any
	}{
		"a customer": {
			Claims{Subject: "cus_1", Role: "customer", IssuedAt: noon, Lifetime: time.Hour},
			map[string]any{"iss": "http://127.0.0.1:12112", "aud": "rialto", "sub": "cus_1", "role": "customer", "iat": 1893585600.0,
				"exp": 1893589200.0},
		},
		"a seller with scopes": {
			Claims{Subject: "cus_1", Role: "seller", SellerID: "sel_9", Scope: "offers:write", IssuedAt: noon, Lifetime: time.Minute},
			map[string]any{"iss": "http://127.0.0.1:12112", "aud": "rialto", "sub": "cus_1", "role": "seller", "seller_id": "sel_9",
				"scope": "offers:write", "iat": 1893585600.0, "exp": 1893585660.0},
		},
		"another audience and issuer": {
			Claims{Subject: "cus_1", Audience: "else", Issuer: "https://x", IssuedAt: noon, Lifetime: time.Minute},
			map[string]any{"iss": "https://x", "aud": "else", "sub": "cus_1", "iat": 1893585600.0, "exp": 1893585660.0},
		},
		"expired, and issued before that": {
			Claims{Subject: "cus_1", IssuedAt: noon, Lifetime: -time.Hour},
			map[string]any{"iss": "http://127.0.0.1:12112", "aud": "rialto", "sub": "cus_1", "iat": 1893578400.0, "exp": 1893582000.0},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token, err := Mint(key, test.claims)
			if err != nil {
				t.Fatal(err)
			}
			_, payload, _, _ := open(t, token)
			if diff := cmp.Diff(test.want, payload); diff != "" {
				t.Errorf("claims (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOnlyHonestTokensVerify(t *testing.T) {
	t.Parallel()
	key := testKey(t)
	handler, err := Handler(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	for forgery, want := range map[Forgery]bool{"": true, Unsigned: false, Stranger: false, Symmetric: false, Tampered: false} {
		token, err := Mint(key, Claims{Subject: "cus_1", Role: "customer", IssuedAt: noon, Lifetime: time.Hour, Forgery: forgery})
		if err != nil {
			t.Fatal(err)
		}
		if got := valid(t, handler, token); got != want {
			t.Errorf("a token with forgery %q verifies: %v, want %v", forgery, got, want)
		}
	}
	if _, err := Mint(key, Claims{Forgery: "unheard of"}); err == nil {
		t.Error("an unknown forgery is minted")
	}
}

func TestForgeriesLookAsTheyShould(t *testing.T) {
	t.Parallel()
	key := testKey(t)
	mint := func(f Forgery) (map[string]any, map[string]any, []byte) {
		token, err := Mint(key, Claims{Subject: "cus_1", Role: "customer", IssuedAt: noon, Lifetime: time.Hour, Forgery: f})
		if err != nil {
			t.Fatal(err)
		}
		header, payload, _, signature := open(t, token)
		return header, payload, signature
	}
	if header, _, signature := mint(Unsigned); header["alg"] != "none" || len(signature) != 0 {
		t.Errorf("unsigned: header %v, signature of %d bytes", header, len(signature))
	}
	if header, _, signature := mint(Symmetric); header["alg"] != "HS256" || len(signature) != 32 {
		t.Errorf("symmetric: header %v, signature of %d bytes", header, len(signature))
	}
	if header, _, _ := mint(Stranger); header["alg"] != "ES256" || header["kid"] == nil {
		t.Errorf("stranger: header %v", header)
	}
	if _, payload, _ := mint(Tampered); payload["role"] != "operator" {
		t.Errorf("tampered: claims %v", payload)
	}
}

func TestDiscovery(t *testing.T) {
	t.Parallel()
	handler, err := Handler(&testKey(t).PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/.well-known/openid-configuration", nil))
	var document map[string]any
	if err := json.NewDecoder(recorder.Body).Decode(&document); err != nil {
		t.Fatal(err)
	}
	if document["issuer"] != "http://127.0.0.1:12112" || document["jwks_uri"] != "http://127.0.0.1:12112/.well-known/jwks.json" {
		t.Errorf("discovery document is %v", document)
	}
}

func TestEnsureKeyKeepsTheKey(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "issuer")
	if _, err := LoadKey(folder); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("LoadKey without a key gives %v, want fs.ErrNotExist", err)
	}
	first, err := EnsureKey(folder)
	if err != nil {
		t.Fatal(err)
	}
	second, err := EnsureKey(folder)
	if err != nil {
		t.Fatal(err)
	}
	if !first.Equal(second) {
		t.Error("a second EnsureKey makes another key")
	}
	info, err := os.Stat(filepath.Join(folder, keyFile))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the key's mode is %v, want 0600", info.Mode().Perm())
	}
	if err := os.WriteFile(filepath.Join(folder, keyFile), []byte("not a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := EnsureKey(folder); err == nil {
		t.Error("a damaged key is replaced silently")
	}
}
