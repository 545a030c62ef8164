package cloud

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"rialto/localstack/cloud/packages"
	"rialto/localstack/standins/issuer"

	"golang.org/x/sync/errgroup"
)

// Up brings the local cloud up and waits until every service is ready. When
// all of it runs already it says so and changes nothing. When a part of it
// runs, or a service has come since, or the payment gateway's stand-in that runs is
// not the one that stands here, the rest is stopped first and everything starts anew, with empty
// stores. It returns one error a problem, joined.
func Up(ctx context.Context, out io.Writer) error {
	return alone(func(p place) error { return p.up(ctx, out) })
}

// alone does something here while no other command changes the cloud.
func alone(do func(place) error) error {
	p, err := here()
	if err != nil {
		return err
	}
	unlock, err := p.lock()
	if err != nil {
		return err
	}
	defer unlock()
	return do(p)
}

func (p place) up(ctx context.Context, out io.Writer) error {
	s := p.readState()
	current := s.healthy() && s.complete()
	if current {
		var err error
		if current, err = p.gatewayIsCurrent(ctx); err != nil {
			return err
		}
	}
	if current {
		fmt.Fprintln(out, "The local cloud is up already.")
		printStatus(out, s)
		return nil
	}
	progress := packages.NewProgress(out)
	if p.stopRest(out) {
		progress.Say("stopped what was left of an earlier run")
	}
	if err := preflight(ctx, thisMachine(), endpoints()); err != nil {
		return err
	}
	if err := p.prepare(ctx, progress); err != nil {
		return err
	}
	supervisor, err := p.detach()
	if err != nil {
		return err
	}
	s, err = p.await(ctx, supervisor, progress)
	if err != nil {
		p.stopRest(out)
		return err
	}
	progress.Say("the local cloud is up")
	printStatus(out, s)
	return nil
}

// Require returns an error that says what to do unless the local cloud is up.
func Require(context.Context) error {
	p, err := here()
	if err != nil {
		return err
	}
	if !p.readState().healthy() {
		return errors.New("the local cloud is not up: run `make up` first")
	}
	return nil
}

// prepare installs and builds all that the services need.
func (p place) prepare(ctx context.Context, out *packages.Progress) error {
	if err := os.MkdirAll(p.logs(), 0o755); err != nil {
		return err
	}
	if err := emptyFolder("tmp")(ctx, p); err != nil {
		return err
	}
	if err := p.copyProgram(); err != nil {
		return fmt.Errorf("keep a copy of this program: %w", err)
	}
	if _, err := issuer.EnsureKey(p.issuer()); err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return packages.Root(p.root).Install(ctx, out) })
	g.Go(func() error { return p.buildGateway(ctx) })
	return g.Wait()
}

// await follows the state file until every service is ready or one is not
// going to be.
func (p place) await(ctx context.Context, supervisor *os.Process, out *packages.Progress) (cloudState, error) {
	gone := make(chan error, 1)
	go func() {
		_, err := supervisor.Wait()
		gone <- err
	}()
	told := map[string]bool{}
	for {
		s := p.readState()
		for _, svc := range s.Services {
			if told[svc.Name] {
				continue
			}
			switch svc.Phase {
			case ready:
				out.Say("%s is ready on %s (%s)", svc.Name, svc.Addr, svc.Took.Round(100*time.Millisecond))
				told[svc.Name] = true
			case failed, exited:
				return s, fmt.Errorf("%s did not start: %s\n%s", svc.Name, svc.Detail, p.lastLog(svc.Name))
			}
		}
		if s.Supervisor.PID == supervisor.Pid && s.settled() {
			return s, nil
		}
		select {
		case <-ctx.Done():
			return s, ctx.Err()
		case <-gone:
			return s, fmt.Errorf("the supervisor ended\n%s", p.lastLog("supervisor"))
		case <-time.After(30 * time.Millisecond):
		}
	}
}

// lastLog is the end of a service's log, indented, for an error message.
func (p place) lastLog(name string) string {
	data, err := os.ReadFile(p.log(name))
	if err != nil || len(data) == 0 {
		return "  (its log is empty)"
	}
	const most = 12
	return "  the end of " + p.log(name) + ":\n    " + strings.ReplaceAll(packages.Tail(string(data), most), "\n", "\n    ")
}
