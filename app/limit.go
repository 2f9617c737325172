package app

// Limit is a setting of a Config and the value that it has when it is not set.
type Limit struct {
	Field   *int
	Default int
}

// SetLimits gives every setting that is not positive its default.
func SetLimits(limits ...Limit) {
	for _, l := range limits {
		if *l.Field <= 0 {
			*l.Field = l.Default
		}
	}
}
