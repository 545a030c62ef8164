package issuer

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/big"
	"time"

	"rialto/functions/contract"
)

// Forgery is a way in which a token is not what it claims to be. The zero
// value is an honest token.
type Forgery string

// The forgeries that an authorizer must refuse.
const (
	Unsigned  Forgery = "unsigned"  // alg none, no signature
	Stranger  Forgery = "stranger"  // ES256 by another key, under the issuer's kid
	Symmetric Forgery = "symmetric" // HS256 with the issuer's public key as secret
	Tampered  Forgery = "tampered"  // claims changed after signing
)

// Claims are what a token says. Empty members are left out of it.
type Claims struct {
	Subject  string // the customer's or operator's id
	Role     string // customer, seller or operator
	SellerID string
	Scope    string // space-separated
	Audience string // empty means contract.Audience
	Issuer   string // empty means contract.LocalIssuerURL

	// IssuedAt and Lifetime bound the token: exp is their sum, in whole
	// seconds. A negative Lifetime makes an expired token.
	IssuedAt time.Time
	Lifetime time.Duration

	Forgery Forgery
}

// AsOperator is the claims with which an operator of that name calls the operators' API.
func (c Claims) AsOperator(name string) Claims {
	c.Subject, c.Role, c.Audience = name, "operator", contract.OperatorAudience
	return c
}

// Mint returns a compact JWT (RFC 7519) of the claims.
func Mint(key *ecdsa.PrivateKey, c Claims) (string, error) {
	public, err := publicJWK(&key.PublicKey)
	if err != nil {
		return "", fmt.Errorf("mint a token: %w", err)
	}
	header := map[string]string{"typ": "JWT", "alg": "ES256", "kid": public.Kid}
	sign := func(input string) ([]byte, error) { return es256(key, input) }
	switch c.Forgery {
	case "":
	case Tampered:
	case Unsigned:
		header = map[string]string{"typ": "JWT", "alg": "none"}
		sign = func(string) ([]byte, error) { return nil, nil }
	case Stranger:
		other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return "", fmt.Errorf("mint a token: %w", err)
		}
		sign = func(input string) ([]byte, error) { return es256(other, input) }
	case Symmetric:
		secret, err := json.Marshal(public)
		if err != nil {
			return "", fmt.Errorf("mint a token: %w", err)
		}
		header["alg"] = "HS256"
		sign = func(input string) ([]byte, error) {
			mac := hmac.New(sha256.New, secret)
			mac.Write([]byte(input))
			return mac.Sum(nil), nil
		}
	default:
		return "", fmt.Errorf("mint a token: unknown forgery %q", c.Forgery)
	}
	input, err := signingInput(header, c.payload())
	if err != nil {
		return "", fmt.Errorf("mint a token: %w", err)
	}
	signature, err := sign(input)
	if err != nil {
		return "", fmt.Errorf("mint a token: %w", err)
	}
	if c.Forgery == Tampered {
		c.Role = "operator"
		c.Subject += "x"
		if input, err = signingInput(header, c.payload()); err != nil {
			return "", fmt.Errorf("mint a token: %w", err)
		}
	}
	return input + "." + encode(signature), nil
}

func (c Claims) payload() map[string]any {
	if c.Issuer == "" {
		c.Issuer = contract.LocalIssuerURL
	}
	if c.Audience == "" {
		c.Audience = contract.Audience
	}
	expires := c.IssuedAt.Add(c.Lifetime)
	issued := c.IssuedAt
	if expires.Before(issued) { // an expired token was once valid
		issued = expires.Add(-time.Hour)
	}
	payload := map[string]any{
		"iss": c.Issuer,
		"aud": c.Audience,
		"iat": issued.Unix(),
		"exp": expires.Unix(),
	}
	for name, value := range map[string]string{"sub": c.Subject, "role": c.Role, "seller_id": c.SellerID, "scope": c.Scope} {
		if value != "" {
			payload[name] = value
		}
	}
	return payload
}

func signingInput(header map[string]string, payload map[string]any) (string, error) {
	h, err := json.Marshal(header)
	if err != nil {
		return "", err
	}
	p, err := json.Marshal(payload)
	if err != nil {
		return "", err
	}
	return encode(h) + "." + encode(p), nil
}

// es256 signs as RFC 7518, section 3.4, has it: R and S, 32 bytes each.
func es256(key *ecdsa.PrivateKey, input string) ([]byte, error) {
	digest := sha256.Sum256([]byte(input))
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		return nil, err
	}
	signature := make([]byte, 64)
	fill := func(n *big.Int, into []byte) { n.FillBytes(into) }
	fill(r, signature[:32])
	fill(s, signature[32:])
	return signature, nil
}
