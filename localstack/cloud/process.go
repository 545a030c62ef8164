package cloud

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// marker is the environment variable that every process of the cloud
// inherits; its value is the absolute path of the state folder.
const marker = "RIALTO_CLOUD"

// process names one run of one process. A pid alone is recycled; together
// with its start time and the boot it is unique.
type process struct {
	PID   int    `json:"pid"`
	Start uint64 `json:"start"` // clock ticks since boot
	Boot  string `json:"boot"`
}

// identify describes the live process with that pid.
func identify(pid int) (process, error) {
	start, err := startTicks("/proc", pid)
	if err != nil {
		return process{}, err
	}
	return process{PID: pid, Start: start, Boot: bootID()}, nil
}

// alive tells whether this very process still runs (a zombie does not).
func (p process) alive() bool {
	if p.PID <= 0 || p.Boot != bootID() {
		return false
	}
	start, err := startTicks("/proc", p.PID)
	return err == nil && start == p.Start
}

// signal sends sig to the process, and does nothing when it is gone.
func (p process) signal(sig syscall.Signal) {
	if p.alive() {
		_ = syscall.Kill(p.PID, sig)
	}
}

// startTicks reads field 22 of /proc/<pid>/stat. Zombies count as gone.
func startTicks(proc string, pid int) (uint64, error) {
	stat, err := os.ReadFile(filepath.Join(proc, strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0, err
	}
	// The second field is the command in brackets and may hold anything.
	end := bytes.LastIndexByte(stat, ')')
	if end < 0 {
		return 0, fmt.Errorf("process %d: unreadable stat", pid)
	}
	fields := strings.Fields(string(stat[end+1:]))
	if len(fields) < 20 || fields[0] == "Z" || fields[0] == "X" {
		return 0, fmt.Errorf("process %d has ended", pid)
	}
	return strconv.ParseUint(fields[19], 10, 64)
}

func bootID() string {
	id, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(id))
}

// marked lists the processes whose environment carries our marker, other
// than this one.
func marked(state string) []process {
	want := []byte(marker + "=" + state)
	entries, _ := os.ReadDir("/proc")
	var found []process
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		env, err := os.ReadFile(filepath.Join("/proc", e.Name(), "environ"))
		if err != nil {
			continue
		}
		for _, kv := range bytes.Split(env, []byte{0}) {
			if bytes.Equal(kv, want) {
				if p, err := identify(pid); err == nil {
					found = append(found, p)
				}
				break
			}
		}
	}
	return found
}

// sweep ends every marked process: first politely, then for good. It
// returns how many there were.
func sweep(state string, grace time.Duration) int {
	found := marked(state)
	for _, p := range found {
		p.signal(syscall.SIGTERM)
	}
	gone := func() bool { return len(marked(state)) == 0 }
	if waitUntil(grace, gone) {
		return len(found)
	}
	for range 10 { // a process may fork between two looks
		for _, p := range marked(state) {
			p.signal(syscall.SIGKILL)
		}
		if waitUntil(time.Second, gone) {
			break
		}
	}
	return len(found)
}

// waitUntil polls until ok holds or the limit has passed.
func waitUntil(limit time.Duration, ok func() bool) bool {
	deadline := time.Now().Add(limit)
	for {
		if ok() {
			return true
		}
		if time.Now().After(deadline) {
			return false
		}
		time.Sleep(20 * time.Millisecond)
	}
}
