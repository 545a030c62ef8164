package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"rialto/infra/operate"
	"rialto/infra/operate/restore"
)

func drill(ctx context.Context, client *operate.Client, args []string) error {
	flags := flag.NewFlagSet("drill", flag.ContinueOnError)
	var o restore.Options
	at := flags.String("at", "", "`instant` to restore to, as 2026-11-27T08:00:00Z; the latest that can be without one")
	flags.IntVar(&o.Items, "items", 100_000, "how many items of each table are compared at most; 0 for all")
	flags.BoolVar(&o.Keep, "keep", false, "leave the copy there")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("drill: name one table, as functions/contract does (TABLE=orders)")
	}
	o.Table = flags.Arg(0)
	if *at != "" {
		var err error
		if o.At, err = time.Parse(time.RFC3339, *at); err != nil {
			return fmt.Errorf("drill: an instant is written 2026-11-27T08:00:00Z: %w", err)
		}
		if client.IsLocal() {
			return errors.New("drill: the local cloud has no past to restore to; leave AT out")
		}
	}
	tables := restore.New(client)
	r, err := tables.Drill(ctx, o)
	if r.Restored > 0 {
		tables.Print(os.Stdout, o, r)
	}
	return err
}

func putBack(ctx context.Context, client *operate.Client, args []string) error {
	if len(args) != 2 {
		return errors.New("restore: name a table and a key of it (TABLE=products KEY=prd_…)")
	}
	written, there, err := restore.New(client).PutBack(ctx, args[0], args[1])
	if written+there > 0 {
		fmt.Printf("%s of %s: %d items put back, %d were there and stay as they are\n", args[1], args[0], written, there)
	}
	return err
}
