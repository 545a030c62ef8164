package cloud

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
	"sync"
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
	build func(ctx context.Context, p place, into string) error

	extra bool // only installed by name
}

// stamp is written last into a complete installation; its content is the
// hash of the pins, so a changed pin installs anew.
const stamp = ".installed"

// install builds what is missing, in parallel, and tells its progress. Extras are installed if they are named.
func (p place) install(ctx context.Context, out *progress, extras ...string) error {
	if err := os.MkdirAll(p.pkg(""), 0o755); err != nil {
		return fmt.Errorf("create the package folder: %w", err)
	}
	leftovers, _ := filepath.Glob(p.pkg("*.partial-*"))
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
			if err := p.installOne(ctx, in, out); err != nil {
				return fmt.Errorf("install %s: %w", in.name, err)
			}
			close(done[in.name])
			return nil
		})
	}
	return g.Wait()
}

func (p place) installOne(ctx context.Context, in installation, out *progress) error {
	want, err := p.hashPins(in.pins)
	if err != nil {
		return err
	}
	home := p.pkg(in.name)
	if have, err := os.ReadFile(filepath.Join(home, stamp)); err == nil && string(have) == want {
		return nil
	}
	started := time.Now()
	out.say("installing %s", in.about)
	// a name of its own: a package manager that outlived an earlier run
	// must not write into this one
	partial, err := os.MkdirTemp(p.pkg(""), in.name+".partial-")
	if err != nil {
		return err
	}
	if err := os.Chmod(partial, 0o755); err != nil { // others may have to read it
		return err
	}
	if err := in.build(ctx, p, partial); err != nil {
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
	out.say("installed %s in %s", in.about, time.Since(started).Round(100*time.Millisecond))
	return nil
}

func (p place) hashPins(pins []string) (string, error) {
	h := sha256.New()
	for _, pin := range pins {
		data, err := os.ReadFile(p.source(filepath.FromSlash(pin)))
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
		return fmt.Errorf("%s: %w\n%s", filepath.Base(name), err, tail(string(output), 15))
	}
	return nil
}

func tail(text string, lines int) string {
	all := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// progress writes lines with the time since the command began.
type progress struct {
	mu    sync.Mutex
	out   io.Writer
	start time.Time
}

func newProgress(out io.Writer) *progress { return &progress{out: out, start: time.Now()} }

func (p *progress) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.out, "%6.1fs  %s\n", time.Since(p.start).Seconds(), fmt.Sprintf(format, args...))
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, info.Mode().Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
