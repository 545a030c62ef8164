package display

import "regexp"

// emailForm is looser than RFC 5321: whether an address works is found out by writing to it.
var emailForm = regexp.MustCompile(`^[^\s@<>()\[\],;:"\\]{1,64}@[^\s@<>()\[\],;:"\\]+\.[^\s@<>()\[\],;:"\\.]{2,}$`)

// Email tells whether a text has the form of an e-mail address, alone: a name, an @ and a domain with a dot.
func Email(s string) bool { return emailForm.MatchString(s) }
