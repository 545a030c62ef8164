// Command deploy deploys the synthesized assembly of a stage:
//
//	go run ./infra/cmd/deploy [-stage local] [-again]
//
// The local stage goes to the running local cloud; what has not changed since its last deployment is left alone. The
// other stages go to AWS with the credentials of the environment. Run it from the repository's root.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"rialto/infra"
	"rialto/infra/deploy"
	"rialto/localstack/cloud"
)

func main() {
	name := flag.String("stage", "local", "stage to deploy")
	again := flag.Bool("again", false, "deploy even what is deployed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *name, *again); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, name string, again bool) error {
	stage, err := infra.StageNamed(name)
	if err != nil {
		return err
	}
	cdk, err := cloud.Node("cdk")
	if err != nil {
		return err
	}
	o := deploy.Options{Stage: name, Assembly: filepath.Join(".local", "cdk", name), CDK: cdk, State: filepath.Join(".local", "deploy"), Again: again}
	if stage.Local {
		loopback, err := cloud.Loopback()
		if err != nil {
			return err
		}
		o.Cloud = deploy.Local(loopback)
	}
	for parameter, setting := range map[string]string{
		"payments:ReturnUrl": "RETURN_URL", "notifications:MailDomain": "MAIL_DOMAIN", "notifications:ShopUrl": "SHOP_URL",
		"campaigns:ShopUrl": "SHOP_URL", "customers:VerifiedMailDomain": "VERIFIED_MAIL_DOMAIN", "edge:ShopDomain": "SHOP_DOMAIN",
		"edge:CertificateArn": "CERTIFICATE_ARN",
	} {
		if value := os.Getenv(setting); value != "" {
			o.Parameters = append(o.Parameters, "rialto-"+name+"-"+parameter+"="+value)
		}
	}
	if email := os.Getenv("ALARM_EMAIL"); email != "" {
		o.Parameters = append(o.Parameters, "rialto-"+name+"-events:AlarmEmail="+email)
	}
	return deploy.Deploy(ctx, o, os.Stdout)
}
