package contract

import (
	"cmp"
	"fmt"
	"time"
)

// Function is one Lambda function. All functions of a context share one binary; Name is its handler and the
// key in the binary's table. It is deployed as rialto-<stage>-<Context>-<Name>.
type Function struct {
	Context string // filled in from the context that lists it
	Name    string
	// Lanes is how many functions a stage may part its work among, each with environments of its own; 0 is one. Whoever calls it
	// says which.
	Lanes       int
	shares      string        // the name of the one whose work it has a part of
	Description string        // one line
	Memory      int           // MB
	Timeout     time.Duration // below the timeout of whatever calls it (a guard in infra/ checks it)
	Trigger     Trigger
	Grants      []Grant
	// Loop says why the function's records come back to it, by its own queue or by way of others', and what bounds them. Lambda stops
	// a loop of which that is not said after some 16 rounds (docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html).
	Loop string
	// Alarms ring when a line of its log has their name as its attribute "alarm".
	Alarms []Alarm
}

// Alarm is about something that a person has to see to. It is named <context>-<Name>; infra/OPERATIONS.md says what to do.
type Alarm struct{ Name, About string }

// ID is the function's name inside a stage: "<context>-<name>".
func (f Function) ID() string { return f.Context + "-" + f.Name }

// Handler is the key in the binary's table.
func (f Function) Handler() string { return cmp.Or(f.shares, f.Name) }

// Shared is the ID of the function that the contract lists: its own, unless it has a part of that one's work.
func (f Function) Shared() string { return f.Context + "-" + f.Handler() }

// Lane is the function of a lane, from 0. The first has the function's own name, the others are numbered from 2.
func (f Function) Lane(n int) Function {
	if n > 0 {
		f.shares, f.Name = f.Name, fmt.Sprintf("%s-%d", f.Name, n+1)
	}
	return f
}

// OnCheckoutPath tells whether a checkout waits for the function, or needs it to end. Stages give those a pool of their own.
func (f Function) OnCheckoutPath() bool {
	return f.Context == "checkout" || f.Trigger.Saga || f.Trigger.Authorizer
}

// Trigger says what calls a function. Exactly one field is set.
type Trigger struct {
	API        bool          // routes of the APIs whose context is this one
	Authorizer bool          // the APIs' request authorizer
	Tokens     bool          // called by the user pool before it signs a token; by nobody where there is no pool (the local stage)
	Saga       bool          // a task of the saga, which a checkout waits for
	Task       bool          // a task of another state machine
	Called     bool          // by another function, which is granted Invoke
	Operator   bool          // invoked by an operator's command (make seed, make deploy)
	Stream     string        // this table's stream, in order per key
	Records    string        // this context's Kinesis stream, in order per partition key
	Queue      *Queue        // its own queue, named as the function
	Schedule   time.Duration // every so often
}

// Queue is a function's own SQS queue with its dead-letter queue and an alarm on it. Topics feed it.
type Queue struct {
	Subscriptions   []Subscription
	Batch           int           // records an invocation takes at most
	MaxReceiveCount int           // tries before a record goes to the dead-letter queue
	Concurrency     int           // most invocations at once, so that no backlog takes the account's concurrency
	Visibility      time.Duration // at least 6 timeouts of the function, as AWS advises; 0 means that
}

// Subscription takes the named events (all, if none is named) of a context's topic.
type Subscription struct {
	Context string
	Events  []string
}

// Grant is one permission; infra/ turns it into an IAM statement without wildcards.
type Grant struct {
	Access Access
	Name   string // table, queue ("<context>-<function>"), topic (context), state machine, key (context) or folder
}

// Access is what a grant allows.
type Access string

const (
	Read    Access = "read"    // GetItem, BatchGetItem, Query on a table and its indexes, TransactGetItems
	Scan    Access = "scan"    // Scan of a whole table, for building anew what is derived from it
	Write   Access = "write"   // PutItem, UpdateItem, DeleteItem, ConditionCheckItem; transactions need no action of their own
	Append  Access = "append"  // PutItem alone: of a table that is added to, and never changed
	Send    Access = "send"    // SendMessage on a queue
	Publish Access = "publish" // Publish on a context's topic
	Start   Access = "start"   // StartSyncExecution of a state machine
	Invoke  Access = "invoke"  // InvokeFunction of a function, named "<context>-<function>"
	Record  Access = "record"  // PutRecord on a context's Kinesis stream
	Mac     Access = "mac"     // GenerateMac with a context's key
	Seal    Access = "seal"    // GenerateDataKey and Decrypt with a context's key
	Sign    Access = "sign"    // Sign and GetPublicKey with a context's signing key
	Verify  Access = "verify"  // GetPublicKey alone
	Search  Access = "search"  // searches of the OpenSearch domain, and no other request to it
	Admin   Access = "admin"   // every request to the OpenSearch domain
	Encode  Access = "encode"  // InvokeEndpoint of the encoder of texts
	Redis   Access = "redis"   // inside the VPC, the cache's security group
	SQL     Access = "sql"     // inside the VPC, the database as the role that reads and writes rows
	Schema  Access = "schema"  // inside the VPC, the database as its owner
	Gateway Access = "gateway" // the payment gateway's secret
	Webhook Access = "webhook" // the secret that the payment gateway signs its events with
	Users   Access = "users"   // AdminUserGlobalSignOut and AdminDeleteUser of the user pool
	Mail    Access = "mail"    // SendEmail from the stage's address
	Warm    Access = "warm"    // reads and sets how much a context's own resources bear
	Fonts   Access = "fonts"   // reads of the fonts that documents are written with
	Planned Access = "planned" // what campaigns are planned with: a setting, and nothing that IAM knows

	// Of objects in a folder of the context's bucket:

	GetObject    Access = "get-object"    // GetObject
	PutObject    Access = "put-object"    // PutObject, and the parts of a large one
	DeleteObject Access = "delete-object" // DeleteObject
	ListObjects  Access = "list-objects"  // ListBucket of what is in it
)
