// Package searchencoder reaches the encoder of texts. server has the encoder itself, which the local cloud runs as a process and
// SageMaker as a serverless endpoint's container: one protocol, whose requests are signed on AWS.
// Remembering keeps what was asked in the process.
package searchencoder
