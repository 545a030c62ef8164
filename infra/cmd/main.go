// Command cmd synthesizes the cloud assembly of a stage, without credentials:
//
//	go run ./infra/cmd -stage prod [-out .local/cdk/prod] [-lint path/to/cfn-lint]
//
// The cdk CLI, which runs it as infra/cdk.json says, names the folder by CDK_OUTDIR. The functions' zips must have been
// built for the stage's architecture (go run ./infra/cmd/build), and the packages installed (make packages). Run it from the
// repository's root.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"rialto/functions/contract"
	"rialto/infra"
	"rialto/statemachines"
)

func main() {
	name := flag.String("stage", "local", "stage to synthesize")
	out := flag.String("out", os.Getenv("CDK_OUTDIR"), "folder of the assembly (default .local/cdk/<stage>)")
	zips := flag.String("zips", "", "folder of the functions' zips (default .local/build/<arch>)")
	lint := flag.String("lint", "", "cfn-lint to run over the templates")
	flag.Parse()
	err := run(*name, *out, *zips, *lint)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(name, out, zips, lint string) error {
	stage, err := infra.StageNamed(name)
	if err != nil {
		return err
	}
	if out == "" {
		out = filepath.Join(".local", "cdk", name)
	}
	if zips == "" {
		zips = filepath.Join(".local", "build", stage.Arch)
	}
	documents, err := documents()
	if err != nil {
		return err
	}
	if err := infra.Synth(infra.Options{
		Stage: stage, Out: out, Zips: zips,
		Documents: documents,
		Checkout:  string(statemachines.Checkout),
		Retrain:   statemachines.Retrain,
		Training:  filepath.Join("functions", "recommendations", "training"),
		Fonts:     filepath.Join(".local", "packages", "fonts"),
	}); err != nil {
		return err
	}
	templates, err := filepath.Glob(filepath.Join(out, "*.template.json"))
	if err != nil {
		return err
	}
	if lint != "" {
		check := exec.Command(lint, templates...)
		check.Stdout, check.Stderr = os.Stdout, os.Stderr
		if err := check.Run(); err != nil {
			return fmt.Errorf("cfn-lint: %w", err)
		}
	}
	fmt.Printf("synthesized %s: %d stacks in %s\n", name, len(templates), out)
	return nil
}

func documents() (infra.Documents, error) {
	shopper, shopperErr := document(contract.ShopperDocument, contract.ShopperReference)
	seller, sellerErr := document(contract.SellerDocument, contract.SellerReference)
	ops, opsErr := document(contract.OpsDocument, contract.OpsReference)
	return infra.Documents{Shopper: shopper, Seller: seller, Ops: ops}, errors.Join(shopperErr, sellerErr, opsErr)
}

func document(deployed, reference func() (map[string]any, error)) (d infra.Document, err error) {
	if d.Deployed, err = deployed(); err != nil {
		return d, fmt.Errorf("deployed document: %w", err)
	}
	if d.Reference, err = reference(); err != nil {
		return d, fmt.Errorf("reference document: %w", err)
	}
	return d, nil
}
