package packages

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
)

// installation is one package set: what it is pinned by and how it is built.
type installation struct {
	name  string
	about string   // shown in the progress line
	pins  []string // files of the repository that decide its content
	after []string // names of installations it needs
	build func(ctx context.Context, r Root, into string) error

	extra bool // only installed by name
}

// stamp is written last into a complete installation; its content is the
// hash of the pins, so a changed pin installs anew.
const stamp = ".installed"

// Install installs what the local cloud and its tools need, and the extras that are named, for the repository around the
// working directory. The error names everything that the machine lacks.
func Install(ctx context.Context, out io.Writer, extras ...string) error {
	r, err := Find()
	if err != nil {
		return err
	}
	if err := errors.Join(Lacks(ctx, Output)...); err != nil {
		return err
	}
	return r.Install(ctx, NewProgress(out), extras...)
}

// Install builds what is missing, in parallel, and tells its progress. Extras are installed if they are named. It waits for
// another that installs here.
func (r Root) Install(ctx context.Context, out *Progress, extras ...string) error {
	if err := os.MkdirAll(r.Home(""), 0o755); err != nil {
		return fmt.Errorf("create the package folder: %w", err)
	}
	unlock, err := r.lock()
	if err != nil {
		return fmt.Errorf("lock the package folder: %w", err)
	}
	defer unlock()
	leftovers, _ := filepath.Glob(r.Home("*.partial-*"))
	for _, dir := range leftovers {
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("remove an interrupted install: %w", err)
		}
	}
	done := map[string]chan struct{}{}
	for _, in := range installations {
		done[in.name] = make(chan struct{})
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, in := range installations {
		if in.extra && !slices.Contains(extras, in.name) {
			continue
		}
		g.Go(func() error {
			for _, needed := range in.after {
				select {
				case <-done[needed]:
				case <-ctx.Done():
					return nil // the failure that cancelled is reported
				}
			}
			if err := r.installOne(ctx, in, out); err != nil {
				return fmt.Errorf("install %s: %w", in.name, err)
			}
			close(done[in.name])
			return nil
		})
	}
	return g.Wait()
}

func (r Root) installOne(ctx context.Context, in installation, out *Progress) error {
	want, err := r.hashPins(in.pins)
	if err != nil {
		return err
	}
	home := r.Home(in.name)
	if have, err := os.ReadFile(filepath.Join(home, stamp)); err == nil && string(have) == want {
		return nil
	}
	started := time.Now()
	out.Say("installing %s", in.about)
	// a name of its own: a package manager that outlived an earlier run
	// must not write into this one
	partial, err := os.MkdirTemp(r.Home(""), in.name+".partial-")
	if err != nil {
		return err
	}
	if err := os.Chmod(partial, 0o755); err != nil { // others may have to read it
		return err
	}
	if err := in.build(ctx, r, partial); err != nil {
		_ = os.RemoveAll(partial)
		return err
	}
	if err := os.WriteFile(filepath.Join(partial, stamp), []byte(want), 0o644); err != nil {
		return err
	}
	if err := os.RemoveAll(home); err != nil {
		return err
	}
	if err := os.Rename(partial, home); err != nil {
		return err
	}
	out.Say("installed %s in %s", in.about, time.Since(started).Round(100*time.Millisecond))
	return nil
}

// lock is freed by the kernel when its holder dies.
func (r Root) lock() (unlock func(), err error) {
	f, err := os.OpenFile(r.Home("lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		_ = f.Close()
		return nil, err
	}
	return func() { _ = f.Close() }, nil
}

func (r Root) hashPins(pins []string) (string, error) {
	h := sha256.New()
	for _, pin := range pins {
		data, err := os.ReadFile(r.Source(filepath.FromSlash(pin)))
		if err != nil {
			return "", fmt.Errorf("read its pins: %w", err)
		}
		fmt.Fprintf(h, "%s %d\n", pin, len(data))
		h.Write(data)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// command runs a program of a package manager; its output is kept and the
// last lines become the error.
func command(ctx context.Context, dir string, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.WaitDelay = 5 * time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	output, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(name), err, Tail(string(output), 15))
	}
	return nil
}

// Tail is the last lines of a text.
func Tail(text string, lines int) string {
	all := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
