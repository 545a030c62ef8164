package infra

import (
	"fmt"
	"runtime"
	"time"

	"rialto/functions/contract"
)

// Stage is everything in which local, dev and prod differ.
type Stage struct {
	Name    string
	Local   bool // on the local cloud: real servers stand in for Aurora, ElastiCache, OpenSearch and Cognito
	Region  string
	Account string // empty on AWS: whoever deploys decides

	// Arch is GOARCH of the functions.
	Arch string

	// Keep protects what cannot be made again: tables, keys, database and index outlive their stack, refuse
	// deletion and can be restored to any second.
	Keep bool

	LogLevel string
	LogDays  float64 // retention; one of the values that CloudWatch Logs knows

	// FulfillmentStep is the time between two steps of a shipment; SQS delays no message by more than 15
	// minutes. CheckoutWait is how long a checkout waits for its saga before it answers 202.
	FulfillmentStep, CheckoutWait time.Duration
	// RecordsWindow is how long a consumer of a Kinesis stream waits for a full batch: fewer and larger files, which come later.
	RecordsWindow time.Duration
	// PayoutReserve is how long a sale waits before it is paid to its seller, for what customers send back. Shorter than
	// contract.ReturnWindow it is a risk, which synthesis notes.
	PayoutReserve time.Duration
	// ReviewAfter is how long after their delivery goods may be asked about.
	ReviewAfter time.Duration
	// TaxEngine says who knows local taxes: "tables" for nobody, "stripe" for Stripe Tax, which is paid for by the order.
	TaxEngine string
	// DueBuckets is how many partitions one minute of the due checkouts is spread over; the sweep reads each. Records
	// keep the bucket they were written to, so fewer than before lose some to the sweep: only ever raise it.
	DueBuckets int

	// Checkouts is how many a second the concurrency bears that is set apart for them (pool.go); 0 sets none apart, for an
	// account that has little.
	Checkouts float64
	// Lanes has functions parted that can be (contract.Function). It is never taken back in one deployment: functions go before the
	// machine that calls them.
	Lanes bool
	// Canary has a new version answer a tenth of the calls first, and all of them five minutes later if no alarm rang (release.go).
	Canary bool
	// Provisioned keeps environments of a function warm, by function ID; while it is released, as many again.
	Provisioned map[string]int

	// Throttle is the rate of requests a second of each API, Burst what it lets through at once.
	Throttle, Burst float64
	// Throttles are rates of single operations below that, by method and path: of what is dear, or worth trying for who means harm.
	// Twice as many are let through at once.
	Throttles map[string]float64
	// Origins are those whose pages may call the APIs and send files; one that ends in :* stands for its every port. Whoever
	// deploys to AWS puts their shop's own in place of these.
	Origins []string
	// ClientRequests is how many requests one address may send in 5 minutes before the firewall stops it.
	ClientRequests float64

	// Zones are the ids of the network's availability zones. Names are each account's own: "us-east-1a" is another zone in
	// each, and may be one that a service of ours is not in.
	Zones    []string
	Database capacity
	Cache    cache
	Index    index

	// Endpoints holds the addresses of the local servers that are there in place of services; empty on AWS.
	Endpoints endpoints
}

// capacity is the range that a serverless database moves in, in Aurora capacity units.
type capacity struct{ Min, Max float64 }

// cache sizes the Valkey cluster: one node that is written, and replicas that can take over.
type cache struct {
	Node     string
	Replicas float64
}

// index sizes the OpenSearch domain. GB is each data node's disk.
type index struct {
	DataNodes   float64
	DataType    string
	MasterNodes float64 // none when 0
	MasterType  string
	GB          float64
}

// endpoints are addresses of servers on this machine.
type endpoints struct {
	AWS, DynamoDB, Search, Encoder, SQL, Cache, Payments, PaymentsSecret, Issuer string
}

// homeRegion is where both AWS stages live. CloudFront takes web ACLs from this region only.
const homeRegion = "us-east-1"

