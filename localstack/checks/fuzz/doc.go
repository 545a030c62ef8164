// Package fuzz calls every operation of the deployed APIs as their documents describe it and as they do not, as each kind of
// caller, and counts answers that say that something failed on Rialto's side (500 and above). Schemathesis makes the calls:
// the edges of each schema first, then random ones of a seed, some valid and some not.
package fuzz
