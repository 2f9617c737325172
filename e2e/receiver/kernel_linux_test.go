package receiver

import (
	"fmt"
	"testing"

	"golang.org/x/sys/unix"
)

// TestKernel plays against the kernel that runs the test.
func TestKernel(t *testing.T) {
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
	run(t, newKernel, kernelFloor)
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

// kernelFloor returns the share of schedules that must be equal, in percent.
func kernelFloor(f *family) float64 {
	switch {
	case f.plain:
		return 99
	case f.name == "urgent":
		return 45
	}
	return 80
}
