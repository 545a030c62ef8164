// The gateway command serves the local stand-in for the payment gateway.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"rialto/localstack/standins/gateway"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "gateway:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet("gateway", flag.ContinueOnError)
	flags.SetOutput(stderr)
	addr := flags.String("addr", "127.0.0.1:12111", "loopback address to listen on")
	format := flags.String("log", "text", "how to log calls: text, json or off")
	seed := flags.Uint64("seed", 0, "seed of the ids; 0 takes the time, so that ids never meet those of an earlier run in kept tables")
	delay := flags.Duration("answer-delay", 30*time.Second, "how long pm_rialto_timeout and pm_rialto_late wait")
	webhook := flags.String("webhook", "", "URL that events are sent to; empty sends none")
	secret := flags.String("webhook-secret", "whsec_local", "what events are signed with")
	if err := flags.Parse(args); err != nil {
		return err
	}
	handlers := map[string]slog.Handler{
		"text": slog.NewTextHandler(stderr, nil), "json": slog.NewJSONHandler(stderr, nil), "off": slog.DiscardHandler,
	}
	handler, ok := handlers[*format]
	if !ok {
		return fmt.Errorf("-log %q: must be text, json or off", *format)
	}
	if err := gateway.Loopback(*addr); err != nil {
		return err
	}
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	log := slog.New(handler)
	log.Info("gateway listens", "addr", listener.Addr().String(), "seed", *seed)
	return gateway.Serve(ctx, listener, gateway.New(gateway.Config{Now: time.Now, Seed: *seed, Log: log, AnswerDelay: *delay,
		WebhookURL: *webhook, WebhookSecret: *secret}))
}
