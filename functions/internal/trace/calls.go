package trace

import (
	"context"
	"log/slog"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
)

// CallMessage is the message of the lines that RecordCalls and RecordHTTP write.
const CallMessage = "call"

// RecordCalls logs a line for every AWS call of a configuration: service, operation, what it is done to and milliseconds, and of
// DynamoDB the tables, and the units that the service itself counts. It is for stages that are measured, and tells what functions
// must be allowed.
func RecordCalls(cfg *aws.Config) {
	cfg.APIOptions = append(cfg.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("RecordCalls", record), middleware.After)
	})
}

func record(
	ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
) (middleware.InitializeOutput, middleware.Metadata, error) {
	// The services' own types would link every service into every binary; their fields' names are the API's.
	if asked := field(in.Parameters, "ReturnConsumedCapacity"); asked.IsValid() && asked.CanSet() && asked.Kind() == reflect.String {
		asked.SetString("TOTAL")
	}
	began := time.Now()
	out, meta, err := next.HandleInitialize(ctx, in)
	operation := awsmiddleware.GetOperationName(ctx)
	slog.InfoContext(ctx, CallMessage, "service", awsmiddleware.GetServiceID(ctx), "operation", operation, "on", doneTo(operation, in.Parameters),
		"tables", tables(in.Parameters), "units", units(field(out.Result, "ConsumedCapacity")), "failed", err != nil, "ms", milliseconds(began))
	return out, meta, err
}

// tables lists what a request to DynamoDB names, sorted, each once.
func tables(request any) (names []string) {
	name := func(v any) { names = append(names, texts(v, "TableName")...) }
	name(request)
	if items := field(request, "RequestItems"); items.IsValid() && items.Kind() == reflect.Map {
		for _, k := range items.MapKeys() {
			names = append(names, k.String())
		}
	}
	if items := field(request, "TransactItems"); items.IsValid() {
		for i := range items.Len() {
			for j := range items.Index(i).NumField() { // Put, Update, …: one of them is there
				if part := items.Index(i).Field(j); part.CanInterface() {
					name(part.Interface())
				}
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// doneTo lists what a request is done to, sorted, each once: "<operation> <name>". A request that holds others, as a transaction of
// DynamoDB does, is those, with the names that IAM has for them.
func doneTo(operation string, request any) (all []string) {
	add := func(operation string, v any) {
		if names := texts(v, "TableName", "IndexName"); len(names) > 0 {
			all = append(all, operation+" "+strings.Join(names, "/index/"))
		}
	}
	if items := field(request, "RequestItems"); items.IsValid() && items.Kind() == reflect.Map {
		for _, table := range items.MapKeys() {
			all = append(all, operation+" "+table.String())
		}
	}
	if items := field(request, "TransactItems"); items.IsValid() {
		for i := range items.Len() {
			for part := range items.Index(i).NumField() {
				if f := items.Index(i).Field(part); f.CanInterface() {
					add(singles[items.Index(i).Type().Field(part).Name], f.Interface())
				}
			}
		}
	}
	add(operation, request)
	for _, name := range []string{"QueueUrl", "TopicArn", "KeyId", "FunctionName", "StateMachineArn", "SecretId"} {
		for _, v := range texts(request, name) {
			all = append(all, operation+" "+v)
		}
	}
	if object := texts(request, "Bucket", "Key"); len(object) == 2 {
		all = append(all, operation+" "+strings.Join(object, "/"))
	}
	for _, source := range texts(request, "CopySource") { // bucket/key; what is copied is read
		all = append(all, "GetObject "+source)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// singles names the operations that parts of a transaction are
// (docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html).
var singles = map[string]string{
	"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem", "Get": "GetItem",
}

// texts are the fields of a struct that hold a text, of those named.
func texts(v any, names ...string) (all []string) {
	for _, name := range names {
		if f := field(v, name); f.IsValid() {
			if s, ok := f.Interface().(*string); ok && s != nil {
				all = append(all, *s)
			}
		}
	}
	return all
}

// units sums one types.ConsumedCapacity or several.
func units(v reflect.Value) (sum float64) {
	switch {
	case !v.IsValid():
		return 0
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			sum += units(v.Index(i).Addr())
		}
		return sum
	}
	if f := field(v.Interface(), "CapacityUnits"); f.IsValid() {
		if n, ok := f.Interface().(*float64); ok && n != nil {
			return *n
		}
	}
	return 0
}

// field returns a field of the struct that v points to, or no value.
func field(v any, name string) reflect.Value {
	p := reflect.ValueOf(v)
	if p.Kind() != reflect.Pointer || p.IsNil() || p.Elem().Kind() != reflect.Struct {
		return reflect.Value{}
	}
	return p.Elem().FieldByName(name)
}

// recorder logs a line for every call over HTTP.
type recorder struct {
	service string
	next    http.RoundTripper
}

// RecordHTTP makes a client log a line for every call, under the name of the service that it calls.
func RecordHTTP(service string, c *http.Client) *http.Client {
	next := c.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	recorded := *c
	recorded.Transport = recorder{service, next}
	return &recorded
}

// RoundTrip makes the call and logs its line.
func (r recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	began := time.Now()
	res, err := r.next.RoundTrip(req)
	slog.InfoContext(req.Context(), CallMessage, "service", r.service, "operation", req.Method,
		"on", []string{req.Method + " " + req.URL.Path}, "failed", err != nil, "ms", milliseconds(began))
	return res, err
}

func milliseconds(since time.Time) float64 { return float64(time.Since(since).Microseconds()) / 1000 }
