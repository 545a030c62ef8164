// Command preflight compares what a stage needs of its AWS account with what the account has:
//
//	go run ./infra/cmd/preflight -stage prod
//
// It only reads, with the credentials of the environment, and fails where a quota is too small.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas/types"

	"rialto/infra"
)

func main() {
	name := flag.String("stage", "dev", "stage to be deployed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *name); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, name string) error {
	stage, err := infra.StageNamed(name)
	if err != nil {
		return err
	}
	if stage.Local {
		return errors.New("the local stage needs no account: name another by STAGE=")
	}
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion(stage.Region))
	if err != nil {
		return fmt.Errorf("read the AWS configuration: %w", err)
	}
	short, err := infra.Preflight(ctx, stage, account{servicequotas.NewFromConfig(cfg), lambda.NewFromConfig(cfg)}, os.Stdout)
	if err == nil && short > 0 {
		err = fmt.Errorf("%d quotas are too small for %s", short, name)
	}
	return err
}

type account struct {
	quotas *servicequotas.Client
	lambda *lambda.Client
}

// Quota is the account's own value, or the default where it never had another.
func (a account) Quota(ctx context.Context, service, code string) (float64, error) {
	own, err := a.quotas.GetServiceQuota(ctx, &servicequotas.GetServiceQuotaInput{ServiceCode: &service, QuotaCode: &code})
	if err == nil {
		return *own.Quota.Value, nil
	}
	if missing := (*types.NoSuchResourceException)(nil); !errors.As(err, &missing) {
		return 0, err
	}
	usual, err := a.quotas.GetAWSDefaultServiceQuota(ctx, &servicequotas.GetAWSDefaultServiceQuotaInput{ServiceCode: &service, QuotaCode: &code})
	if err != nil {
		return 0, err
	}
	return *usual.Quota.Value, nil
}

// Concurrency is Lambda's own word.
func (a account) Concurrency(ctx context.Context) (float64, error) {
	settings, err := a.lambda.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
	if err != nil {
		return 0, err
	}
	return float64(settings.AccountLimit.ConcurrentExecutions), nil
}
