// Package shoppers makes up shoppers and drives the clickstream with them, the way that pages do: each batch goes to the
// gateway, and each purchase to the stream as functions/clickstream would tell it. Everything they do is generated, by rules
// that stand here, from a seed: it shows that the path works and that a model can find what was put in, and nothing about
// real shoppers.
//
// A shopper likes a few categories and one of their brands, and mostly looks at what is popular in those. A visit goes from a
// search to a list, to pages, to a cart and, now and then, to a purchase; two in three sign in. Some refuse consent; some are bots
// and say so;
// some batches are sent twice, some come days late, and some hold an event that is none.
package shoppers
