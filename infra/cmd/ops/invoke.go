package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"rialto/functions/contract"
	"rialto/infra/operate"
)

// invoke calls one function with a JSON document, {} without one, and prints what it returns.
func invoke(ctx context.Context, client *operate.Client, args []string) error {
	if len(args) < 1 || len(args) > 2 {
		return fmt.Errorf("usage: invoke FUNCTION [JSON|-]; operators' functions are %s", strings.Join(manual(), ", "))
	}
	function := strings.TrimPrefix(args[0], client.Prefix())
	if !deployed(function) {
		return fmt.Errorf("no function is named %q; names are <context>-<function>; operators' are %s", function, strings.Join(manual(), ", "))
	}
	var input []byte
	if len(args) == 2 {
		input = []byte(args[1])
	}
	if string(input) == "-" {
		var err error
		if input, err = io.ReadAll(os.Stdin); err != nil {
			return fmt.Errorf("read the input of %s: %w", function, err)
		}
	}
	body := json.RawMessage(cmp.Or(string(bytes.TrimSpace(input)), "{}"))
	if !json.Valid(body) {
		return fmt.Errorf("the input of %s is no JSON document: %.100s", function, body)
	}
	var answer json.RawMessage
	if err := client.Invoke(ctx, function, body, &answer); err != nil {
		return err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, answer, "", "  "); err != nil {
		return fmt.Errorf("read the answer of %s: %w", function, err)
	}
	fmt.Println(out.String())
	return nil
}

func deployed(function string) bool {
	return slices.ContainsFunc(contract.Functions(), func(f contract.Function) bool { return f.ID() == function })
}

// manual lists the functions that nothing but an operator invokes.
func manual() []string {
	var out []string
	for _, f := range contract.Functions() {
		if f.Trigger.Operator {
			out = append(out, f.ID())
		}
	}
	return out
}
