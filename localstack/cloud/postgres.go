package cloud

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"rialto/functions/contract"
	"rialto/localstack/cloud/packages"
)

// nobody is the unprivileged user that PostgreSQL runs as when root starts
// the cloud.
const nobody = 65534

// preparePostgres makes a fresh cluster with the application's role and
// database. The role is no superuser and does not bypass row-level security,
// so policies hold for it here as they do in production.
func preparePostgres(ctx context.Context, p place) error {
	if err := emptyFolder("postgres")(ctx, p); err != nil {
		return err
	}
	attr, err := postgresUser(p)
	if err != nil {
		return err
	}
	cluster := postgresCluster(p)
	if err := os.Mkdir(cluster, 0o700); err != nil {
		return err
	}
	if attr.Credential != nil {
		if err := os.Chown(cluster, nobody, nobody); err != nil {
			return err
		}
	}
	if err := asPostgres(ctx, p, attr, "", "initdb", "--pgdata", cluster, "--username", "postgres", "--auth", "trust",
		"--encoding", "UTF8", "--no-locale", "--no-sync"); err != nil {
		return err
	}
	const roles = `CREATE ROLE rialto LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS
CREATE DATABASE rialto OWNER rialto
`
	// single-user mode reads one command a line
	return asPostgres(ctx, p, attr, roles, "postgres", "--single", "-D", cluster, "-c", "fsync=off", "postgres")
}

func postgres(p place) run {
	attr, err := postgresUser(p)
	if err != nil { // preparePostgres has failed the same way before
		attr = syscall.SysProcAttr{}
	}
	argv := []string{postgresBinary(p, "postgres"), "-D", postgresCluster(p)}
	for _, setting := range []string{
		"listen_addresses=" + host(contract.LocalSQL),
		"port=" + port(contract.LocalSQL),
		"unix_socket_directories=", // their paths may not be as long as ours
		"max_connections=300",
		"shared_buffers=32MB",
		"timezone=UTC", "log_timezone=UTC",
		// The data does not outlive the process, so nothing is flushed.
		"fsync=off", "synchronous_commit=off", "full_page_writes=off",
	} {
		argv = append(argv, "-c", setting)
	}
	// SIGINT is PostgreSQL's fast shutdown; SIGTERM waits for its clients.
	return run{dir: p.data("postgres"), argv: argv, attr: attr, stop: syscall.SIGINT}
}

func postgresCluster(p place) string { return filepath.Join(p.data("postgres"), "cluster") }

func postgresBinary(p place, name string) string {
	return filepath.Join(p.pkg("jars"), "postgres", "bin", name)
}

// postgresUser says as whom PostgreSQL runs, since it refuses root and users
// without a name: as this user, if that will do; else, for root, as nobody,
// if nobody can reach the folder; else as nobody of a user namespace, who
// outside it is this user and so reads a repository below a private folder.
func postgresUser(p place) (syscall.SysProcAttr, error) {
	self := os.Geteuid()
	if self == 0 {
		other := syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		if runsAs(p, other) == nil {
			return other, nil
		}
	} else if _, err := user.LookupId(strconv.Itoa(self)); err == nil {
		return syscall.SysProcAttr{}, nil
	}
	mapped := syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: nobody, HostID: self, Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: nobody, HostID: os.Getegid(), Size: 1}},
	}
	if err := runsAs(p, mapped); err != nil {
		return mapped, fmt.Errorf("PostgreSQL runs neither as root nor as a user without a name, other users cannot reach %s, "+
			"and a user namespace does not help (%w): run as an ordinary user, or put the repository where others may read", p.root, err)
	}
	return mapped, nil
}

func runsAs(p place, attr syscall.SysProcAttr) error {
	try := exec.Command(postgresBinary(p, "postgres"), "--version")
	try.SysProcAttr = &attr
	try.Dir = "/"
	return try.Run()
}

func asPostgres(ctx context.Context, p place, attr syscall.SysProcAttr, input, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, postgresBinary(p, program), args...)
	cmd.SysProcAttr = &attr
	cmd.Dir = "/"
	cmd.Stdin = strings.NewReader(input)
	cmd.Env = append(os.Environ(), "TZ=UTC")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", program, err, packages.Tail(string(out), 10))
	}
	// single-user mode reports a failed command and ends with status 0
	if strings.Contains(string(out), "ERROR:") || strings.Contains(string(out), "FATAL:") {
		return fmt.Errorf("%s:\n%s", program, packages.Tail(string(out), 10))
	}
	return nil
}
