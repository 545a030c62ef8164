package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"rialto/infra/operate"
	"rialto/infra/operate/deadletters"
)

func dead(ctx context.Context, client *operate.Client, _ []string) error {
	dl := deadletters.New(client)
	messages, err := dl.Messages(ctx)
	if err != nil {
		return err
	}
	failures, err := dl.Failures(ctx)
	if err != nil {
		return err
	}
	for _, m := range messages {
		fmt.Printf("queue %s  message %s of %s\n  reason  %s\n  body    %s\n", m.Queue, m.ID, m.Sent.Format(time.DateTime), m.Reason, short(m.Body))
	}
	for _, f := range failures {
		fmt.Printf("stream of %s  %d records of %s in %s\n", f.Function, len(f.Records), f.At.Format(time.DateTime), f.Key)
		for _, r := range f.Records {
			fmt.Printf("  record %s  reason  %s\n", r.Sequence, r.Reason)
		}
	}
	fmt.Printf("%d messages in dead-letter queues, %d failures of streams\n", len(messages), len(failures))
	return nil
}

func redrive(ctx context.Context, client *operate.Client, args []string) error {
	if len(args) != 1 {
		return errors.New("redrive: name one queue, as dead lists it (QUEUE=)")
	}
	n, err := deadletters.New(client).Redrive(ctx, args[0])
	if err != nil {
		return err
	}
	fmt.Printf("%d messages are back in %s; what fails again comes back with its new reason\n", n, args[0])
	return nil
}

func replay(ctx context.Context, client *operate.Client, _ []string) error {
	dl := deadletters.New(client)
	failures, err := dl.Failures(ctx)
	if err != nil {
		return err
	}
	stay := 0
	for _, f := range failures {
		left, err := dl.Replay(ctx, f)
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
