package infra

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"rialto/functions/contract"
)

// Quota is one limit of an account in its region, as Service Quotas names it; without a code, one that is agreed on with who serves.
type Quota struct {
	Service, Code, Name string
	Default             float64 // docs.aws.amazon.com/general/latest/gr/aws-service-information.html; a new account may have less
	Needed              float64
	Why                 string
}

// writesPerCheckout is what a checkout of one line writes, in DynamoDB's units, on all tables together (functions/checkout/checkoutbill).
const writesPerCheckout = 20

// gatewayCallsPerCheckout is how often a checkout has the payment gateway change something (functions/contract/usecases.json).
const gatewayCallsPerCheckout = 2

// Quotas is what a stage needs of its account, where an account's default is a number that a stage of ours could reach. Of two more
// there is no quota to raise: Step Functions starts Express executions as the load grows (StartSyncExecution counts against no
// quota, and a surge may be throttled until there is capacity), and a queue holds 120,000 messages in flight.
func Quotas(s Stage) []Quota {
	inVPC := 0
	for _, f := range s.functions() {
		for _, g := range f.Grants {
			if g.Access == contract.SQL || g.Access == contract.Schema || g.Access == contract.Redis {
				inVPC++
				break
			}
		}
	}
	return []Quota{
		{"lambda", "L-B99A9384", "Concurrent executions", 1_000, float64(s.concurrency()),
			"the checkout path's own, each queue's and stream's most, and the APIs at their throttle (pool.go)"},
		{"lambda", "L-9FEE3D26", "Elastic network interfaces per VPC", 500, float64(inVPC * len(s.Zones)),
			"one a zone for each function in the VPC, if none shares its security groups"},
		{"apigateway", "L-8A5B8E43", "Throttle rate", 10_000, s.Throttle, "the throttle of each API, which bears the design's peak (make plan)"},
		{"dynamodb", "L-AB614373", "Table-level write throughput limit", 40_000, s.Checkouts * writesPerCheckout,
			"what checkouts write, were it all to one table"},
		{"dynamodb", "L-F98FE922", "Maximum number of tables", 2_500, float64(len(contract.Tables())), "the tables of one stage"},
		{"sns", "L-F8E2BA85", "Messages Published per Second", 30_000, s.Checkouts * float64(len(contract.Contexts())),
			"an event of every context for each checkout"},
		{"stripe", "", "API requests a second", 100, s.Checkouts*gatewayCallsPerCheckout + contract.PacedGatewayCalls,
			"two of each checkout at its throttle, beside captures and refunds (functions/payments/pace.go)"},
	}
}

// Account reads what an account may have.
type Account interface {
	// Quota returns the value that applies to the account.
	Quota(ctx context.Context, service, code string) (float64, error)
	// Concurrency returns how many invocations Lambda runs at once for the account, which is less than the quota says in new ones.
	Concurrency(ctx context.Context) (float64, error)
}

// Preflight writes each quota that a stage needs beside what the account has, and the command that asks for more where that is too
// little. It returns how many are too small.
func Preflight(ctx context.Context, s Stage, account Account, out io.Writer) (short int, err error) {
	fmt.Fprintf(out, "%-11s %-36s %9s %9s %9s\n", "service", "quota", "default", "needed", "account")
	var raise []string
	for _, q := range Quotas(s) {
		if q.Code == "" {
			fmt.Fprintf(out, "%-11s %-36s %9s %9s %9s\n", q.Service, q.Name, whole(q.Default), whole(q.Needed), "agreed?")
			continue
		}
		has, err := account.Quota(ctx, q.Service, q.Code)
		if err == nil && q.Code == "L-B99A9384" {
			has, err = account.Concurrency(ctx)
		}
		if err != nil {
			return 0, fmt.Errorf("read the quota %s of %s: %w", q.Code, q.Service, err)
		}
		mark := ""
		if has < q.Needed {
			mark = "  too small"
			raise = append(raise, fmt.Sprintf("aws service-quotas request-service-quota-increase"+
				" --region %s --service-code %s --quota-code %s --desired-value %s",
				s.Region, q.Service, q.Code, whole(q.Needed)))
		}
		fmt.Fprintf(out, "%-11s %-36s %9s %9s %9s%s\n", q.Service, q.Name, whole(q.Default), whole(q.Needed), whole(has), mark)
	}
	if len(raise) > 0 {
		fmt.Fprintf(out, "\nask for more, and deploy when it is granted:\n%s\n", strings.Join(raise, "\n"))
	}
	return len(raise), nil
}

func whole(n float64) string { return strconv.FormatFloat(n, 'f', 0, 64) }
