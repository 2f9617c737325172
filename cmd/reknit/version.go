package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
)

// claimed is the version of Suricata whose behaviour and output reknit has.
const claimed = "8.0.7"

// version is set at the release: -ldflags "-X main.version=1.2.3". It is empty otherwise.
var version string

// ownVersion returns reknit's own version.
func ownVersion() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return strings.TrimPrefix(v, "v")
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return "devel-" + s.Value[:min(12, len(s.Value))]
		}
	}
	return "devel"
}

// printVersion answers -V. Tools that ask Suricata take the first number after "version".
func printVersion(w io.Writer) {
	fmt.Fprintf(w, "This is reknit %s, compatible with Suricata version %s\n", ownVersion(), claimed)
}

// features are what tools look for in suricata --build-info: fingerprints of TLS, JSON output, hashes of files,
// databases of countries, and the parsers that Suricata has in Rust; and that faults can be simulated.
var features = []string{"GeoIP2", "HAVE_JA3", "HAVE_JA4", "HAVE_LIBJANSSON", "HAVE_NSS", "QA_SIMULATION", "RUST", "liblz4"}

// printBuild answers --build-info.
func printBuild(w io.Writer) {
	fmt.Fprintf(w, "This is reknit %s, compatible with Suricata version %s\n", ownVersion(), claimed)
	fmt.Fprintf(w, "Features: %s\n", strings.Join(features, " "))
	fmt.Fprintf(w, "Go: %s %s/%s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "CGO_ENABLED", "vcs.revision", "vcs.time", "vcs.modified":
			fmt.Fprintf(w, "%s: %s\n", s.Key, s.Value)
		}
	}
}
