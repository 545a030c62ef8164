package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Options say what to build. Root is the repository's root; zips go to Out as <context>.zip.
type Options struct {
	Root     string
	Out      string
	Arch     string // GOARCH: arm64 or amd64
	Contexts []string
}

// Result is one context's zip.
type Result struct {
	Context     string
	Binary, Zip int64 // bytes
	Changed     bool  // the zip differs from the one that was there
	Took        time.Duration
}

// flags leave out what would make a binary differ from machine to machine or from commit to commit, and the
// symbols that no function needs. The tags keep html/template out, which net/rpc and gRPC's traces would bring: where
// it is linked, the linker must keep every exported method of every type, a third of each binary.
var flags = []string{"-tags", "lambda.norpc,grpcnotrace", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w"}

// Build builds all contexts and returns their results in the given order. The error names every context that
// failed, with the compiler's words.
func Build(ctx context.Context, o Options) ([]Result, error) {
	if err := os.MkdirAll(filepath.Join(o.Out, "bin"), 0o755); err != nil {
		return nil, fmt.Errorf("create the build folder: %w", err)
	}
	var mu sync.Mutex
	var problems []error
	results := make([]Result, len(o.Contexts))
	var g errgroup.Group
	// Each build compiles in parallel by itself; two at once keep the machine busy while the other one links.
	g.SetLimit(max(2, runtime.NumCPU()/2))
	for i, name := range o.Contexts {
		g.Go(func() error {
			result, err := one(ctx, o, name)
			if err != nil {
				mu.Lock()
				defer mu.Unlock()
				problems = append(problems, fmt.Errorf("build %s: %w", name, err))
			}
			results[i] = result
			return nil
		})
	}
	_ = g.Wait() // its functions return none
	return results, errors.Join(problems...)
}

func one(ctx context.Context, o Options, name string) (Result, error) {
	started := time.Now()
	binary := filepath.Join(o.Out, "bin", name)
	args := append(append([]string{"build"}, flags...), "-o", binary, "./functions/"+name+"/lambda")
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = o.Root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+o.Arch, "GOFLAGS=", "GOAMD64=v1", "GOARM64=v8.0")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return Result{}, context.Cause(ctx)
		}
		return Result{}, fmt.Errorf("%w\n%s", err, strings.TrimSpace(said.String()))
	}
	result := Result{Context: name}
	var err error
	result.Binary, result.Zip, result.Changed, err = pack(binary, filepath.Join(o.Out, name+".zip"))
	result.Took = time.Since(started)
	return result, err
}
