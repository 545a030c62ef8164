package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"rialto/localstack/checks/fuzz"
	"rialto/localstack/checks/lag"
	"rialto/localstack/cloud"
	"rialto/localstack/cloud/packages"
	"rialto/localstack/dashboard"
	"rialto/localstack/demo"
	"rialto/localstack/docs"
	"rialto/localstack/shoppers"
	"rialto/localstack/training"
)

// command is one verb of the program. Errors it returns are printed, one a
// line, and make the exit status 1.
type command struct {
	name string
	does string // empty hides it from the usage text
	run  func(ctx context.Context, args []string) error
}

// commands, in the order of the usage text. To add one, add a line.
func commands() []command {
	return []command{
		{"up", "start the local cloud, installing what is missing", up},
		{"down", "stop the local cloud", down},
		{"status", "show the services; status 1 unless all run", status},
		{"logs", "show a service's or function's log: logs [-f] NAME", logs},
		{"token", "mint a development token: token -customer ID [-role ROLE] ...", token},
		{"mail", "list the mails that were sent: mail [-to ADDRESS]", mail},
		{"path", "print where an installed command lies: path cdk|cfn-lint|asl-validator|loopback.cjs|train-python", path},
		{"lag", "measure how long a committed change takes until a search finds it: lag [-probes N]", measure},
		{"demo", "play the main journey, what must fail well, and a seller's", play},
		{"rehearsal", "play an event, from its entry in the calendar to the report after it, with the clock moved", rehearse},
		{"shoppers", "make up shoppers and send what they do to the clickstream: shoppers [-n N] [-seed N]", madeUp},
		{"clicks", "write what the lake says of searches and clicks", clicked},
		{"experiment", "say what became of an experiment, from the lake", compared},
		{"train", "train recommendations on the lake and have the machine retrain judge, load and serve the model", trained},
		{"fuzz", "call every operation in and out of its schema, as every kind of caller: fuzz [-calls N] [-seed N]", fuzzed},
		{"docs", "serve the APIs' documents as pages to read and try, until it is interrupted", documents},
		{"dashboard", "serve the figures of the running local cloud as a page, until it is interrupted", figures},
		{"clean", "stop the local cloud and delete all its state", clean},
		{"supervise", "", supervise},
		{"serve-issuer", "", serveIssuer},
		{"serve-mailbox", "", serveMailbox},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(dispatch(ctx, os.Args[1:]))
}

func dispatch(ctx context.Context, args []string) int {
	all := commands()
	i := slices.IndexFunc(all, func(c command) bool { return len(args) > 0 && c.name == args[0] })
	if i < 0 {
		fmt.Fprintln(os.Stderr, "usage: go run ./localstack COMMAND")
		for _, c := range all {
			if c.does != "" {
				fmt.Fprintf(os.Stderr, "  %-9s %s\n", c.name, c.does)
			}
		}
		return 2
	}
	err := all[i].run(ctx, args[1:])
	switch {
	case err == nil:
		return 0
	case errors.Is(err, flag.ErrHelp):
		return 2
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "interrupted")
		return 130
	default:
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
}

func up(ctx context.Context, _ []string) error { return cloud.Up(ctx, os.Stdout) }

func down(ctx context.Context, _ []string) error { return cloud.Down(ctx, os.Stdout) }

func status(ctx context.Context, _ []string) error { return cloud.Status(ctx, os.Stdout) }

// measure is a part of make bench, which goes on where nothing runs.
func measure(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("lag", flag.ContinueOnError)
	probes := flags.Int("probes", 30, "how many changes of each kind")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if err := cloud.Require(ctx); err != nil {
		fmt.Println("from commit to searchable: not measured,", err)
		return nil
	}
	return lag.Run(ctx, max(1, *probes), os.Stdout)
}

func play(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	file := flags.String("catalog", "", "JSON `file` that was loaded instead of the bundled catalog")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if err := cloud.Require(ctx); err != nil {
		return err
	}
	return demo.Run(ctx, demo.Options{Catalog: *file, Out: os.Stdout})
}

func madeUp(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("shoppers", flag.ContinueOnError)
	n := flags.Int("n", 1000, "how many shoppers")
	seed := flags.Uint64("seed", 1, "where what is made up begins")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if err := cloud.Require(ctx); err != nil {
		return err
	}
	return shoppers.Run(ctx, max(1, *n), *seed, os.Stdout)
}

func trained(ctx context.Context, _ []string) error {
	spark, err := sparked(ctx)
	if err != nil {
		return err
	}
	return training.Run(ctx, spark, os.Stdout)
}

func compared(ctx context.Context, args []string) error {
	if len(args) != 1 || args[0] == "" {
		return errors.New("say which: make experiment ID=…")
	}
	spark, err := sparked(ctx)
	if err != nil {
		return err
	}
	return training.Report(ctx, spark, args[0], os.Stdout)
}

func clicked(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errors.New("say which file to write")
	}
	spark, err := sparked(ctx)
	if err != nil {
		return err
	}
	return training.Clicks(ctx, spark, args[0])
}

// sparked installs Spark beside the running local cloud.
func sparked(ctx context.Context) (training.Spark, error) {
	if err := cloud.Require(ctx); err != nil {
		return training.Spark{}, err
	}
	if err := packages.Install(ctx, os.Stdout, "train"); err != nil {
		return training.Spark{}, err
	}
	return training.Installed()
}

func fuzzed(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("fuzz", flag.ContinueOnError)
	calls := flags.Int("calls", 20_000, "at least how many calls")
	seed := flags.Int("seed", 1, "where the random calls begin")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if err := cloud.Require(ctx); err != nil {
		return err
	}
	if err := packages.Install(ctx, os.Stdout, "fuzz"); err != nil {
		return err
	}
	return fuzz.Run(ctx, fuzz.Options{Calls: *calls, Seed: *seed, Out: os.Stdout})
}

func documents(ctx context.Context, _ []string) error {
	if err := packages.Install(ctx, os.Stdout); err != nil {
		return err
	}
	viewer, err := cloud.Viewer()
	if err != nil {
		return err
	}
	return docs.Serve(ctx, os.DirFS(viewer), os.Stdout)
}

func figures(ctx context.Context, _ []string) error {
	if err := cloud.Require(ctx); err != nil {
		return err
	}
	logs, err := cloud.FunctionLogs()
	if err != nil {
		return err
	}
	return dashboard.Serve(ctx, dashboard.Local(logs), os.Stdout)
}

func clean(ctx context.Context, _ []string) error { return cloud.Clean(ctx, os.Stdout) }

func supervise(ctx context.Context, _ []string) error { return cloud.Supervise(ctx, os.Stdout) }

func logs(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("logs", flag.ContinueOnError)
	follow := flags.Bool("f", false, "go on as the log grows")
	if err := flags.Parse(args); err != nil {
		return err
	}
	name := cmp.Or(flags.Arg(0), os.Getenv("SERVICE"))
	return cloud.Logs(ctx, os.Stdout, name, *follow)
}

func path(_ context.Context, args []string) error {
	if len(args) != 1 {
		return errors.New("path: say of which command")
	}
	found, err := cloud.Command(args[0])
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(os.Stdout, found)
	return err
}
