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
// deployed function as "functions/<name>". With follow it goes on until the
// context ends or the user interrupts.
func Logs(ctx context.Context, out io.Writer, name string, follow bool) error {
	p, err := here()
	if err != nil {
		return err
	}
	path := p.log(name)
	if name == "" || !filepath.IsLocal(name) || !exists(path) {
		return fmt.Errorf("no log of %q; there is one of: %s", name, strings.Join(p.logNames(), " "))
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

func (p place) logNames() []string {
	var names []string
	for _, pattern := range []string{"*.log", filepath.Join("functions", "*.log")} {
		paths, _ := filepath.Glob(filepath.Join(p.logs(), pattern))
		for _, path := range paths {
			name, _ := filepath.Rel(p.logs(), path)
			names = append(names, strings.TrimSuffix(name, ".log"))
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
