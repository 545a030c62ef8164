package cloud

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// Phases of a service's life.
const (
	starting = "starting"
	ready    = "ready"
	failed   = "failed" // did not become ready
	exited   = "exited" // was ready, then ended by itself
)

// cloudState is what the supervisor writes and every command reads.
type cloudState struct {
	Supervisor process        `json:"supervisor"`
	Services   []serviceState `json:"services"`
}

type serviceState struct {
	Name    string        `json:"name"`
	Addr    string        `json:"addr"`
	Phase   string        `json:"phase"`
	Detail  string        `json:"detail,omitempty"`
	Process process       `json:"process"`
	Took    time.Duration `json:"took"` // from start to ready
}

// settled tells whether no service is still starting.
func (s cloudState) settled() bool {
	for _, svc := range s.Services {
		if svc.Phase == starting {
			return false
		}
	}
	return len(s.Services) > 0
}

// healthy tells whether the supervisor and every service run.
func (s cloudState) healthy() bool {
	if !s.Supervisor.alive() || !s.settled() {
		return false
	}
	for _, svc := range s.Services {
		if svc.Phase != ready || !svc.Process.alive() {
			return false
		}
	}
	return true
}

// complete tells whether every service there is belongs to it.
func (s cloudState) complete() bool {
	return !slices.ContainsFunc(services, func(svc service) bool {
		return !slices.ContainsFunc(s.Services, func(state serviceState) bool { return state.Name == svc.name })
	})
}

func (p place) stateFile() string { return p.run("state.json") }

// readState returns the zero state when there is none or when it cannot be
// read: both mean that nothing of ours is known to run.
func (p place) readState() cloudState {
	var s cloudState
	data, err := os.ReadFile(p.stateFile())
	if err != nil || json.Unmarshal(data, &s) != nil {
		return cloudState{}
	}
	return s
}

func (p place) writeState(s cloudState) error {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	return writeFile(p.stateFile(), data, 0o644)
}

// writeFile replaces a file in one step.
func writeFile(path string, data []byte, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	tmp := path + ".tmp"
	if err := os.WriteFile(tmp, data, mode); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

// lock keeps two commands from changing the cloud at once. The kernel frees
// it when its holder dies, so it never outlives a crash.
func (p place) lock() (unlock func(), err error) {
	if err := os.MkdirAll(p.state(), 0o755); err != nil {
		return nil, fmt.Errorf("create the state folder: %w", err)
	}
	// Beside the state folder's contents, which clean deletes.
	f, err := os.OpenFile(filepath.Join(p.state(), "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock the local cloud: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		_ = f.Close()
		return nil, errors.New("another command is changing the local cloud: wait until it has ended")
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("lock the local cloud: %w", err)
	}
	return func() { _ = f.Close() }, nil
}
