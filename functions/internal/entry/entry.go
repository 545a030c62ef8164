// Package entry starts a context's binary as the one function that its handler setting names. What a function
// needs is wired when it is known which one it is, so a binary of many functions starts as fast as one of one.
package entry

import (
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"

	"rialto/functions/internal/browser"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/trace"
)

// Table lists a context's functions by name. Each entry wires one and returns a handler that aws-lambda-go
// accepts.
type Table map[string]func(*settings.Settings) (any, error)

// Run starts the function that the environment names and does not return. A function that cannot be wired
// ends the process, with the reason in its log.
func Run(context string, functions Table) {
	s := settings.Load()
	trace.Start(os.Stdout, context+"-"+s.Function, s.Get("LOG_LEVEL"))
	handler, err := wire(s, functions)
	if err != nil {
		slog.Error("function cannot start", "error", err)
		os.Exit(1)
	}
	lambda.Start(handler)
}

func wire(s *settings.Settings, functions Table) (any, error) {
	build, ok := functions[s.Function]
	if !ok {
		return nil, fmt.Errorf("no function %q here, there are %v", s.Function, slices.Sorted(maps.Keys(functions)))
	}
	handler, err := build(s)
	if err != nil {
		return nil, err
	}
	if serve, ok := handler.(browser.Serve); ok {
		handler = browser.Tell(behind(serve, s.Number("PROXIES", 0)), strings.Fields(s.Get("ALLOWED_ORIGINS")))
	}
	return handler, s.Problems()
}
