// Command localstack runs Rialto's local cloud. From the repository's root:
//
//	go run ./localstack up            start everything, installing what is missing
//	go run ./localstack status        show the services; status 1 unless all run
//	go run ./localstack logs NAME     show a log (-f follows); functions/<function> too
//	go run ./localstack token ...     mint a development token
//	go run ./localstack down          stop everything
//	go run ./localstack clean         stop everything and delete all local state
//
// The local cloud is ephemeral. Every start begins with empty stores:
// DynamoDB, S3, SQS and all else that LocalStack holds are in memory, and the
// folders of OpenSearch and PostgreSQL are wiped. When one service has died,
// the next `up` stops the others and starts all anew, so no half of the cloud
// ever meets data that the other half has forgotten.
//
// Below it stand four ideas: cloud (the processes, what they are installed
// from, LocalStack's plug-ins and the OpenSearch node), standins (the payment
// gateway and the issuer of tokens), demo (what make demo plays, with its
// client, catalog and seed) and checks (end-to-end tests, the auditor that
// reads back what was left, the interpreter's conformance, the lag of search);
// and docs, the pages of the APIs. What an operator does to a stage, this one
// too, is infra/cmd/ops.
package main
