// Package cloud runs Rialto's local cloud: LocalStack, DynamoDB Local,
// OpenSearch, PostgreSQL, Valkey, the encoder of texts, the payment gateway's stand-in and the
// development token issuer, all as plain processes on loopback.
//
// Up checks the machine first and names everything that is wrong before it
// starts anything; installs what is missing, as localstack/cloud/packages
// pins it; starts a detached supervisor and waits until every
// service answers. Down stops all of it.
//
// # Invariants
//
//   - All state lies under .local at the repository's root. Nothing outside
//     it is written, except the package managers' own caches.
//   - The cloud is ephemeral: a start wipes every store (DynamoDB, S3, SQS and
//     the rest of LocalStack are in memory; OpenSearch's and PostgreSQL's
//     folders are deleted). Only installed packages, the issuer's key and logs
//     of the last run stay.
//   - A service that dies is recorded and shown, never restarted behind the
//     user's back. The next Up stops what is left and starts everything anew.
//   - A process is ours only if its pid, its start time and the boot all match
//     the state file, or if its environment carries our marker. Nothing is
//     ever ended by name.
//   - The supervisor's death takes every service with it (the kernel sends
//     SIGKILL to its children); grandchildren that survive are found by the
//     marker at the next Up, Down or Clean.
package cloud
