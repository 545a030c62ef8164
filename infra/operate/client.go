package operate

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"rialto/functions/contract"
)

const local = "local"

// Client reaches one stage.
type Client struct {
	// Config is for clients of the stage's other AWS APIs.
	Config aws.Config

	stage  string
	lambda *lambda.Client
}

// Open returns the client of a stage.
func Open(ctx context.Context, stage string) (*Client, error) {
	if stage == local {
		return Local(), nil
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the AWS configuration: %w", err)
	}
	return newClient(stage, cfg), nil
}

// Local returns the client of the local cloud.
func Local() *Client {
	return newClient(local, aws.Config{Region: contract.LocalRegion, BaseEndpoint: aws.String(contract.LocalAWSURL),
		Credentials: credentials.NewStaticCredentialsProvider(contract.LocalAccount, "test", "")})
}

func newClient(stage string, cfg aws.Config) *Client {
	return &Client{Config: cfg, stage: stage, lambda: lambda.NewFromConfig(cfg)}
}

// IsLocal tells whether the stage is the local cloud.
func (c *Client) IsLocal() bool { return c.stage == local }

// Prefix is what the names of all the stage's resources begin with.
func (c *Client) Prefix() string { return "rialto-" + c.stage + "-" }

// Invoke calls the function named "<context>-<function>" and decodes what it returns into out, unless that is nil.
func (c *Client) Invoke(ctx context.Context, function string, input, out any) error {
	payload, err := json.Marshal(input)
	if err != nil {
		return fmt.Errorf("write the input of %s: %w", function, err)
	}
	called := c.Prefix() + function
	if !c.IsLocal() {
		called += ":live" // what is deployed is what callers call, and not what is on its way
	}
	result, err := c.lambda.Invoke(ctx, &lambda.InvokeInput{FunctionName: &called, Payload: payload})
	if err != nil {
		return fmt.Errorf("invoke %s: %w", function, err)
	}
	if result.FunctionError != nil {
		return fmt.Errorf("%s failed: %s; %s says more", function, result.Payload, c.logOf(function))
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(result.Payload, out); err != nil {
		return fmt.Errorf("read the answer of %s: %w", function, err)
	}
	return nil
}

func (c *Client) logOf(function string) string {
	if c.IsLocal() {
		return "make logs SERVICE=" + function
	}
	return "the log group /aws/lambda/" + c.Prefix() + function
}
