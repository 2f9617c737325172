# The checks themselves are in .ci/run; this only names the common ones.

.PHONY: build test check fuzz e2e

build:
	CGO_ENABLED=0 go build -trimpath -o reknit ./cmd/reknit

test:
	go test ./...

# Before sending a change.
check:
	FUZZ_TOTAL=60 FUZZ_EACH=10 .ci/run format vet staticcheck test race fuzz

# All fuzz targets, ten seconds each: make fuzz
fuzz:
	FUZZ_TOTAL=100000 FUZZ_EACH=10 .ci/run fuzz

# As root.
e2e:
	.ci/run e2e
