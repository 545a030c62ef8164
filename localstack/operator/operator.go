// Package operator invokes deployed functions of the local cloud as an operator's commands do.
package operator

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"rialto/functions/contract"
)

var client = lambda.New(lambda.Options{Region: contract.LocalRegion, BaseEndpoint: aws.String(contract.LocalAWSURL),
	Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")})

// Invoke calls the function named "<context>-<function>" and decodes what it returns into out, unless that is nil.
func Invoke(ctx context.Context, function string, input, out any) error {
	b, err := json.Marshal(input)
	if err != nil {
		return fmt.Errorf("write the input of %s: %w", function, err)
	}
	res, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String("rialto-local-" + function), Payload: b})
	if err != nil {
		return fmt.Errorf("invoke %s: %w", function, err)
	}
	if res.FunctionError != nil {
		return fmt.Errorf("%s failed: %s; make logs SERVICE=%s says more", function, res.Payload, function)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(res.Payload, out); err != nil {
		return fmt.Errorf("read the answer of %s: %w", function, err)
	}
	return nil
}
