// Command letters shows what a stage's functions gave up, with the reason, and gives it to them again:
//
//	go run ./infra/cmd/letters [-stage local] dead            list dead-letter queues and failed stream records
//	go run ./infra/cmd/letters [-stage local] redrive QUEUE   move a dead-letter queue's messages back (carts-refresh, …)
//	go run ./infra/cmd/letters [-stage local] replay          publish the events of failed stream records
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"rialto/infra/letters"
)

func main() {
	stage := flag.String("stage", "local", "stage to look at")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *stage, flag.Arg(0), flag.Arg(1)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, stage, verb, queue string) error {
	office, err := letters.Open(ctx, stage)
	if err != nil {
		return err
	}
	switch verb {
	case "dead":
		return dead(ctx, office)
	case "redrive":
		n, err := office.Redrive(ctx, queue)
		if err != nil {
			return err
		}
		fmt.Printf("%d messages are back in %s; what fails again comes back with its new reason\n", n, queue)
		return nil
	case "replay":
		return replay(ctx, office)
	}
	return errors.New("usage: letters [-stage STAGE] dead | redrive QUEUE | replay")
}

func dead(ctx context.Context, office *letters.Office) error {
	dead, err := office.Dead(ctx)
	if err != nil {
		return err
	}
	failures, err := office.Failures(ctx)
	if err != nil {
		return err
	}
	for _, l := range dead {
		fmt.Printf("queue %s  message %s of %s\n  reason  %s\n  body    %s\n", l.Queue, l.ID, l.Sent.Format(time.DateTime), l.Reason, short(l.Body))
	}
	for _, f := range failures {
		fmt.Printf("stream of %s  %d records of %s in %s\n", f.Function, len(f.Records), f.At.Format(time.DateTime), f.Key)
		for _, r := range f.Records {
			fmt.Printf("  record %s  reason  %s\n", r.Sequence, r.Reason)
		}
	}
	fmt.Printf("%d messages in dead-letter queues, %d failures of streams\n", len(dead), len(failures))
	return nil
}

func replay(ctx context.Context, office *letters.Office) error {
	failures, err := office.Failures(ctx)
	if err != nil {
		return err
	}
	stay := 0
	for _, f := range failures {
		left, err := office.Replay(ctx, f)
		if err != nil {
			return err
		}
		fmt.Printf("%s  %d of %d records passed\n", f.Function, len(f.Records)-len(left), len(f.Records))
		for _, r := range left {
			fmt.Printf("  record %s stays: %s\n", r.Sequence, r.Reason)
		}
		stay += len(left)
	}
	if stay > 0 {
		return fmt.Errorf("%d records failed again; they stay in the bucket, whole", stay)
	}
	fmt.Printf("%d failures of streams were replayed\n", len(failures))
	return nil
}

// short is the beginning of a body, on one line.
func short(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 300 {
		s = s[:300] + "…"
	}
	return s
}
