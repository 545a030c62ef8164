package fault

// KeyReused refuses an Idempotency-Key that came before with another request. Contexts give it a name of their own.
var KeyReused = New(Invalid, "idempotency_key_reused", "this key was used with another request").
	With(Field{Pointer: "header.Idempotency-Key", Code: "idempotency_key_reused", Message: "was used with another request"})
