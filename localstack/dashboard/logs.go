package dashboard

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// kept is how many calls of a function, the last, its milliseconds are reckoned of.
const kept = 500

// Logs reads what functions' logs say as they grow. It is for one reader at a time.
type Logs struct {
	folder  string
	offsets map[string]int64
	counts  map[key]*count
	calls   map[string]*calls
}

// NewLogs reads the logs of a folder from their beginnings.
func NewLogs(folder string) *Logs {
	return &Logs{folder, map[string]int64{}, map[key]*count{}, map[string]*calls{}}
}

type key struct{ metric, of string }

type count struct {
	total  int
	recent []event
}

type event struct {
	at time.Time
	n  int
}

type calls struct {
	total, errors int
	last          []float64
}

// read takes over what came since the last look. A log that is shorter than it was is of a cloud that was started anew, and all begins
// again with it.
func (l *Logs) read() error {
	files, err := filepath.Glob(filepath.Join(l.folder, "*.log"))
	if err != nil {
		return err
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err == nil && info.Size() < l.offsets[file] {
			*l = *NewLogs(l.folder)
			break
		}
	}
	for _, file := range files {
		if err := l.follow(file); err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("read %s: %w", file, err)
		}
	}
	return nil
}

func (l *Logs) follow(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Seek(l.offsets[file], io.SeekStart); err != nil {
		return err
	}
	function := strings.TrimPrefix(strings.TrimSuffix(filepath.Base(file), ".log"), "rialto-local-")
	for lines := bufio.NewReader(f); ; {
		line, err := lines.ReadString('\n')
		if err == io.EOF { // what stands there is not yet a line
			return nil
		}
		if err != nil {
			return err
		}
		l.offsets[file] += int64(len(line))
		l.line(function, line)
	}
}

// took is Lambda's word at the end of a call.
var took = regexp.MustCompile(`^REPORT .*?\tDuration: ([0-9.]+) ms`)

func (l *Logs) line(function, line string) {
	of := l.calls[function]
	if of == nil {
		of = &calls{}
		l.calls[function] = of
	}
	if m := took.FindStringSubmatch(line); m != nil {
		if ms, err := strconv.ParseFloat(m[1], 64); err == nil {
			of.total++
			of.last = append(of.last, ms)
			of.last = of.last[max(0, len(of.last)-kept):]
		}
		return
	}
	if strings.Contains(line, `"level":"ERROR"`) {
		of.errors++
	}
	if strings.Contains(line, `"_aws"`) {
		l.metric([]byte(line))
	}
}

// metric adds what a line in the embedded metric format counts. Lines that are none are others' business.
func (l *Logs) metric(line []byte) {
	var values map[string]any
	var d struct {
		Time time.Time // of the line: local streams tell the minute of a change alone
		AWS  struct {
			CloudWatchMetrics []struct {
				Dimensions [][]string
				Metrics    []struct{ Name string }
			}
		} `json:"_aws"`
	}
	if json.Unmarshal(line, &values) != nil || json.Unmarshal(line, &d) != nil {
		return
	}
	for _, m := range d.AWS.CloudWatchMetrics {
		for _, named := range m.Metrics {
			n, ok := values[named.Name].(float64)
			if !ok || len(m.Dimensions) != 1 || len(m.Dimensions[0]) == 0 {
				continue
			}
			last := m.Dimensions[0][len(m.Dimensions[0])-1]
			k := key{named.Name, fmt.Sprint(values[last])}
			if l.counts[k] == nil {
				l.counts[k] = &count{}
			}
			c := l.counts[k]
			c.total += int(n)
			c.recent = append(c.recent, event{d.Time, int(n)})
		}
	}
}

// minute is how much was counted in the minute before an instant; what is older is forgotten.
func (c *count) minute(now time.Time) (n int) {
	c.recent = slices.DeleteFunc(c.recent, func(e event) bool { return now.Sub(e.at) > time.Minute })
	for _, e := range c.recent {
		n += e.n
	}
	return n
}

// percentile of the last calls, in milliseconds; 0 of none.
func (c *calls) percentile(p int) float64 {
	if len(c.last) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(c.last))
	return sorted[(len(sorted)-1)*p/100]
}
