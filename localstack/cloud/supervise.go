package cloud

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// grace is the longest that services get to end by themselves.
const grace = 10 * time.Second

// Supervise starts every service, records what becomes of each, and stops
// them all when it gets SIGTERM. It is run detached, by Up.
func Supervise(ctx context.Context, out io.Writer) error {
	p, err := here()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	signal.Ignore(syscall.SIGHUP)

	s, err := newSupervisor(p, out)
	if err != nil {
		return err
	}
	// The kernel ends a child when the thread that started it ends. This
	// goroutine stays on one thread for good and starts every child.
	runtime.LockOSThread()
	s.bringUp(ctx)
	for {
		select {
		case start := <-s.starts:
			start()
		case <-ctx.Done():
			s.stopAll()
			return nil
		}
	}
}

type supervisor struct {
	place  place
	out    io.Writer
	starts chan func()

	mu       sync.Mutex
	state    cloudState
	children map[string]*child
	stopping bool
}

type child struct {
	cmd      *exec.Cmd
	stop     syscall.Signal
	patience time.Duration
	done     chan struct{}
	err      error // how it ended; valid once done is closed
}

func newSupervisor(p place, out io.Writer) (*supervisor, error) {
	self, err := identify(os.Getpid())
	if err != nil {
		return nil, fmt.Errorf("supervise: %w", err)
	}
	s := &supervisor{place: p, out: out, starts: make(chan func()), children: map[string]*child{}}
	s.state.Supervisor = self
	for _, svc := range services {
		s.state.Services = append(s.state.Services, serviceState{Name: svc.name, Addr: svc.addr, Phase: starting})
	}
	return s, p.writeState(s.state)
}

// bringUp starts all services at once, and returns; a goroutine each follows
// it to its end.
func (s *supervisor) bringUp(ctx context.Context) {
	for _, svc := range services {
		go func() {
			started := time.Now()
			c, err := s.start(ctx, svc)
			if err == nil {
				err = awaitReady(ctx, svc, c)
			}
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				s.record(svc.name, func(st *serviceState) { st.Phase, st.Detail = failed, err.Error() })
				return
			}
			s.record(svc.name, func(st *serviceState) { st.Phase, st.Took = ready, time.Since(started) })
			<-c.done
			s.record(svc.name, func(st *serviceState) { st.Phase, st.Detail = exited, describe(c.err) })
		}()
	}
}

func (s *supervisor) start(ctx context.Context, svc service) (*child, error) {
	log, err := os.Create(s.place.log(svc.name))
	if err != nil {
		return nil, err
	}
	if svc.prepare != nil {
		if err := svc.prepare(ctx, s.place); err != nil {
			return nil, errors.Join(fmt.Errorf("prepare: %w", err), log.Close())
		}
	}
	how := svc.command(s.place)
	cmd := exec.Command(how.argv[0], how.argv[1:]...)
	cmd.Dir = how.dir
	cmd.Env = append(s.place.environment(), how.env...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &how.attr
	cmd.SysProcAttr.Setpgid = true
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL

	c := &child{
		cmd: cmd, done: make(chan struct{}),
		stop:     cmp.Or(how.stop, syscall.SIGTERM),
		patience: cmp.Or(svc.patience, grace),
	}
	started := make(chan error, 1)
	launch := func() { started <- s.launch(svc.name, c) }
	select {
	case s.starts <- launch:
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), log.Close())
	}
	if err := <-started; err != nil {
		return nil, errors.Join(err, log.Close())
	}
	go func() {
		c.err = cmd.Wait()
		_ = log.Close()
		close(c.done)
	}()
	return c, nil
}

// launch runs on the supervisor's own thread.
func (s *supervisor) launch(name string, c *child) error {
	s.mu.Lock()
	if s.stopping {
		s.mu.Unlock()
		return errors.New("the local cloud is stopping")
	}
	err := c.cmd.Start()
	if err == nil {
		s.children[name] = c
	}
	s.mu.Unlock()
	if err != nil {
		return err
	}
	if id, err := identify(c.cmd.Process.Pid); err == nil {
		s.record(name, func(st *serviceState) { st.Process = id })
	}
	return nil
}

func awaitReady(ctx context.Context, svc service, c *child) error {
	ctx, cancel := context.WithTimeout(ctx, svc.within)
	defer cancel()
	last := errors.New("no answer")
	for {
		err := func() error {
			ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
			defer cancel()
			return svc.probe(ctx)
		}()
		if err == nil {
			return nil
		}
		if ctx.Err() == nil {
			last = err
		}
		select {
		case <-c.done:
			return errors.New(describe(c.err))
		case <-ctx.Done():
			return fmt.Errorf("not ready within %s: %w", svc.within, last)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// record changes one service's entry and writes the state file.
func (s *supervisor) record(name string, change func(*serviceState)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return
	}
	for i := range s.state.Services {
		if s.state.Services[i].Name == name {
			change(&s.state.Services[i])
			st := s.state.Services[i]
			fmt.Fprintf(s.out, "%s %s: %s %s\n", time.Now().Format(time.RFC3339), name, st.Phase, st.Detail)
		}
	}
	if err := s.place.writeState(s.state); err != nil {
		fmt.Fprintln(s.out, err)
	}
}

// stopAll asks every service to end, all at once, and kills those that have
// not after the grace, with all that is left of their process groups.
func (s *supervisor) stopAll() {
	s.mu.Lock()
	s.stopping = true
	children := s.children
	s.mu.Unlock()

	var wg sync.WaitGroup
	for name, c := range children {
		wg.Go(func() {
			began := time.Now()
			_ = c.cmd.Process.Signal(c.stop) // the leader ends its own workers
			select {
			case <-c.done:
			case <-time.After(c.patience):
				fmt.Fprintf(s.out, "%s: killed after %s\n", name, c.patience)
			}
			_ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL)
			fmt.Fprintf(s.out, "%s: stopped in %s\n", name, time.Since(began).Round(time.Millisecond))
		})
	}
	wg.Wait()
	_ = os.Remove(s.place.stateFile())
}

func describe(err error) string {
	if err == nil {
		return "ended with status 0"
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			return fmt.Sprintf("ended by signal %d (%s)", int(status.Signal()), status.Signal())
		}
		return fmt.Sprintf("ended with status %d", exit.ExitCode())
	}
	return err.Error()
}

// detach starts the supervisor in a session of its own, so that it outlives
// this command and its terminal.
func (p place) detach() (*os.Process, error) {
	log, err := os.Create(filepath.Join(p.logs(), "supervisor.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(p.program(), "supervise")
	cmd.Dir = p.root
	cmd.Env = p.environment()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the supervisor: %w", err)
	}
	return cmd.Process, nil
}

// environment is what every process of the cloud starts with: little of the
// user's own, so that no AWS profile or Python setting of theirs changes what
// runs, and temporary files below our folder (LocalStack objects to TMPDIR).
func (p place) environment() []string {
	env := []string{marker + "=" + p.state(), "TMP=" + p.data("tmp")}
	for _, name := range []string{"PATH", "HOME", "USER", "LANG", "LC_ALL", "JAVA_HOME", "GOCOVERDIR"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}
