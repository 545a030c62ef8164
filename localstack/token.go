package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"time"

	"rialto/localstack/cloud"
	"rialto/localstack/standins/issuer"
)

// token prints one token and nothing else.
func token(_ context.Context, args []string) error {
	flags := flag.NewFlagSet("token", flag.ContinueOnError)
	claims := issuer.Claims{IssuedAt: time.Now()}
	flags.StringVar(&claims.Subject, "customer", "", "`id` of the customer the token speaks for")
	operator := flags.String("operator", "", "`name` of the operator the token speaks for instead, in the audit log")
	flags.StringVar(&claims.Role, "role", "", "customer, seller or operator (default: operator with -operator, seller with -seller, else customer)")
	flags.StringVar(&claims.SellerID, "seller", "", "`id` of the seller the customer acts for")
	flags.StringVar(&claims.Scope, "scope", "", "space-separated scopes")
	flags.StringVar(&claims.Audience, "audience", "", "another audience than Rialto's, to see it refused")
	flags.DurationVar(&claims.Lifetime, "ttl", time.Hour, "how long the token is valid")
	expired := flags.Bool("expired", false, "a token that expired an hour ago")
	forgery := flags.String("forgery", "", "make a bad token: unsigned, stranger, symmetric or tampered")
	if err := flags.Parse(args); err != nil {
		return err
	}
	claims.Forgery = issuer.Forgery(*forgery)
	if *operator != "" {
		claims = claims.AsOperator(*operator)
	}
	if claims.Subject == "" {
		return errors.New("token: say who it is for: -customer and an id that begins with cus_, or -operator and a name")
	}
	switch claims.Role {
	case "customer", "seller", "operator", "guest":
	case "":
		claims.Role = "customer"
		if claims.SellerID != "" {
			claims.Role = "seller"
		}
	default:
		return fmt.Errorf("token: role %q is none of customer, seller and operator", claims.Role)
	}
	if *expired {
		claims.Lifetime = -time.Hour
	}
	folder, err := cloud.IssuerFolder()
	if err != nil {
		return err
	}
	key, err := issuer.LoadKey(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return errors.New("token: the issuer has no key yet: run `make up` first")
	}
	if err != nil {
		return err
	}
	text, err := issuer.Mint(key, claims)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(os.Stdout, text)
	return err
}

func serveIssuer(ctx context.Context, _ []string) error {
	folder, err := cloud.IssuerFolder()
	if err != nil {
		return err
	}
	key, err := issuer.LoadKey(folder)
	if err != nil {
		return err
	}
	return issuer.Serve(ctx, key)
}
