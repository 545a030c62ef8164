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

// Guests signs guests' tokens with a P-256 key that never leaves KMS.
type Guests struct {
	KMS    Signing
	Key    string // id, ARN or alias
	Issuer string
}

var errAway = fault.New(fault.Unavailable, "keys_unavailable", "tokens cannot be made now; try again").After(time.Second)

// Guest makes the token of a guest; one with an order's id opens that order alone.
func (g Guests) Guest(ctx context.Context, subject, orderID string, now time.Time, lifetime time.Duration) (string, error) {
	return auth.GuestToken(ctx, g.sign, g.Issuer, subject, orderID, now, lifetime)
}

func (g Guests) sign(ctx context.Context, digest []byte) ([]byte, error) {
	out, err := g.KMS.Sign(ctx, &kms.SignInput{KeyId: &g.Key, Message: digest, MessageType: types.MessageTypeDigest,
		SigningAlgorithm: types.SigningAlgorithmSpecEcdsaSha256})
	if err != nil {
		return nil, errAway.Because(err)
	}
	return out.Signature, nil
}

// PublicKey returns what the tokens are verified with.
func (g Guests) PublicKey(ctx context.Context) (*ecdsa.PublicKey, error) {
	out, err := g.KMS.GetPublicKey(ctx, &kms.GetPublicKeyInput{KeyId: &g.Key})
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

// Verifier returns what verifies guests' tokens, and no others.
func (g Guests) Verifier() (*auth.Verifier, error) {
	return auth.NewVerifier(auth.Config{Guests: auth.Guests{Issuer: g.Issuer, Key: g.PublicKey}})
}

// Link makes the token of a link in a mail.
func (g Guests) Link(ctx context.Context, purpose, subject string, now time.Time, lifetime time.Duration) (string, error) {
	return auth.LinkToken(ctx, g.sign, g.Issuer, purpose, subject, now, lifetime)
}

// LinkVerifier returns what verifies links of a purpose.
func (g Guests) LinkVerifier(purpose string) *auth.LinkVerifier {
	return auth.NewLinkVerifier(auth.Guests{Issuer: g.Issuer, Key: g.PublicKey}, purpose, nil)
}
