// Package campaigns owns the calendar of events that many shoppers come to at once, and what is warmed for them: each resource that one
// needs is raised two hours ahead, read back, and brought back to what it was after the event.
//
// It owns the table campaigns.
//
// Invariants:
//   - what is to be done for an event is Plan's alone: a function of the entry and of the stage;
//   - what a resource was is written down before it is changed, and each event that wants it raised has a claim on it beside that. It
//     stands at what it was or at the most that is claimed, whichever is more, and goes back when the last claim is gone: two events at
//     once take the larger of both, and the end of one leaves what the other wants;
//   - a step is done when the resource, read anew, has what is wanted, and not when a call to change it was answered. Every run looks
//     again, so that a lost answer, a run that died and a deployment in between are made good five minutes later;
//   - runs do not overlap (a lease), and a day on which an event is open is not forgotten, however long no run has been
//     (functions/internal/sweep);
//   - what a stage has not is excused by name and reason. It is never told as done.
//
// # When
//
// All is raised two hours ahead, and has until half an hour before the event: what is not done then rings. Pages of deals are asked for a
// quarter of an hour ahead and at every run until the event ends: the edge keeps them two minutes at most. Half an hour after the end,
// when the last shoppers have paid, all goes back. An entry that comes late has done for it what there is time for, and says so.
//
// # What
//
// Concurrency of the checkout path, reserved and provisioned, for the version that the alias live names; the tables' warm throughput,
// which is only ever raised; the stream of clicks; a replica of each index on every data node; the cache's node; pollers of the queues
// that follow orders; layouts of the deals' stock (functions/internal/shards); the deals' pages.
//
// Still thin: the edge is asked from one region, and warms the cache that serves it; what a page's shoppers elsewhere meet first is
// CloudFront's regional cache at best. The gateway's throttles, the firewall's limits and the account's quotas are a deployment's and a
// support case's, days ahead (make plan, make preflight): an entry that is above the stage's throttle is told so. Kinesis warms streams on
// demand only in accounts with its minimum commitment: in others the step fails and says why. A deployment during an event resets what the
// templates say until the next run, and a base that it changes is not what is gone back to: freeze deployments while one is on. How much
// the cache bears is taken to follow its cores.
//
// It neither takes nor publishes events.
package campaigns
