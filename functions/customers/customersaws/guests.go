package customersaws

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

// Guest implements customers.Tokens.
func (g Guests) Guest(ctx context.Context, subject string, now time.Time, lifetime time.Duration) (string, error) {
	return auth.GuestToken(ctx, g.sign, g.Issuer, subject, now, lifetime)
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

// Authorizer returns the function authorize, which accepts tokens of the issuers in the setting ISSUERS and of
// guests. plan is auth.Authorizer's.
func Authorizer(issuers string, guests Guests, plan func(context.Context, auth.Identity) string) (any, error) {
	list, err := auth.ParseIssuers(issuers)
	if err != nil {
		return nil, err
	}
	v, err := auth.NewVerifier(auth.Config{Issuers: list, Guests: auth.Guests{Issuer: guests.Issuer, Key: guests.PublicKey}})
	if err != nil {
		return nil, err
	}
	return auth.Authorizer(v, plan), nil
}
