// Package dashboard shows the figures of the running local cloud in a page: what the dashboard rialto-<stage>-business shows on AWS,
// read from where CloudWatch would have it. Functions count in lines of their logs (the embedded metric format), Lambda tells there how
// long a call took, queues say what waits, and the table of stock says whether it balances. Begun checkouts are not counted locally: the
// page sets those that ended in an order against those that failed.
package dashboard
