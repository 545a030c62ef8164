// Package checkouttrial tries the whole checkout in process. It holds tests only: they run the deployed state machine's
// bytes with the real services and stores of every context over DynamoDB in memory, the stand-in for the payment
// gateway, and a virtual clock.
//
// A trial is one checkout with what is to go wrong in it: every task state with every fault, alone, in pairs, and where
// whole executions stop, die or meet the recovery. Interleavings run two actors with every order of their calls of the
// database that differs in few switches. An audit judges the tables when nothing is open; checkers look after every
// write too, and each has a name (checkers_test.go) that a failure prints as "checker: <name>". A failing trial prints
// the -run that repeats it.
//
// go test takes a sample of the trials; RIALTO_PROVE=1 (make prove) takes all.
package checkouttrial
