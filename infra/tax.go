package infra

// tax needs nothing beyond what its functions say.
func tax(r *room) error { return r.functions() }
