package cloud

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"

	"rialto/localstack/cloud/packages"
)

// machine answers the preflight's questions; tests put their own in place.
type machine struct {
	os, arch string
	output   packages.Outputs
	// listen tells whether an address is free.
	listen func(addr string) error
	// owner describes who has a taken port, or is empty.
	owner func(addr string) string
}

func thisMachine() machine {
	return machine{
		os: runtime.GOOS, arch: runtime.GOARCH,
		output: packages.Output,
		listen: func(addr string) error {
			l, err := net.Listen("tcp", addr)
			if err != nil {
				return err
			}
			return l.Close()
		},
		owner: portOwner,
	}
}

// preflight looks for everything that would keep the cloud from starting.
// The error names each problem in one line.
func preflight(ctx context.Context, m machine, addrs []endpoint) error {
	if m.os != "linux" || m.arch != "amd64" {
		return fmt.Errorf("the local cloud runs on Linux on amd64, not on %s/%s", m.os, m.arch)
	}
	problems := packages.Lacks(ctx, m.output)
	for _, e := range addrs {
		problems = append(problems, checkPort(m, e))
	}
	return errors.Join(problems...)
}

func checkPort(m machine, e endpoint) error {
	err := m.listen(e.addr)
	if err == nil {
		return nil
	}
	_, port, _ := net.SplitHostPort(e.addr)
	by := ""
	if who := m.owner(e.addr); who != "" {
		by = " by " + who
	}
	return fmt.Errorf("port %s, which %s needs, is taken%s: stop that program and run this again", port, e.service, by)
}
