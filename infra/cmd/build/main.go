// Command build makes the functions' zips for one architecture:
//
//	go run ./infra/cmd/build [-arch arm64]
//
// They go to .local/build/<arch>/<context>.zip. Run it from the repository's root.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"rialto/functions/contract"
	"rialto/infra/build"
)

func main() {
	arch := flag.String("arch", runtime.GOARCH, "GOARCH of the functions")
	out := flag.String("out", "", "folder of the zips (default .local/build/<arch>)")
	only := flag.String("only", "", "contexts to build, separated by commas (default all)")
	flag.Parse()
	if *out == "" {
		*out = filepath.Join(".local", "build", *arch)
	}
	contexts := contextsOfContract()
	if *only != "" {
		contexts = strings.Split(*only, ",")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	absolute, err := filepath.Abs(*out)
	if err != nil {
		fail(err)
	}
	results, err := build.Build(ctx, build.Options{Root: ".", Out: absolute, Arch: *arch, Contexts: contexts})
	if err != nil {
		fail(err)
	}
	build.Report(os.Stdout, *arch, results)
}

func contextsOfContract() []string {
	var names []string
	for _, f := range contract.Functions() {
		if !slices.Contains(names, f.Context) {
			names = append(names, f.Context)
		}
	}
	return names
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
