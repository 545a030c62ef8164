package customersaws

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"rialto/functions/customers"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/settings"
)

// Sealing is the part of KMS that wraps data keys.
type Sealing interface {
	GenerateDataKey(context.Context, *kms.GenerateDataKeyInput, ...func(*kms.Options)) (*kms.GenerateDataKeyOutput, error)
	Decrypt(context.Context, *kms.DecryptInput, ...func(*kms.Options)) (*kms.DecryptOutput, error)
}

// Keys makes data keys that KMS wraps. The owner is the encryption context: it is authenticated, and stands in
// CloudTrail beside each use.
type Keys struct {
	KMS Sealing
	Key string // id, ARN or alias
}

// NewVault returns the vault of the key that a function's settings name.
func NewVault(s *settings.Settings, now func() time.Time, random io.Reader) *customers.Vault {
	return &customers.Vault{Keys: Keys{KMS: kms.NewFromConfig(s.AWS()), Key: s.Must("SEAL_KEY_ID")}, Now: now, Random: random}
}

var errAway = fault.New(fault.Unavailable, "keys_unavailable", "customers cannot be read or changed now; try again").After(time.Second)

func owned(owner string) map[string]string { return map[string]string{"owner": owner} }

// Make implements customers.Keys.
func (k Keys) Make(ctx context.Context, owner string) (plain, wrapped []byte, err error) {
	out, err := k.KMS.GenerateDataKey(ctx, &kms.GenerateDataKeyInput{KeyId: &k.Key, KeySpec: types.DataKeySpecAes256, EncryptionContext: owned(owner)})
	if err != nil {
		return nil, nil, errAway.Because(fmt.Errorf("generate data key: %w", err))
	}
	return out.Plaintext, out.CiphertextBlob, nil
}

// Unwrap implements customers.Keys.
func (k Keys) Unwrap(ctx context.Context, owner string, wrapped []byte) ([]byte, error) {
	out, err := k.KMS.Decrypt(ctx, &kms.DecryptInput{KeyId: &k.Key, CiphertextBlob: wrapped, EncryptionContext: owned(owner)})
	if err != nil {
		return nil, errAway.Because(fmt.Errorf("decrypt data key: %w", err))
	}
	return out.Plaintext, nil
}
