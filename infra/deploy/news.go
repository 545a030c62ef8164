package deploy

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// news picks from what the CLI says what became of each stack, and remembers what went wrong.
type news struct {
	out     io.Writer
	rest    []byte // of a line that has no end yet
	trouble []string
}

// kept is how many lines of trouble an error shows.
const kept = 20

func (n *news) Write(p []byte) (int, error) {
	n.rest = append(n.rest, p...)
	for {
		line, rest, ended := bytes.Cut(n.rest, []byte("\n"))
		if !ended {
			return len(p), nil
		}
		n.rest = rest
		n.line(strings.TrimSpace(string(line)))
	}
}

func (n *news) line(line string) {
	switch {
	case strings.HasPrefix(line, "✅"):
		name, how, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "✅")), " ")
		fmt.Fprintf(n.out, "  %-28s %s\n", name, strings.TrimSpace(how)) // out is a terminal; nothing depends on it
	case strings.HasPrefix(line, "❌"), strings.Contains(line, "_FAILED"), strings.Contains(line, "Error"), strings.Contains(line, "error"):
		if len(n.trouble) < kept {
			n.trouble = append(n.trouble, line)
		}
	}
}
