package infra

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
)

type account struct {
	quotas      map[string]float64
	concurrency float64
}

func (a account) Quota(_ context.Context, _, code string) (float64, error) {
	return a.quotas[code], nil
}
func (a account) Concurrency(context.Context) (float64, error) { return a.concurrency, nil }

// A new account's concurrency is Lambda's own figure and not the quota's, and what is too small is told with the command that raises
// it. Seen to catch: the quota believed; a quota that equals the need called too small.
func TestPreflight(t *testing.T) {
	t.Parallel()
	prod, err := StageNamed("prod")
	if err != nil {
		t.Fatal(err)
	}
	enough := account{quotas: map[string]float64{}}
	for _, q := range Quotas(prod) {
		enough.quotas[q.Code] = q.Needed
	}
	enough.concurrency = enough.quotas["L-B99A9384"]
	fresh := enough
	fresh.concurrency = 10
	for name, c := range map[string]struct {
		account account
		short   int
		want    string
	}{
		"enough":        {enough, 0, ""},
		"a new account": {fresh, 1, "--service-code lambda --quota-code L-B99A9384 --desired-value " + whole(enough.concurrency)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			short, err := Preflight(t.Context(), prod, c.account, &out)
			if err != nil || short != c.short || !strings.Contains(out.String(), c.want) {
				t.Errorf("%d too small (%v), want %d and a word of %q:\n%s", short, err, c.short, c.want, out.String())
			}
		})
	}
}

const quotasBegin, quotasEnd = "<!-- quotas, from infra: RIALTO_GOLDEN=1 go test ./infra -run Quotas -->\n", "<!-- end of quotas -->\n"

// OPERATIONS.md has the table of quotas. Seen to catch: a rate of checkouts that was raised alone.
func TestQuotasAreListed(t *testing.T) {
	t.Parallel()
	var table strings.Builder
	table.WriteString("| quota | code | default | dev | prod | what needs it |\n| --- | --- | --- | --- | --- | --- |\n")
	dev, devErr := StageNamed("dev")
	prod, prodErr := StageNamed("prod")
	if devErr != nil || prodErr != nil {
		t.Fatal(devErr, prodErr)
	}
	less := Quotas(dev)
	for i, q := range Quotas(prod) {
		code := "by agreement"
		if q.Code != "" {
			code = "`" + q.Code + "`"
		}
		fmt.Fprintf(&table, "| %s: %s | %s | %s | %s | %s | %s |\n",
			q.Service, q.Name, code, whole(q.Default), whole(less[i].Needed), whole(q.Needed), q.Why)
	}
	page, err := os.ReadFile("OPERATIONS.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(page), quotasBegin)
	listed, after, closed := strings.Cut(rest, quotasEnd)
	if !found || !closed {
		t.Fatal("OPERATIONS.md has no table of quotas")
	}
	if listed == table.String() {
		return
	}
	if os.Getenv("RIALTO_GOLDEN") == "" {
		t.Fatalf("the table of quotas is another:\n%s", table.String())
	}
	if err := os.WriteFile("OPERATIONS.md", []byte(before+quotasBegin+table.String()+quotasEnd+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
