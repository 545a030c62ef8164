package infra

import (
	"fmt"
	"io"
	"math"
	"time"
)

// Part is a service that a checkout cannot do without, and what its provider promises of a month. What a checkout can do without
// (SNS, OpenSearch, Redis, PostgreSQL, Cognito's keys, which are kept) is no part.
type Part struct {
	Name   string
	Uptime float64
	Source string
}

// CheckoutPath are the parts of a checkout, read on 2026-11-30. The payment gateway promises nothing in public; while it is away
// a checkout waits in its queue, and is answered 202.
var CheckoutPath = []Part{
	{"API Gateway", 0.9995, "aws.amazon.com/api-gateway/sla"},
	{"Lambda", 0.9995, "aws.amazon.com/lambda/sla"},
	{"Step Functions", 0.999, "aws.amazon.com/step-functions/sla"},
	{"DynamoDB", 0.9999, "aws.amazon.com/dynamodb/sla"},
	{"SQS", 0.999, "aws.amazon.com/sqs/sla"},
}

// InRow is how often parts that all are needed are there, if they fail by themselves.
func InRow(parts []Part) float64 {
	up := 1.0
	for _, p := range parts {
		up *= p.Uptime
	}
	return up
}

// Failover is how often one of two cells serves, each there so often and failing by itself, where traffic moves in a while after
// the first has failed, and so failures a month are each worth that while.
func Failover(cell float64, failures float64, move time.Duration) float64 {
	const month = 30 * 24 * time.Hour
	return 1 - (1-cell)*(1-cell) - failures*move.Hours()/month.Hours()
}

// PrintAvailability says what the promises come to, and what the aim needs.
func PrintAvailability(out io.Writer) {
	const aim = 0.99999
	cell := InRow(CheckoutPath)
	fmt.Fprintf(out, "\navailability of a checkout, by what the providers promise (all parts needed, failing by themselves)\n")
	for _, p := range CheckoutPath {
		fmt.Fprintf(out, "  %-16s %9.4f %%  %s\n", p.Name, 100*p.Uptime, p.Source)
	}
	fmt.Fprintf(out, "  %-16s %9.4f %%  %s a month; the aim of %.3f %% is %s\n", "one cell", 100*cell, missing(cell), 100*aim, missing(aim))
	for _, move := range []time.Duration{0, 5 * time.Second, time.Minute, 5 * time.Minute} {
		up := Failover(cell, 1, move)
		mark := "misses it"
		if up >= aim {
			mark = "meets it"
		}
		fmt.Fprintf(out, "  two cells, moved within %-6s %8.4f %%  %s\n", move, 100*up, mark)
	}
	fmt.Fprintf(out, "  by promises alone the aim needs a second cell in another region, and one failure a month moved within %s\n",
		longestMove(cell, aim).Truncate(100*time.Millisecond))
}

// longestMove is the longest that traffic may take to move, once a month, for the aim to be met.
func longestMove(cell, aim float64) time.Duration {
	left := 1 - (1-cell)*(1-cell) - aim
	return time.Duration(math.Max(0, left) * float64(30*24*time.Hour))
}

func missing(up float64) time.Duration {
	return time.Duration((1 - up) * float64(30*24*time.Hour)).Round(time.Second)
}
