// Command ops does what an operator of a stage does:
//
//	go run ./infra/cmd/ops [-stage local] dead                      list dead-letter queues and failed stream records
//	go run ./infra/cmd/ops [-stage local] redrive QUEUE             move a dead-letter queue's messages back (carts-refresh, …)
//	go run ./infra/cmd/ops [-stage local] replay                    give failed stream records back to their functions
//	go run ./infra/cmd/ops [-stage local] reindex [-marketplace US] build search indexes anew and swap them in
//	go run ./infra/cmd/ops [-stage local] rebuild TABLE             make a projection anew from what it is made of
//	go run ./infra/cmd/ops [-stage local] migrate                   bring the SQL schema and the search indexes up to date
//	go run ./infra/cmd/ops [-stage local] seed [-catalog FILE]      load a catalog through the functions
//	go run ./infra/cmd/ops [-stage local] drill [-keep] TABLE       restore a table beside the live one, compare, delete it again
//	go run ./infra/cmd/ops [-stage local] restore TABLE KEY         put back from a drill's copy what the live table has lost
//	go run ./infra/cmd/ops [-stage local] invoke FUNCTION [JSON|-]  invoke a function, - reads its input from stdin
//
// Stage local is the running local cloud. Other stages are on AWS, with the credentials and region of the environment.
// Run it from the repository's root.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"rialto/infra/operate"
	"rialto/localstack/cloud"
)

// command is one verb of the program.
type command struct {
	name  string
	usage string
	run   func(ctx context.Context, client *operate.Client, args []string) error
}

// commands, in the order of the usage text. To add one, add a line.
var commands = []command{
	{"dead", "dead", dead},
	{"redrive", "redrive QUEUE", redrive},
	{"replay", "replay", replay},
	{"reindex", "reindex [-marketplace CODE] [-rollback]", reindex},
	{"rebuild", "rebuild TABLE", rebuild},
	{"migrate", "migrate", migrate},
	{"seed", "seed [-catalog FILE] [-missing] [-api URL]", load},
	{"drill", "drill [-at INSTANT] [-items N] [-keep] TABLE", drill},
	{"restore", "restore TABLE KEY", putBack},
	{"invoke", "invoke FUNCTION [JSON|-]", invoke},
}

func main() {
	stage := flag.String("stage", "local", "stage to operate on")
	flag.Usage = usage
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	i := slices.IndexFunc(commands, func(c command) bool { return c.name == flag.Arg(0) })
	if i < 0 {
		usage()
		os.Exit(2)
	}
	err := start(ctx, *stage, commands[i], flag.Args()[1:])
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func start(ctx context.Context, stage string, c command, args []string) error {
	client, err := operate.Open(ctx, stage)
	if err != nil {
		return err
	}
	if client.IsLocal() {
		if err := cloud.Require(ctx); err != nil {
			return err
		}
	}
	return c.run(ctx, client, args)
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: go run ./infra/cmd/ops [-stage STAGE] COMMAND")
	for _, c := range commands {
		fmt.Fprintln(os.Stderr, "  "+c.usage)
	}
}

func reindex(ctx context.Context, client *operate.Client, args []string) error {
	flags := flag.NewFlagSet("reindex", flag.ContinueOnError)
	o := operate.ReindexOptions{Out: os.Stdout}
	flags.StringVar(&o.Marketplace, "marketplace", "", "`code` of the marketplace; all that have an index without one")
	flags.BoolVar(&o.Rollback, "rollback", false, "search the index before again")
	if err := flags.Parse(args); err != nil {
		return err
	}
	return client.Reindex(ctx, o)
}

func rebuild(ctx context.Context, client *operate.Client, args []string) error {
	if len(args) != 1 {
		return errors.New("usage: rebuild TABLE")
	}
	return client.Rebuild(ctx, args[0], os.Stdout)
}

func migrate(ctx context.Context, client *operate.Client, _ []string) error {
	return client.Migrate(ctx, os.Stdout)
}
