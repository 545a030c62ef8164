package infra

// orders needs nothing beyond what its functions say.
func orders(r *room) error { return r.functions() }
