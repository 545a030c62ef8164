package cloud

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Logs copies a log to out: a service's, the supervisor's, or that of one
// deployed function by its name (checkout-api, or in full as it is deployed).
// With follow it goes on until the context ends or the user interrupts.
func Logs(ctx context.Context, out io.Writer, name string, follow bool) error {
	p, err := here()
	if err != nil {
		return err
	}
	path, ok := p.findLog(name)
	if !ok {
		return fmt.Errorf("no log of %q; there is one of:\n  %s", name, strings.Join(p.logNames(), "\n  "))
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("read the log: %w", err)
	}
	defer f.Close()
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	for {
		if _, err := io.Copy(out, f); err != nil {
			if errors.Is(err, syscall.EPIPE) {
				return nil
			}
			return fmt.Errorf("read the log: %w", err)
		}
		if !follow {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// functionPrefix is what the local stage puts before every function's name.
const functionPrefix = "rialto-local-"

// findLog returns the file of a name that Logs takes, and whether there is one.
func (p place) findLog(name string) (string, bool) {
	if name == "" || !filepath.IsLocal(name) {
		return "", false
	}
	for _, path := range []string{p.log(name), p.log(filepath.Join("functions", name)), p.log(filepath.Join("functions", functionPrefix+name))} {
		if exists(path) {
			return path, true
		}
	}
	return "", false
}

// logNames lists the logs there are, functions by their short names.
func (p place) logNames() []string {
	var names []string
	for _, pattern := range []string{"*.log", filepath.Join("functions", "*.log")} {
		paths, _ := filepath.Glob(filepath.Join(p.logs(), pattern))
		for _, path := range paths {
			names = append(names, strings.TrimPrefix(strings.TrimSuffix(filepath.Base(path), ".log"), functionPrefix))
		}
	}
	if len(names) == 0 {
		return []string{"(none yet: run `make up`)"}
	}
	return names
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
