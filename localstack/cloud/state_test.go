package cloud

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestStateSurvivesWritingAndReading(t *testing.T) {
	t.Parallel()
	p := place{t.TempDir()}
	self, err := identify(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	want := cloudState{
		Supervisor: self,
		Services: []serviceState{
			{Name: "valkey", Addr: "127.0.0.1:1", Phase: ready, Process: self, Took: 40 * time.Millisecond},
			{Name: "payments", Addr: "127.0.0.1:2", Phase: ready, Process: self},
		},
	}
	if err := p.writeState(want); err != nil {
		t.Fatal(err)
	}
	got := p.readState()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
	if !got.healthy() {
		t.Error("a state whose processes all run is not healthy")
	}
}

func TestHealthyNeedsEveryService(t *testing.T) {
	t.Parallel()
	self, err := identify(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	gone := self
	gone.Start++
	with := func(services ...serviceState) cloudState {
		return cloudState{Supervisor: self, Services: services}
	}
	tests := map[string]struct {
		state cloudState
		want  bool
	}{
		"all ready":        {with(serviceState{Phase: ready, Process: self}), true},
		"one starting":     {with(serviceState{Phase: ready, Process: self}, serviceState{Phase: starting, Process: self}), false},
		"one failed":       {with(serviceState{Phase: failed, Process: self}), false},
		"one dead":         {with(serviceState{Phase: ready, Process: gone}), false},
		"supervisor dead":  {cloudState{Supervisor: gone, Services: []serviceState{{Phase: ready, Process: self}}}, false},
		"nothing recorded": {cloudState{}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := test.state.healthy(); got != test.want {
				t.Errorf("healthy() = %v, want %v", got, test.want)
			}
		})
	}
}

func TestUnreadableStateIsNone(t *testing.T) {
	t.Parallel()
	p := place{t.TempDir()}
	if err := writeFile(p.stateFile(), []byte(`{"supervisor": {"pid"`), 0o644); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(cloudState{}, p.readState()); diff != "" {
		t.Errorf("state of a torn file (-want +got):\n%s", diff)
	}
}

func TestRecycledPidIsNotOurs(t *testing.T) {
	t.Parallel()
	self, err := identify(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if !self.alive() {
		t.Fatal("this process is not alive")
	}
	for name, other := range map[string]process{
		"another start":  {PID: self.PID, Start: self.Start + 1, Boot: self.Boot},
		"another boot":   {PID: self.PID, Start: self.Start, Boot: "00000000-0000-0000-0000-000000000000"},
		"no pid":         {},
		"a negative pid": {PID: -1, Boot: self.Boot},
	} {
		if other.alive() {
			t.Errorf("%s: %+v is taken for a process of ours", name, other)
		}
	}
}

func TestEndedChildIsNotAlive(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	id, err := identify(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	if !id.alive() {
		t.Error("a running child is not alive")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	// not waited for: a zombie, which must count as gone
	if !waitUntil(5*time.Second, func() bool { return !id.alive() }) {
		t.Error("a killed child is still alive")
	}
	_ = cmd.Wait()
}

func TestStartTicksReadsAwkwardNames(t *testing.T) {
	t.Parallel()
	proc := t.TempDir()
	write := func(pid int, stat string) {
		t.Helper()
		dir := filepath.Join(proc, strconv.Itoa(pid))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "stat"), []byte(stat), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const rest = " 1 1 1 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 98765 0 0\n"
	write(1, "1 (a b) c) S"+rest)
	write(2, "2 (x) Z"+rest)
	write(3, "3 (x")
	if got, err := startTicks(proc, 1); err != nil || got != 98765 {
		t.Errorf("startTicks = %d, %v; want 98765", got, err)
	}
	for _, pid := range []int{2, 3, 4} {
		if got, err := startTicks(proc, pid); err == nil {
			t.Errorf("startTicks of process %d = %d, want an error", pid, got)
		}
	}
}

func TestSweepEndsMarkedProcessesOnly(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	start := func(env string) *exec.Cmd {
		t.Helper()
		// ignores the polite signal, as a stuck process would
		cmd := exec.Command("sh", "-c", "trap '' TERM; while :; do sleep 0.05; done")
		cmd.Env = append(os.Environ(), env)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
		return cmd
	}
	ours := start(marker + "=" + state)
	other := start(marker + "=" + state + "/elsewhere")
	ourID, err := identify(ours.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	otherID, err := identify(other.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	if !waitUntil(5*time.Second, func() bool { return len(marked(state)) > 0 }) {
		t.Fatal("the marked process is not found")
	}
	if got := sweep(state, 100*time.Millisecond); got < 1 {
		t.Errorf("sweep ended %d processes, want at least 1", got)
	}
	if ourID.alive() {
		t.Error("the marked process still runs")
	}
	if !otherID.alive() {
		t.Error("a process of another cloud was ended")
	}
}

func TestLockIsExclusive(t *testing.T) {
	t.Parallel()
	p := place{t.TempDir()}
	unlock, err := p.lock()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.lock(); err == nil {
		t.Error("the lock is given twice")
	}
	unlock()
	again, err := p.lock()
	if err != nil {
		t.Errorf("the lock is not free again: %v", err)
	} else {
		again()
	}
}

func TestLogsAreFoundByTheNamesPeopleUse(t *testing.T) {
	t.Parallel()
	p := place{root: t.TempDir()}
	for _, path := range []string{p.log("localstack"), p.log("functions/rialto-local-checkout-api")} {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]bool{"localstack": true, "checkout-api": true, "rialto-local-checkout-api": true,
		"functions/rialto-local-checkout-api": true,
		"":                                    false, "nothing": false, "../state": false} {
		if _, ok := p.findLog(name); ok != want {
			t.Errorf("%q: found %v", name, ok)
		}
	}
}
