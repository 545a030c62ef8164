package clickstreamaws

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"rialto/functions/clickstream"
)

// purpose is what the secret is made of: another one makes other pseudonyms.
const purpose = "clickstream pseudonyms v1"

// NewPseudonyms makes the stage's pseudonyms by a key that never leaves KMS: the secret is what it makes of the purpose, and
// so is stored nowhere. It is asked for once in an environment's life.
func NewPseudonyms(ctx context.Context, cfg aws.Config, key string) (clickstream.Pseudonyms, error) {
	in := &kms.GenerateMacInput{KeyId: &key, Message: []byte(purpose), MacAlgorithm: types.MacAlgorithmSpecHmacSha256}
	out, err := kms.NewFromConfig(cfg).GenerateMac(ctx, in)
	if err != nil {
		return clickstream.Pseudonyms{}, fmt.Errorf("make the secret of pseudonyms: %w", err)
	}
	return clickstream.Pseudonyms{Secret: out.Mac}, nil
}
