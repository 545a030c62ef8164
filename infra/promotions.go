package infra

// promotions needs nothing beyond what its functions say.
func promotions(r *room) error { return r.functions() }
