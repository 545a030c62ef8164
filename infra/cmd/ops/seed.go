package main

import (
	"context"
	"errors"
	"flag"
	"os"

	"rialto/infra/operate"
	"rialto/localstack/demo/seed"
	"rialto/localstack/demo/shop"
)

func load(ctx context.Context, client *operate.Client, args []string) error {
	flags := flag.NewFlagSet("seed", flag.ContinueOnError)
	o := seed.Options{Out: os.Stdout}
	flags.StringVar(&o.Catalog, "catalog", "", "JSON `file` to load instead of the bundled catalog")
	flags.BoolVar(&o.Missing, "missing", false, "do nothing if the catalog can be found already")
	flags.StringVar(&o.API, "api", "", "`URL` of the stage's shopper API, to wait until search finds the catalog; known of the local cloud")
	if err := flags.Parse(args); err != nil {
		return err
	}
	switch {
	case client.IsLocal() && o.API == "":
		o.API = shop.ShopperURL
	case !client.IsLocal() && o.Catalog == "":
		return errors.New("the bundled catalog is made up: name one with CATALOG= to load into a stage on AWS")
	case o.Missing && o.API == "":
		return errors.New("-missing asks search what is there: it needs -api")
	}
	return seed.Run(ctx, client, o)
}
