package infra

// offers needs nothing beyond what its functions say.
func offers(r *room) error { return r.functions() }
