package cloud

import (
	"context"
	"os"
	"syscall"
	"time"

	"rialto/functions/contract"
)

// endpoint is one port and the service it belongs to.
type endpoint struct{ service, addr string }

// service is one process of the cloud.
type service struct {
	name string
	addr string
	// ports besides addr that must be free.
	ports []string
	// prepare makes the folders and files it starts with.
	prepare func(context.Context, place) error
	command func(place) run
	probe   func(context.Context) error
	// within is the longest it may take to be ready.
	within time.Duration
	// patience is the longest it gets to end by itself; the zero value
	// means grace.
	patience time.Duration
}

// run is how a process is started.
type run struct {
	argv []string
	dir  string
	env  []string // added to the supervisor's
	attr syscall.SysProcAttr
	// stop is the signal that ends it cleanly; the zero value means SIGTERM.
	stop syscall.Signal
}

// services in the order in which they are shown. All start at once; none
// needs another to become ready.
var services = []service{
	{
		// It waits for its open requests, and has nothing to lose.
		name: "localstack", addr: contract.LocalAWS, within: 120 * time.Second, patience: 2 * time.Second,
		prepare: prepareLocalStack, command: localStack, probe: httpProbe(contract.LocalAWS, "/_localstack/health"),
	},
	{
		name: "dynamodb", addr: contract.LocalDynamoDB, within: 60 * time.Second,
		command: dynamoDB, probe: dynamoDBProbe,
	},
	{
		name: "opensearch", addr: contract.LocalSearch, ports: []string{contract.LocalSearchTransport}, within: 120 * time.Second,
		prepare: emptyFolder("opensearch"), command: openSearch, probe: httpProbe(contract.LocalSearch, "/_cluster/health?local=true"),
	},
	{
		name: "postgres", addr: contract.LocalSQL, within: 60 * time.Second,
		prepare: preparePostgres, command: postgres, probe: postgresProbe,
	},
	{
		name: "valkey", addr: contract.LocalCache, within: 30 * time.Second,
		prepare: emptyFolder("valkey"), command: valkey, probe: valkeyProbe,
	},
	{
		name: "encoder", addr: contract.LocalEncoder, within: 60 * time.Second, patience: time.Second,
		command: encoder, probe: httpProbe(contract.LocalEncoder, "/ping"),
	},
	{
		name: "payments", addr: contract.LocalPayments, within: 30 * time.Second,
		command: gateway, probe: httpProbe(contract.LocalPayments, "/_control/health"),
	},
	{
		name: "issuer", addr: contract.LocalIssuer, within: 30 * time.Second,
		command: issuerServer, probe: httpProbe(contract.LocalIssuer, "/.well-known/openid-configuration"),
	},
	{
		name: "mailbox", addr: contract.LocalMailbox, within: 30 * time.Second,
		command: mailboxServer, probe: httpProbe(contract.LocalMailbox, "/health"),
	},
}

func endpoints() []endpoint {
	var all []endpoint
	for _, s := range services {
		all = append(all, endpoint{s.name, s.addr})
		for _, port := range s.ports {
			all = append(all, endpoint{s.name, port})
		}
	}
	return all
}

// emptyFolder wipes and makes a store's folder.
func emptyFolder(name string) func(context.Context, place) error {
	return func(_ context.Context, p place) error {
		if err := os.RemoveAll(p.data(name)); err != nil {
			return err
		}
		return os.MkdirAll(p.data(name), 0o755)
	}
}
