// Package config reads the configuration: YAML in the vocabulary of suricata.yaml.
//
//	file, includes ──read──▶ Node tree ──set──▶ Node tree ──apply──▶ Config
//	                                                │
//	                                                └──check──▶ Problems
//
// The tree keeps the position of every key and value, so that everything that is wrong is said with file, line and
// column, and all of it at once. The typed result, Config, is filled from tables: a row of a table binds a key to a
// field and holds its default values and its line in docs/configuration.md, which is generated from them. Keys that
// suricata.yaml has and that have no effect here yet are listed in vocabulary.go.
//
// There are two sets of defaults. With a configuration file, a key that it leaves out has the built-in default that
// Suricata gives it; without a file, the values are those of the configuration that Suricata ships, with a few that
// serve somebody who wants to look into a capture.
//
// The YAML is read as version 1.1: yes, no, on and off are booleans, 010 is eight. Everything is text until the table
// asks for a type, so quotes make no difference.
package config
