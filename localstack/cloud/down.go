package cloud

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Down stops the local cloud. It does nothing when nothing runs.
func Down(_ context.Context, out io.Writer) error {
	return alone(func(p place) error {
		p.down(out)
		return nil
	})
}

// Clean stops the local cloud and deletes all its state, the installed
// packages and the issuer's key included.
func Clean(_ context.Context, out io.Writer) error {
	return alone(func(p place) error {
		p.down(out)
		if err := os.RemoveAll(p.state()); err != nil {
			return fmt.Errorf("delete the state: %w", err)
		}
		fmt.Fprintf(out, "Deleted %s.\n", filepath.Base(p.state()))
		return nil
	})
}

func (p place) down(out io.Writer) {
	began := time.Now()
	if p.stopRest(out) {
		fmt.Fprintf(out, "The local cloud is down (%s).\n", time.Since(began).Round(100*time.Millisecond))
		return
	}
	fmt.Fprintln(out, "The local cloud is not running.")
}

// stopRest ends everything of ours that runs, whatever state it is in, and
// tells whether there was anything.
func (p place) stopRest(out io.Writer) bool {
	s := p.readState()
	found := false
	if s.Supervisor.alive() {
		found = true
		s.Supervisor.signal(syscall.SIGTERM)
		if !waitUntil(grace+2*time.Second, func() bool { return !s.Supervisor.alive() }) {
			fmt.Fprintln(out, "The supervisor does not end: killing it.")
			s.Supervisor.signal(syscall.SIGKILL)
		}
	}
	// Functions and other grandchildren, and the orphans of a killed
	// supervisor.
	if sweep(p.state(), 500*time.Millisecond) > 0 {
		found = true
	}
	_ = os.Remove(p.stateFile())
	return found
}
