package fuzz

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"rialto/infra/operate"
	"rialto/localstack/cloud"
	"rialto/localstack/demo/shop"
	"rialto/localstack/standins/issuer"
)

// Options say how much is called. Calls is at least how many, Seed where the random ones begin.
type Options struct {
	Calls int
	Seed  int
	Out   io.Writer
}

// examples is how many random calls an operation gets in a round, beside those at the edges of its schema.
const examples = 20

// caller is who calls an API.
type caller struct {
	api, document, role string
	client              *shop.Client
}

// Run calls in rounds until there were enough calls, prints a line for each caller of a round, and fails if an answer was a 5xx.
func Run(ctx context.Context, o Options) error {
	program, err := cloud.Fuzzer()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "rialto-fuzz-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	callers, err := callers(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(o.Out, "%-8s %-9s %6s %7s %6s %6s %6s %6s %5s %9s\n", "api", "caller", "seed", "calls", "2xx", "4xx", "of 401", "of 429", "5xx", "")
	calls, failed := 0, 0
	for seed := o.Seed; calls < o.Calls; seed++ {
		for _, c := range callers {
			if calls >= o.Calls && seed > o.Seed { // every caller has been heard once
				break
			}
			began := time.Now()
			t, err := c.round(ctx, program, dir, seed)
			if err != nil {
				return err
			}
			fmt.Fprintf(o.Out, "%-8s %-9s %6d %7d %6d %6d %6d %6d %5d %9s\n", c.api, c.role, seed, t.calls, t.class[2], t.class[4], t.unauthorized,
				t.limited, t.class[5], time.Since(began).Round(time.Second))
			for _, f := range t.failures {
				fmt.Fprintf(o.Out, "  %s\n", f)
			}
			calls, failed = calls+t.calls, failed+t.class[5]
		}
	}
	fmt.Fprintf(o.Out, "%d calls, %d answers of 500 or above\n", calls, failed)
	if failed > 0 {
		return errors.New("an API failed on our side; make logs SERVICE=… of the function in the path says why")
	}
	return nil
}

func callers(ctx context.Context) ([]caller, error) {
	guest := &shop.Client{Base: shop.ShopperURL}
	var g struct{ Token string }
	if _, err := guest.Call(ctx, http.MethodPost, "/api/v1/guests", map[string]any{}, &g); err != nil {
		return nil, err
	}
	guest.Token = g.Token
	customer, err := shop.NewShopper(ctx, "pm_card_visa")
	if err != nil {
		return nil, err
	}
	seller, err := shop.NewSeller(shop.NewID("sel_"))
	if err != nil {
		return nil, err
	}
	// the largest tier, or nearly every write would be refused as one too many
	if err := operate.Local().Invoke(ctx, "sellers-tier", map[string]string{"seller_id": seller.ID, "tier": "enterprise"}, nil); err != nil {
		return nil, err
	}
	stranger, err := shop.Mint(issuer.Claims{Subject: shop.NewID("cus_"), Role: "customer"})
	operator, failed := shop.Mint(issuer.Claims{}.AsOperator("fuzz"))
	const shopper, sellers, ops = "/api/v1/openapi.json", "/seller/v1/openapi.json", "/ops/v1/openapi.json"
	return []caller{
		{"shopper", shopper, "nobody", &shop.Client{Base: shop.ShopperURL}},
		{"shopper", shopper, "guest", guest},
		{"shopper", shopper, "customer", customer.Client},
		{"seller", sellers, "customer", &shop.Client{Base: shop.SellerURL, Token: stranger}},
		{"seller", sellers, "seller", seller.Client},
		{"ops", ops, "seller", &shop.Client{Base: shop.OpsURL, Token: seller.Token}},
		{"ops", ops, "operator", &shop.Client{Base: shop.OpsURL, Token: operator}},
	}, errors.Join(err, failed)
}

// round has each operation called once with a seed.
func (c caller) round(ctx context.Context, program, dir string, seed int) (tally, error) {
	a, err := c.client.Call(ctx, http.MethodGet, c.document, nil, nil)
	if err != nil {
		return tally{}, err
	}
	document, events := filepath.Join(dir, "openapi.json"), filepath.Join(dir, "events.ndjson")
	if err := os.WriteFile(document, a.Body, 0o600); err != nil {
		return tally{}, err
	}
	args := []string{"run", document, "--url", c.client.Base, "--checks", "not_a_server_error", "--phases", "examples,coverage,fuzzing",
		"--max-examples", strconv.Itoa(examples), "--seed", strconv.Itoa(seed), "--continue-on-failure", "--no-shrink",
		"--suppress-health-check", "all", "--request-timeout", "60", "--report", "ndjson", "--report-ndjson-path", events}
	if c.client.Token != "" {
		args = append(args, "--header", "Authorization: Bearer "+c.client.Token)
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	said, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) { // 1: an answer failed a check
		return tally{}, fmt.Errorf("schemathesis: %w\n%s", err, said)
	}
	return read(events)
}
