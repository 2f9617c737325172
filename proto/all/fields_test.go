package all_test

import (
	"testing"

	"github.com/reknit/reknit/proto/all"
)

// TestSameFields wants that what app.Field.Same names is there, is ready at the same time, and is not the same as a third field.
func TestSameFields(t *testing.T) {
	n := 0
	for _, p := range all.Protocols(all.Config{}) {
		for _, f := range p.Fields {
			if f.Same == "" {
				continue
			}
			n++
			found := false
			for _, o := range p.Fields {
				if o.Name == f.Same && o.Dir == f.Dir {
					found = o.At == f.At && o.Same == "" && o.Name != f.Name
				}
			}
			if !found {
				t.Errorf("%s: no field %s in direction %v that %s may be the same as", p.Name, f.Same, f.Dir, f.Name)
			}
		}
	}
	if n == 0 {
		t.Error("there are none")
	}
}
