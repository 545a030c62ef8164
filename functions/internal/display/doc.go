// Package display has the one rule for text that people read: titles and descriptions of products, names of sellers and
// customers. Such text says what it seems to say: it has no markup, nothing that turns its direction (UAX 9), and nothing
// that does not show, but where a script or an emoji needs it.
//
// Flaw refuses what a person wrote into a form, where a refusal is answered. Clean takes out what files and catalogs
// bring along, where it has no meaning. What is clean has no flaw.
package display
