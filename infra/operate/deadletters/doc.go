// Package deadletters finds what a stage's functions gave up, with the reason, and gives it to them again: messages in the
// queues' dead-letter queues, and stream records in the bucket of stream failures. Both hold what they got, whole; the
// reason stands in the function's log under the message's id or the record's sequence number.
package deadletters
