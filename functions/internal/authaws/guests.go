package authaws

import (
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
)

// Signing is the part of KMS that signs.
type Signing interface {
	Sign(context.Context, *kms.SignInput, ...func(*kms.Options)) (*kms.SignOutput, error)
	GetPublicKey(context.Context, *kms.GetPublicKeyInput, ...func(*kms.Options)) (*kms.GetPublicKeyOutput, error)
}

// longest is the lifetime of guests' tokens that keys in memory sign; a link to an order lives longer, and is signed by KMS.
const longest = 24 * time.Hour

// Guests signs guests' tokens with a P-256 key that never leaves KMS, or with keys that it has certified.
type Guests struct {
	kms    Signing
	key    string
	issuer string
	keys   *auth.SigningKeys
}

// NewGuests takes the key's id, ARN or alias, and the issuer that its tokens name.
func NewGuests(kms Signing, key, issuer string) Guests {
	g := Guests{kms: kms, key: key, issuer: issuer}
	g.keys = &auth.SigningKeys{Sign: g.sign, Longest: longest}
	return g
}

var errAway = fault.New(fault.Unavailable, "keys_unavailable", "tokens cannot be made now; try again").After(time.Second)

// Guest makes the token of a guest; one with an order's id opens that order alone.
func (g Guests) Guest(ctx context.Context, subject, orderID string, now time.Time, lifetime time.Duration) (string, error) {
	return auth.GuestToken(ctx, g.keys, g.issuer, subject, orderID, now, lifetime)
}

func (g Guests) sign(ctx context.Context, digest []byte) ([]byte, error) {
	out, err := g.kms.Sign(ctx, &kms.SignInput{KeyId: &g.key, Message: digest, MessageType: types.MessageTypeDigest,
		SigningAlgorithm: types.SigningAlgorithmSpecEcdsaSha256})
	if err != nil {
		return nil, errAway.Because(err)
	}
	return out.Signature, nil
}

// PublicKey returns what the tokens are verified with.
func (g Guests) PublicKey(ctx context.Context) (*ecdsa.PublicKey, error) {
	out, err := g.kms.GetPublicKey(ctx, &kms.GetPublicKeyInput{KeyId: &g.key})
	if err != nil {
		return nil, fmt.Errorf("fetch the guests' key: %w", err)
	}
	key, err := x509.ParsePKIXPublicKey(out.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("fetch the guests' key: %w", err)
	}
	if k, ok := key.(*ecdsa.PublicKey); ok {
		return k, nil
	}
	return nil, errors.New("fetch the guests' key: it is not on a curve")
}

// Accepted says whose tokens a verifier takes for guests'.
func (g Guests) Accepted() auth.Guests { return auth.Guests{Issuer: g.issuer, Key: g.PublicKey} }

// Verifier returns what verifies guests' tokens, and no others.
func (g Guests) Verifier() (*auth.Verifier, error) {
	return auth.NewVerifier(auth.Config{Guests: g.Accepted()})
}

// Link makes the token of a link in a mail.
func (g Guests) Link(ctx context.Context, purpose, subject string, now time.Time, lifetime time.Duration) (string, error) {
	return auth.LinkToken(ctx, g.sign, g.issuer, purpose, subject, now, lifetime)
}

// LinkVerifier returns what verifies links of a purpose.
func (g Guests) LinkVerifier(purpose string) *auth.LinkVerifier {
	return auth.NewLinkVerifier(g.Accepted(), purpose, nil)
}
