package main

import (
	"context"
	"os"
	"time"

	"rialto/localstack/cloud"
	"rialto/localstack/rehearsal"
)

// rehearse plays an event on the running local cloud.
func rehearse(ctx context.Context, _ []string) error {
	if err := cloud.Require(ctx); err != nil {
		return err
	}
	_, err := rehearsal.Run(ctx, time.Now(), os.Stdout)
	return err
}
