package packages

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// Progress writes lines with the time since the command began.
type Progress struct {
	mu    sync.Mutex
	out   io.Writer
	start time.Time
}

// NewProgress begins to count now.
func NewProgress(out io.Writer) *Progress { return &Progress{out: out, start: time.Now()} }

// Say writes a line, with values as fmt.Sprintf puts them in.
func (p *Progress) Say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.out, "%6.1fs  %s\n", time.Since(p.start).Seconds(), fmt.Sprintf(format, args...))
}