// homeZones are zones of the home region with all that the network has in it. RDS Proxy, Lambda in a VPC and newer instances
// are not in use1-az3, and newer instances not in use1-az5 (docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/rds-proxy.html).
var homeZones = []string{"use1-az2", "use1-az4", "use1-az6"}

var stages = []Stage{
	{
		Name: "local", Local: true,
		Region: contract.LocalRegion, Account: contract.LocalAccount,
		Arch:     runtime.GOARCH,
		LogLevel: "debug", LogDays: 1,
		RecordsWindow:   time.Second,
		FulfillmentStep: time.Second, CheckoutWait: 20 * time.Second, DueBuckets: 4, TaxEngine: "tables", ReviewAfter: time.Second,
		Throttle: 10_000, Burst: 5_000,
		Origins: []string{"https://shop.example", "http://localhost:*"},
		Endpoints: endpoints{
			AWS: contract.LocalAWSURL, DynamoDB: contract.LocalDynamoDBURL, Search: contract.LocalSearchURL,
			Encoder: contract.LocalEncoderURL,
			SQL:     contract.LocalSQLURL, Cache: contract.LocalCache,
			Payments: contract.LocalPaymentsURL, PaymentsSecret: "sk_test_local", Issuer: contract.LocalIssuerURL,
		},
	},
	{
		Name:   "dev",
		Region: homeRegion, Arch: "arm64",
		LogLevel: "debug", LogDays: 7,
		RecordsWindow:   30 * time.Second,
		FulfillmentStep: time.Minute, CheckoutWait: 20 * time.Second, DueBuckets: 128, PayoutReserve: time.Hour, TaxEngine: "tables",
		ReviewAfter: time.Hour,
		Throttle:    100, Burst: 200, ClientRequests: 2_000,
		Origins:  []string{"https://dev.shop.example", "https://dev.sellers.example", "http://localhost:*"},
		Zones:    homeZones[:2], // Aurora asks for two
		Database: capacity{0.5, 2}, Cache: cache{Node: "cache.t4g.micro"},
		Index: index{DataNodes: 1, DataType: "t3.small.search", GB: 10},
	},
	{
		Name:   "prod",
		Region: homeRegion, Arch: "arm64",
		Keep:     true,
		LogLevel: "info", LogDays: 90,
		RecordsWindow:   time.Minute,
		FulfillmentStep: 15 * time.Minute, CheckoutWait: 20 * time.Second, DueBuckets: 128, PayoutReserve: 14 * 24 * time.Hour,
		TaxEngine:   "stripe",
		ReviewAfter: 7 * 24 * time.Hour,
		Checkouts:   80, // some five times the mean of 1.5 million orders a day
		Lanes:       true,
		Canary:      true,
		Provisioned: map[string]int{"checkout-api": 50},
		Throttle:    20_000, // all that make plan counts at the design's peak, were none of it answered by CloudFront
		Burst:       5_000, ClientRequests: 10_000,
		Throttles: map[string]float64{
			"POST /api/v1/orders/checkout": 80, // Checkouts: more would only wait for concurrency that is not there
			"POST /api/v1/checkout/quote":  400,
			"POST /api/v1/guests":          500,
			"POST /api/v1/orders/lookup":   20,
			"GET /api/v1/products/search":  1_200, // the searches of a peak, were none of them answered by CloudFront
			"GET /api/v1/products/suggest": 3_000,
		},
		Origins:  []string{"https://shop.example", "https://sellers.example"},
		Zones:    homeZones,
		Database: capacity{2, 64}, Cache: cache{Node: "cache.r7g.xlarge", Replicas: 2},
		Index: index{DataNodes: 6, DataType: "r7g.2xlarge.search", MasterNodes: 3, MasterType: "m7g.large.search", GB: 1024},
	},
}

// StageNamed returns a stage, or an error that lists those there are.
func StageNamed(name string) (Stage, error) {
	var names []string
	for _, s := range stages {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return Stage{}, fmt.Errorf("no stage is named %q: there are %v", name, names)
}
