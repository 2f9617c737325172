package receiver

import (
	"bytes"
	"fmt"
	"testing"

	"golang.org/x/sys/unix"
)

// TestKernel plays against the kernel that runs the test.
func TestKernel(t *testing.T) {
	needKernel(t)
	run(t, newKernel, kernelFloor)
}

// needKernel skips the test where schedules cannot be played against the kernel, or not against one that linux-6 is about.
func needKernel(t *testing.T) {
	if err := recent(6, 17); err != nil {
		t.Skip(err)
	}
	failed := make(chan error)
	go func() { // its thread ends with it
		h, err := newKernel()
		if err == nil {
			h.close()
		}
		failed <- err
	}()
	if err := <-failed; err != nil {
		t.Skip(err)
	}
}

// recent tells whether the kernel is of a version, or later: older ones treat windows and timestamp echoes otherwise.
func recent(major, minor int) error {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return err
	}
	var a, b int
	release := unix.ByteSliceToString(u.Release[:])
	if _, err := fmt.Sscanf(release, "%d.%d", &a, &b); err != nil {
		return fmt.Errorf("release %q: %w", release, err)
	}
	if a < major || a == major && b < minor {
		return fmt.Errorf("kernel %s is older than %d.%d", release, major, minor)
	}
	return nil
}

// kernelFloor returns the share of schedules that must be equal, in percent. docs/receivers.md tells what else decides in
// the families that are not plain.
func kernelFloor(f *family) float64 {
	switch {
	case f.plain:
		return 100
	case f.name == "memory":
		return 85
	case f.name == "urgent-late", f.name == "urgent":
		return 45
	}
	return 95
}

// TestReceivers compares what applications read from the kernel with what they read from gVisor's network stack: where
// the capture shows that they differ, neither may stand for the other.
func TestReceivers(t *testing.T) {
	needKernel(t)
	done := make(chan struct{})
	go func() { // its thread ends with it
		defer close(done)
		k, err := newKernel()
		if err != nil {
			t.Error(err)
			return
		}
		defer k.close()
		n, err := newNetstack()
		if err != nil {
			t.Error(err)
			return
		}
		defer n.close()
		compare(t, k, n)
	}()
	<-done
}

// compare plays schedules against both hosts.
func compare(t *testing.T, a, b host) {
	var p ports
	for i := range families {
		f := &families[i]
		if *only != "" && *only != f.name {
			continue
		}
		var n tally
		for j := range max(1, *schedules/len(families)/4) {
			s := draw(f, *seed+uint64(j))
			x, _, err := play(a, s, p.take())
			if err != nil {
				t.Error(err)
				return
			}
			y, _, err := play(b, s, p.take())
			if err != nil {
				t.Error(err)
				return
			}
			n.schedules++
			if bytes.Equal(octets(x), octets(y)) {
				n.equal++
			}
		}
		t.Logf("%-20s %v", f.name, n)
		if f.agreed && n.equal < n.schedules {
			t.Errorf("%s: the receivers differ", f.name)
		}
	}
}
