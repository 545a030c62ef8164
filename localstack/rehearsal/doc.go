// Package rehearsal plays an event on the running local cloud, from its entry in the calendar to the report after it, with the clock of
// the function that warms moved: two hours before it, a quarter of an hour before it, its end, and after.
package rehearsal
