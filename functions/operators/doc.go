// Package operators is the front door of those who run Rialto: the API /ops/v1, and the audit log of all that they do there. What
// they do is done by the use cases of the contexts that it belongs to: there is no rule about orders, money or pages here.
//
// It owns the table audit_log.
//
// Invariants:
//   - every call of an operator's is written to the audit log before anything is read or done for it, and its outcome after: who,
//     when, which call, on what, why, and how it ended. A call that cannot be written down is refused, and does nothing;
//   - the log is added to, and nothing of it is changed or removed: each line is a new item, put on the condition that there is none,
//     and no function is granted to update or delete items of the table. A call without its outcome was cut short: what it did,
//     the records of its subject say;
//   - who it was comes from the gateway alone: on AWS the ARN whose signature (IAM) it checked, locally an operator's token. A token of
//     a shopper's or a seller's opens nothing here, and an operator's nothing there;
//   - what a person is called, and how they are reached, is in no list: it is shown of one customer, to one call, with a reason.
//
// Still thin: IAM cannot tell a put that makes an item from one that replaces it, so that the condition is the code's to keep;
// point-in-time recovery (35 days) shows what stood there. A call that is refused for its form reaches no use case, and is not written.
//
// It neither takes nor publishes events.
package operators
