package infra

// catalog needs nothing beyond what its functions say.
func catalog(r *room) error { return r.functions() }
