// Package fulfillmenttrial explores what happens to orders after they are placed. It holds tests only: they run the real
// services and stores of orders, fulfillment, payments, inventory and payouts over a DynamoDB in memory and a gateway with
// books of its own, under the scheduler of laboratory/schedule, on virtual time.
//
// A trial is one schedule: orders are placed, parcels are confirmed, paid, cancelled and delivered, units are sent back,
// money is given back, shelves are counted and sellers are paid. What a table's change means to others travels as it is
// deployed: the contract's streams, topics and queues carry it, to the real handler of every function that subscribes.
//
// The checkers and what each promises are listed in checkers_test.go; a failure prints its checker, the trace and the
// command that shows it again. make prove runs N trials; go test runs a fixed few.
package fulfillmenttrial
