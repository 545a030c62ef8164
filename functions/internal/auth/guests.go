package auth

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"rialto/functions/internal/fault"
)

// Signer signs a SHA-256 digest with ECDSA on P-256 and returns the signature in ASN.1 DER, as KMS does.
type Signer func(ctx context.Context, digest []byte) ([]byte, error)

// GuestToken makes the token of a guest: issued and valid at now, for a lifetime of whole seconds. With an order's id it opens
// that order and nothing else. Where the keys certify any for so long, it is signed by one of those.
func GuestToken(ctx context.Context, keys *SigningKeys, issuer, subject, orderID string, now time.Time, lifetime time.Duration) (string, error) {
	sign, certificate, err := keys.at(ctx, issuer, now, lifetime)
	if err != nil {
		return "", err
	}
	return signed(ctx, sign, certificate, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: issuer, Subject: subject, Audience: jwt.ClaimStrings{issuer},
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(lifetime)),
		},
		Role: Guest, OrderID: orderID,
	})
}

// signed is the token of claims, with the certificate of the key that signs it, "" for the guests' own.
func signed(ctx context.Context, sign Signer, certificate string, c jwt.Claims) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodES256, c)
	if certificate != "" {
		token.Header[certificateHeader] = certificate
	}
	unsigned, err := token.SigningString()
	if err != nil {
		return "", fmt.Errorf("make token: %w", err)
	}
	digest := sha256.Sum256([]byte(unsigned))
	der, err := sign(ctx, digest[:])
	if err != nil {
		return "", fmt.Errorf("make token: sign: %w", err)
	}
	signature, err := joined(der)
	if err != nil {
		return "", fmt.Errorf("make token: %w", err)
	}
	return unsigned + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// joined is an ECDSA signature as JWS wants it: r and s in 32 bytes each (RFC 7518, 3.4).
func joined(der []byte) ([]byte, error) {
	var pair struct{ R, S *big.Int }
	rest, err := asn1.Unmarshal(der, &pair)
	if err != nil || len(rest) > 0 {
		return nil, errors.New("the signature is not in DER")
	}
	const size = 32
	if pair.R.Sign() <= 0 || pair.S.Sign() <= 0 || pair.R.BitLen() > 8*size || pair.S.BitLen() > 8*size {
		return nil, errors.New("the signature is not one of P-256")
	}
	out := make([]byte, 2*size)
	pair.R.FillBytes(out[:size])
	pair.S.FillBytes(out[size:])
	return out, nil
}

// guestKey fetches the guests' key once.
func guestKey(fetch func(context.Context) (*ecdsa.PublicKey, error)) func(context.Context) (*ecdsa.PublicKey, error) {
	var mu sync.Mutex
	var key *ecdsa.PublicKey
	return func(ctx context.Context) (*ecdsa.PublicKey, error) {
		mu.Lock()
		defer mu.Unlock()
		if key == nil {
			k, err := fetch(ctx)
			if err != nil {
				return nil, fault.New(fault.Unavailable, "issuer_unavailable", "tokens cannot be verified now").Because(err)
			}
			key = k
		}
		return key, nil
	}
}
