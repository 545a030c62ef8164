// Package campaignsaws raises what AWS has for campaigns: a Warmer for each kind of resource.
package campaignsaws

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"rialto/functions/campaigns"
)

// Concurrency is what is reserved for functions.
type Concurrency struct {
	Lambda *lambda.Client
	Prefix string
}

// Read implements campaigns.Warmer.
func (w Concurrency) Read(ctx context.Context, id string) (campaigns.Level, error) {
	out, err := w.Lambda.GetFunctionConcurrency(ctx, &lambda.GetFunctionConcurrencyInput{FunctionName: aws.String(w.Prefix + id)})
	if err != nil {
		return campaigns.Level{}, fmt.Errorf("get concurrency: %w", err)
	}
	return campaigns.Level{Is: int64(aws.ToInt32(out.ReservedConcurrentExecutions))}, nil
}

// Set implements campaigns.Warmer.
func (w Concurrency) Set(ctx context.Context, id string, level int64) (campaigns.Level, error) {
	if level == 0 { // that would stop the function
		return campaigns.Level{}, errors.New("nothing is reserved for the function any more: deploy its stack anew")
	}
	_, err := w.Lambda.PutFunctionConcurrency(ctx, &lambda.PutFunctionConcurrencyInput{FunctionName: aws.String(w.Prefix + id),
		ReservedConcurrentExecutions: aws.Int32(int32(level))})
	if err != nil {
		return campaigns.Level{}, fmt.Errorf("set concurrency: %w", err)
	}
	return w.Read(ctx, id)
}

// Provisioned is environments that are kept warm for the version that a function's alias names: an alias that calls two, while a release
// is under way, may have none of its own.
type Provisioned struct {
	Lambda        *lambda.Client
	Prefix, Alias string
}

func (w Provisioned) version(ctx context.Context, id string) (name, version *string, err error) {
	name = aws.String(w.Prefix + id)
	out, err := w.Lambda.GetAlias(ctx, &lambda.GetAliasInput{FunctionName: name, Name: &w.Alias})
	if is[*types.ResourceNotFoundException](err) {
		return nil, nil, campaigns.Absence("the function has no alias " + w.Alias)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("get alias: %w", err)
	}
	return name, out.FunctionVersion, nil
}

// config is what is asked for and what is there.
func (w Provisioned) config(ctx context.Context, name, version *string) (asked, there int64, err error) {
	out, err := w.Lambda.GetProvisionedConcurrencyConfig(ctx,
		&lambda.GetProvisionedConcurrencyConfigInput{FunctionName: name, Qualifier: version})
	if is[*types.ProvisionedConcurrencyConfigNotFoundException](err) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, fmt.Errorf("get provisioned concurrency: %w", err)
	}
	if out.Status == types.ProvisionedConcurrencyStatusEnumFailed {
		return 0, 0, fmt.Errorf("environments are not provisioned: %s", aws.ToString(out.StatusReason))
	}
	return int64(aws.ToInt32(out.RequestedProvisionedConcurrentExecutions)), int64(aws.ToInt32(out.AvailableProvisionedConcurrentExecutions)), nil
}

// Read implements campaigns.Warmer.
func (w Provisioned) Read(ctx context.Context, id string) (campaigns.Level, error) {
	name, version, err := w.version(ctx, id)
	if err != nil {
		return campaigns.Level{}, err
	}
	_, there, err := w.config(ctx, name, version)
	return campaigns.Level{Is: there}, err
}

// Set implements campaigns.Warmer. What is asked for already is not asked for again: that would begin anew.
func (w Provisioned) Set(ctx context.Context, id string, level int64) (campaigns.Level, error) {
	name, version, err := w.version(ctx, id)
	if err != nil {
		return campaigns.Level{}, err
	}
	asked, there, err := w.config(ctx, name, version)
	switch {
	case err == nil && asked == level:
		return campaigns.Level{Is: there}, nil
	case level == 0:
		_, err = w.Lambda.DeleteProvisionedConcurrencyConfig(ctx,
			&lambda.DeleteProvisionedConcurrencyConfigInput{FunctionName: name, Qualifier: version})
	default:
		_, err = w.Lambda.PutProvisionedConcurrencyConfig(ctx, &lambda.PutProvisionedConcurrencyConfigInput{FunctionName: name,
			Qualifier: version, ProvisionedConcurrentExecutions: aws.Int32(int32(level))})
	}
	if err != nil {
		return campaigns.Level{}, fmt.Errorf("set provisioned concurrency: %w", err)
	}
	_, there, err = w.config(ctx, name, version)
	return campaigns.Level{Is: there}, err
}

// is tells whether an error is of a type.
func is[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}
