package auth

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// keyLife is how long an environment signs with one key of its own.
const keyLife = time.Hour

// certificateHeader is where a guest's token carries the certificate of the key that signed it.
const certificateHeader = "cert"

// SigningKeys sign guests' tokens. Sign is by the guests' own key, which KMS never gives away, and of whose signatures an account has
// but some hundred a second. So tokens that live no longer than Longest are signed by a key in memory instead, and Sign signs its
// certificate: once in keyLife, however many tokens there are. A key that is stolen from memory makes tokens of guests, for as long
// as its certificate says, and nothing else. Longest 0 has every token signed by Sign.
type SigningKeys struct {
	Sign    Signer
	Longest time.Duration

	mu          sync.Mutex
	key         *ecdsa.PrivateKey
	certificate string
	from        time.Time
}

// certificate says of a key in memory that its tokens are the guests' (cnf: RFC 7800): those issued from iat until last, and
// expired by exp.
type certificate struct {
	jwt.RegisteredClaims
	Last         *jwt.NumericDate `json:"last"`
	Confirmation confirmation     `json:"cnf"`
}

type confirmation struct {
	JWK struct {
		Type  string `json:"kty"`
		Curve string `json:"crv"`
		X     string `json:"x"`
		Y     string `json:"y"`
	} `json:"jwk"`
}

// certificateAudience is no API's: a certificate lets nobody in.
func certificateAudience(issuer string) string { return issuer + "#keys" }

// at returns what signs a token that is issued now, and its certificate.
func (k *SigningKeys) at(ctx context.Context, issuer string, now time.Time, lifetime time.Duration) (Signer, string, error) {
	if lifetime > k.Longest {
		return k.Sign, "", nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.key == nil || now.Before(k.from) || now.Sub(k.from) >= keyLife {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, "", fmt.Errorf("make a signing key: %w", err)
		}
		from := now.Truncate(time.Second) // a token's times are of seconds
		text, err := k.certify(ctx, issuer, &key.PublicKey, from)
		if err != nil {
			return nil, "", fmt.Errorf("certify a signing key: %w", err)
		}
		k.key, k.certificate, k.from = key, text, from
	}
	key := k.key
	return func(_ context.Context, digest []byte) ([]byte, error) {
		return ecdsa.SignASN1(rand.Reader, key, digest)
	}, k.certificate, nil
}

func (k *SigningKeys) certify(ctx context.Context, issuer string, key *ecdsa.PublicKey, from time.Time) (string, error) {
	point, err := key.Bytes()
	if err != nil {
		return "", err
	}
	last := from.Add(keyLife)
	c := certificate{Last: jwt.NewNumericDate(last), RegisteredClaims: jwt.RegisteredClaims{
		Issuer: issuer, Audience: jwt.ClaimStrings{certificateAudience(issuer)},
		IssuedAt: jwt.NewNumericDate(from), ExpiresAt: jwt.NewNumericDate(last.Add(k.Longest)),
	}}
	half := (len(point) - 1) / 2 // an uncompressed point is 4, x and y (SEC 1, 2.3.3)
	jwk := &c.Confirmation.JWK
	jwk.Type, jwk.Curve = "EC", elliptic.P256().Params().Name
	jwk.X, jwk.Y = base64.RawURLEncoding.EncodeToString(point[1:1+half]), base64.RawURLEncoding.EncodeToString(point[1+half:])
	return signed(ctx, k.Sign, "", c)
}

var errCertificate = errors.New("the signing key is not certified for this token")

// certifiedKey returns the key of a guest's token: the guests' own, or one that it has certified for a token such as this.
func certifiedKey(g Guests, now func() time.Time) func(context.Context, *jwt.Token, claims) (any, error) {
	own := guestKey(g.Key)
	parser := jwt.NewParser(jwt.WithValidMethods([]string{es256}), jwt.WithExpirationRequired(), jwt.WithIssuer(g.Issuer),
		jwt.WithAudience(certificateAudience(g.Issuer)), jwt.WithIssuedAt(), jwt.WithLeeway(skew), jwt.WithTimeFunc(now), jwt.WithStrictDecoding())
	return func(ctx context.Context, t *jwt.Token, token claims) (any, error) {
		root, err := own(ctx)
		if err != nil {
			return nil, err
		}
		presented, certified := t.Header[certificateHeader]
		if !certified {
			return checkKey(root, t.Method.Alg())
		}
		text, _ := presented.(string)
		var c certificate
		if _, err := parser.ParseWithClaims(text, &c, func(*jwt.Token) (any, error) { return root, nil }); err != nil {
			return nil, errCertificate
		}
		if c.IssuedAt == nil || c.Last == nil || token.IssuedAt == nil || token.ExpiresAt == nil || token.IssuedAt.Before(c.IssuedAt.Time) ||
			token.IssuedAt.After(c.Last.Time) || token.ExpiresAt.After(c.ExpiresAt.Time) {
			return nil, errCertificate
		}
		key, err := c.Confirmation.key()
		if err != nil {
			return nil, errCertificate
		}
		return checkKey(key, t.Method.Alg())
	}
}

func (c confirmation) key() (*ecdsa.PublicKey, error) {
	x, errX := base64.RawURLEncoding.DecodeString(c.JWK.X)
	y, errY := base64.RawURLEncoding.DecodeString(c.JWK.Y)
	if err := errors.Join(errX, errY); err != nil || c.JWK.Type != "EC" || c.JWK.Curve != elliptic.P256().Params().Name {
		return nil, errCertificate
	}
	return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, x, y)) // which refuses what is not on the curve
}
