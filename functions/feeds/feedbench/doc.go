// Package feedbench measures a large feed of stock against the local cloud's stores: the file streams out of S3, is
// cut into chunks, each chunk is booked in DynamoDB and reported on, the results are counted and the report is made, all
// by the code that is deployed. Queues are channels of this process, so what is measured is neither SQS nor Lambda.
package feedbench
