// Package schedule runs concurrent code one step at a time, on a clock of its own, in an order that a seed
// chooses. It is for tests and models: nothing that is deployed imports it.
//
// A Scheduler runs tasks. Exactly one runs at any moment, until it yields (Yield, Sleep, or any operation of a DB),
// so what happens between two yields is one step and nothing else can happen in it. Whose step is next is a choice
// among the tasks that are runnable; the clock stands still while there is one, and otherwise moves to the earliest
// Sleep's end.
//
// What the package promises:
//   - a run is a function of its choices: the same seed, or the same list of choices (Replay), gives the same
//     steps, the same virtual times and the same Hash, on any machine and beside any other run;
//   - choice 0 is the dullest one (the task that ran goes on, nothing goes wrong), and a list that has ended goes
//     on with zeros, so a failing list can be made shorter and smaller;
//   - a step costs well under a microsecond: tasks are coroutines (iter.Pull), no channel and no lock is involved.
//
// What a task must not do: block for long on anything but Yield and Sleep, or yield from another goroutine than its own.
// The task travels in the context;
// without one in it Yield does nothing, so code may be used before and after a run as well.
package schedule
