package contract

// The local cloud's addresses. They are fixed, on loopback only, and stand
// here because functions, infrastructure, tests and the local cloud itself
// must agree on them.
const (
	// LocalAWS is LocalStack: every AWS API but DynamoDB's data plane, and
	// API Gateway's invocations.
	LocalAWS = "127.0.0.1:4566"

	// LocalDynamoDB is DynamoDB Local. LocalStack forwards to it; functions
	// reach it directly (AWS_ENDPOINT_URL_DYNAMODB), which is several times
	// faster and sees the same tables.
	LocalDynamoDB = "127.0.0.1:18000"

	// LocalSearch is OpenSearch's HTTP port, LocalSearchTransport its
	// node-to-node port.
	LocalSearch          = "127.0.0.1:19200"
	LocalSearchTransport = "127.0.0.1:19300"

	// LocalSQL is PostgreSQL.
	LocalSQL = "127.0.0.1:15432"

	// LocalCache is Valkey, which speaks Redis's protocol.
	LocalCache = "127.0.0.1:16379"

	// LocalEncoder makes vectors of texts, as the container behind SageMaker's endpoint does.
	LocalEncoder = "127.0.0.1:18080"

	// LocalPayments is the stand-in for the payment gateway.
	LocalPayments = "127.0.0.1:12111"

	// LocalIssuer is the development OpenID Connect issuer.
	LocalIssuer = "127.0.0.1:12112"

	// LocalMailbox is the stand-in for SES, which keeps what it is given.
	LocalMailbox = "127.0.0.1:12114"
)

// URLs and names built on the addresses.
const (
	LocalAWSURL      = "http://localhost:4566"
	LocalDynamoDBURL = "http://" + LocalDynamoDB
	LocalSearchURL   = "http://" + LocalSearch
	LocalEncoderURL  = "http://" + LocalEncoder
	LocalPaymentsURL = "http://" + LocalPayments
	LocalMailboxURL  = "http://" + LocalMailbox

	// LocalIssuerURL is the iss claim of every token minted locally.
	LocalIssuerURL = "http://" + LocalIssuer

	// Audience is the aud claim that Rialto's APIs demand.
	Audience = "rialto"

	// OperatorAudience is the aud claim of operators' tokens, and of no others.
	OperatorAudience = "rialto-operators"

	// LocalWebhookURL is where the payment gateway's stand-in sends its events, and LocalWebhookSecret what it signs them with.
	LocalWebhookURL    = LocalShopURL + "/webhooks/v1/gateway"
	LocalWebhookSecret = "whsec_local"

	// LocalShopURL stands before the paths of the shopper API, and LocalMailTopic takes SES's events.
	LocalShopURL   = LocalAWSURL + "/_aws/execute-api/rialto-local-shopper/local"
	LocalMailTopic = "arn:aws:sns:" + LocalRegion + ":" + LocalAccount + ":rialto-local-mail"

	// LocalSQLURL connects as the application's role, which owns the
	// database but is no superuser, so row-level security holds for it.
	LocalSQLURL = "postgres://rialto@" + LocalSQL + "/rialto?sslmode=disable"

	// LocalRegion and LocalAccount are what LocalStack answers for.
	LocalRegion  = "us-east-1"
	LocalAccount = "000000000000"
)
