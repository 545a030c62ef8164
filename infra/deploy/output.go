package deploy

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// cdkOutput picks from what the CLI says what became of each stack, and remembers what went wrong.
type cdkOutput struct {
	out      io.Writer
	rest     []byte // of a line that has no end yet
	problems []string
}

// kept is how many lines of problems an error shows.
const kept = 20

// Write takes what the CLI says, line by line, however it is cut.
func (o *cdkOutput) Write(p []byte) (int, error) {
	o.rest = append(o.rest, p...)
	for {
		line, rest, ended := bytes.Cut(o.rest, []byte("\n"))
		if !ended {
			return len(p), nil
		}
		o.rest = rest
		o.line(strings.TrimSpace(string(line)))
	}
}

func (o *cdkOutput) line(line string) {
	switch {
	case strings.HasPrefix(line, "✅"):
		name, how, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "✅")), " ")
		fmt.Fprintf(o.out, "  %-28s %s\n", name, strings.TrimSpace(how)) // out is a terminal; nothing depends on it
	case strings.HasPrefix(line, "❌"), strings.Contains(line, "_FAILED"), strings.Contains(line, "Error"), strings.Contains(line, "error"):
		if len(o.problems) < kept {
			o.problems = append(o.problems, line)
		}
	}
}
