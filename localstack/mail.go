package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"text/tabwriter"

	"rialto/localstack/cloud"
	"rialto/localstack/standins/mailbox"
)

// mail lists the mails that were sent; those to one address with what they say.
func mail(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("mail", flag.ContinueOnError)
	to := flags.String("to", "", "the `address` of one reader, whose mails are shown whole")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if err := cloud.Require(ctx); err != nil {
		return err
	}
	all, err := mailbox.Read(ctx, *to)
	if err != nil {
		return err
	}
	lines := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, m := range all {
		fmt.Fprintf(lines, "%s\t%s\t%s\n", m.At.Local().Format("15:04:05"), m.To, m.Subject)
	}
	if err := lines.Flush(); err != nil {
		return err
	}
	if *to != "" {
		for _, m := range all {
			fmt.Printf("\n%s\n\n%s", m.Subject, m.Text)
		}
	}
	if len(all) == 0 {
		fmt.Println("no mails")
	}
	return nil
}

func serveMailbox(ctx context.Context, _ []string) error { return mailbox.Serve(ctx) }
