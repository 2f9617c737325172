// Package lint keeps the tree in the shape that docs/architecture.md describes: who may import whom, what code on the
// path of a packet must not do, and a few rules of style that a machine can check. Its tests run the checks over the
// whole tree, so go test fails when one is broken.
//
// The rules are tables: imports.go holds who imports what, calls.go what is forbidden below engine.
package lint
