// Command dates runs tests as if it were another day: no outcome may depend on when a test runs. Its arguments are the
// packages (all by default); RIALTO_DATES picks moments by a regular expression of their names.
//
// Go programs read the clock without libc, so nothing outside can move it. With go build's -overlay the package time adds
// an environment variable's seconds to what it reads of the machine's clock; no file of the tree or of Go is changed.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// moment is a time, where it is read from a wall clock.
type moment struct {
	name string
	zone string
	at   time.Time
}

// moments are when code that counts in days, months or local hours goes wrong, a minute before what changes.
func moments(now time.Time) []moment {
	in := func(zone string, year int, month time.Month, day, hour, minute int) moment {
		place, err := time.LoadLocation(zone)
		if err != nil {
			panic(err) // the zones below are in every tz database
		}
		return moment{zone: zone, at: time.Date(year, month, day, hour, minute, 0, 0, place)}
	}
	next, leap := now.Year()+1, now.Year()/4*4+4
	named := []struct {
		name string
		moment
	}{
		{"a-year-on", moment{zone: "UTC", at: now.AddDate(1, 0, 1)}},
		{"end-of-month", in("UTC", next, time.January, 31, 23, 59)},
		{"end-of-year", in("Asia/Tokyo", next, time.December, 31, 23, 59)},
		{"leap-day", in("UTC", leap, time.February, 29, 12, 0)},
		{"summer-time-begins", in("America/New_York", next, time.March, firstSunday(next, time.March)+7, 1, 59)},
		{"summer-time-ends", in("America/New_York", next, time.November, firstSunday(next, time.November), 1, 59)},
	}
	var out []moment
	for _, n := range named {
		n.moment.name = n.name
		out = append(out, n.moment)
	}
	return out
}

// firstSunday is the day of a month's first Sunday: the United States change their clocks by it.
func firstSunday(year int, month time.Month) int {
	first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	return 1 + int(7-first.Weekday())%7
}

// shift is added to the package time. The clock of a synctest bubble, which begins in the year 2000, is left alone.
const shift = `package time

import "syscall"

var shift = func() (seconds int64) {
	s, _ := syscall.Getenv("RIALTO_CLOCK_SHIFT")
	for _, c := range s {
		seconds = seconds*10 + int64(c-'0')
	}
	return seconds
}()

func shifted() (sec int64, nsec int32, mono int64) {
	sec, nsec, mono = runtimeNow()
	if sec > 1_500_000_000 {
		sec += shift
	}
	return sec, nsec, mono
}
`

// overlay writes what the go command is to read for the package time into dir, and returns the list's path.
func overlay(dir string) (string, error) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", err
	}
	from := filepath.Join(strings.TrimSpace(string(root)), "src", "time")
	source, err := os.ReadFile(filepath.Join(from, "time.go"))
	if err != nil {
		return "", err
	}
	const reads = "func Now() Time {\n\tsec, nsec, mono := runtimeNow()"
	if strings.Count(string(source), reads) != 1 {
		return "", fmt.Errorf("this Go reads its clock in another way")
	}
	moved := strings.Replace(string(source), reads, strings.Replace(reads, "runtimeNow", "shifted", 1), 1)
	replace := map[string]string{}
	for name, text := range map[string]string{"time.go": moved, "shift.go": shift} {
		to := filepath.Join(dir, name)
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			return "", err
		}
		replace[filepath.Join(from, name)] = to
	}
	b, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	list := filepath.Join(dir, "overlay.json")
	return list, os.WriteFile(list, b, 0o600)
}

func run(packages []string) error {
	only, err := regexp.Compile(os.Getenv("RIALTO_DATES"))
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "dates")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	list, err := overlay(dir)
	if err != nil {
		return err
	}
	failed := 0
	now := time.Now()
	for _, m := range moments(now) {
		if !only.MatchString(m.name) {
			continue
		}
		fmt.Printf("== %s: %s\n", m.name, m.at.Format(time.RFC3339))
		cmd := exec.Command("go", append([]string{"test", "-vet=off", "-count=1", "-timeout=20m", "-overlay=" + list}, packages...)...)
		cmd.Env = append(os.Environ(), "TZ="+m.zone, fmt.Sprint("RIALTO_CLOCK_SHIFT=", int64(m.at.Sub(now).Seconds())))
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if cmd.Run() != nil {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("tests fail on %d of these dates", failed)
	}
	return nil
}

func main() {
	packages := os.Args[1:]
	if len(packages) == 0 {
		packages = []string{"./..."}
	}
	if err := run(packages); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
