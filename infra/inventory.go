package infra

// inventory needs nothing beyond what its functions say.
func inventory(r *room) error { return r.functions() }
