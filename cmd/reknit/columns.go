package main

import (
	"strings"
	"unicode/utf8"
)

// columns is a table of text.
type columns struct {
	rows   [][]cell
	widths []int
}

// cell is a part of a row.
type cell struct {
	text  string
	right bool // set to the right
}

func left(text string) cell  { return cell{text, false} }
func right(text string) cell { return cell{text, true} }

// add appends a row.
func (c *columns) add(cells ...cell) {
	for i, x := range cells {
		if i == len(c.widths) {
			c.widths = append(c.widths, 0)
		}
		c.widths[i] = max(c.widths[i], utf8.RuneCountInString(x.text))
	}
	c.rows = append(c.rows, cells)
}

// write writes the table, indented.
func (c *columns) write(b *strings.Builder) {
	for _, row := range c.rows {
		line := ""
		for i, x := range row {
			pad := strings.Repeat(" ", c.widths[i]-utf8.RuneCountInString(x.text))
			if x.right {
				line += "  " + pad + x.text
			} else {
				line += "  " + x.text + pad
			}
		}
		b.WriteString(strings.TrimRight(line, " "))
		b.WriteByte('\n')
	}
}
