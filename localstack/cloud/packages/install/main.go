// Command install installs what the local cloud and the tools need, and extras by name, and starts nothing: install [train]
// [fuzz].
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"rialto/localstack/cloud/packages"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := packages.Install(ctx, os.Stdout, os.Args[1:]...); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
