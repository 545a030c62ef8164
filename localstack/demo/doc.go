// Package demo plays the main journey on the local cloud through the HTTP APIs, then three journeys that must fail
// well, and after each reads back, with package audit, what is left: stock, holds, money and orders. It ends with
// an error if anything does not balance.
package demo
