package cloud

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// ErrNotUp is returned by Status when something does not run.
var ErrNotUp = errors.New("the local cloud is not all up")

// Status prints a table of the services and returns ErrNotUp unless all run.
func Status(_ context.Context, out io.Writer) error {
	p, err := here()
	if err != nil {
		return err
	}
	s := p.readState()
	if len(s.Services) == 0 {
		for _, svc := range services {
			s.Services = append(s.Services, serviceState{Name: svc.name, Addr: svc.addr, Phase: "down"})
		}
	}
	printStatus(out, s)
	if !s.healthy() {
		return ErrNotUp
	}
	return nil
}

func printStatus(out io.Writer, s cloudState) {
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "SERVICE\tADDRESS\tSTATE\tREADY IN\tPID")
	for _, svc := range s.Services {
		phase, pid, took := svc.Phase, "-", "-"
		if svc.Process.alive() {
			pid = fmt.Sprint(svc.Process.PID)
		} else if phase == ready || phase == starting && svc.Process.PID != 0 {
			phase = "dead" // with its supervisor, which can record nothing more
		}
		if svc.Took > 0 {
			took = fmt.Sprintf("%.1fs", svc.Took.Round(100*time.Millisecond).Seconds())
		}
		if svc.Detail != "" {
			phase += ": " + svc.Detail
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", svc.Name, svc.Addr, phase, took, pid)
	}
	_ = w.Flush()
}
