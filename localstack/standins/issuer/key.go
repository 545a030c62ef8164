package issuer

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// keyFile is the private key's name in the issuer's folder.
const keyFile = "key.pem"

// EnsureKey returns the issuer's private key from the folder, and makes it
// first if there is none.
func EnsureKey(folder string) (*ecdsa.PrivateKey, error) {
	key, err := LoadKey(folder)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the issuer's key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("make the issuer's key: %w", err)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the issuer's key: %w", err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	partial := filepath.Join(folder, keyFile+".tmp")
	if err := os.WriteFile(partial, text, 0o600); err != nil {
		return nil, fmt.Errorf("make the issuer's key: %w", err)
	}
	if err := os.Rename(partial, filepath.Join(folder, keyFile)); err != nil {
		return nil, fmt.Errorf("make the issuer's key: %w", err)
	}
	return key, nil
}

// LoadKey reads the issuer's private key; the error is fs.ErrNotExist when
// none was made yet.
func LoadKey(folder string) (*ecdsa.PrivateKey, error) {
	path := filepath.Join(folder, keyFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the issuer's key: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("read the issuer's key: %s is not PEM", path)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("read the issuer's key: %w", err)
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok || key.Curve != elliptic.P256() {
		return nil, fmt.Errorf("read the issuer's key: %s holds no P-256 key", path)
	}
	return key, nil
}

// jwk is a public key as RFC 7517 and RFC 7518, section 6.2, write it.
type jwk struct {
	Kty string `json:"kty"`
	Crv string `json:"crv"`
	X   string `json:"x"`
	Y   string `json:"y"`
	Use string `json:"use,omitempty"`
	Alg string `json:"alg,omitempty"`
	Kid string `json:"kid,omitempty"`
}

func publicJWK(key *ecdsa.PublicKey) (jwk, error) {
	point, err := key.Bytes() // 0x04 || X || Y
	if err != nil {
		return jwk{}, err
	}
	const size = 32
	public := jwk{Kty: "EC", Crv: "P-256", X: encode(point[1 : 1+size]), Y: encode(point[1+size:])}
	// The key's id is its thumbprint (RFC 7638): the required members in
	// lexical order.
	canonical, err := json.Marshal(map[string]string{"crv": public.Crv, "kty": public.Kty, "x": public.X, "y": public.Y})
	if err != nil {
		return jwk{}, err
	}
	sum := sha256.Sum256(canonical)
	public.Kid = encode(sum[:])
	public.Use, public.Alg = "sig", "ES256"
	return public, nil
}

func encode(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }
