package cli

import "strings"

// A table is text in aligned columns.
type table struct {
	head  []string
	right []bool // which columns are aligned to the right
	rows  [][]string
}

// newTable returns a table with the head given; with empty names it has none.
func newTable(head ...string) *table {
	t := &table{head: make([]string, len(head)), right: make([]bool, len(head))}
	for i, h := range head {
		t.head[i] = visible(h)
	}
	return t
}

// alignRight aligns columns to the right, as numbers want it.
func (t *table) alignRight(columns ...int) {
	for _, c := range columns {
		t.right[c] = true
	}
}

// add adds a row. What is not printable in it is replaced.
func (t *table) add(row ...string) {
	for i := range row {
		row[i] = visible(row[i])
	}
	t.rows = append(t.rows, row)
}

// gap stands between columns.
const gap = "  "

// print writes the table with an indent, its lines cut to the screen and its
// values to most cells each (0 is no limit).
func (t *table) print(s *screen, indent string, most int) {
	widths := make([]int, len(t.head))
	for i, h := range t.head {
		widths[i] = cells(h)
	}
	for _, row := range t.rows {
		for i := range row {
			row[i] = cut(row[i], most)
			widths[i] = max(widths[i], cells(row[i]))
		}
	}
	line := func(row []string) string {
		var b strings.Builder
		b.WriteString(indent)
		for i, text := range row {
			pad := strings.Repeat(" ", widths[i]-cells(text))
			switch {
			case t.right[i]:
				b.WriteString(pad + text)
			case i == len(row)-1:
				b.WriteString(text)
			default:
				b.WriteString(text + pad)
			}
			if i < len(row)-1 {
				b.WriteString(gap)
			}
		}
		return strings.TrimRight(b.String(), " ")
	}
	if strings.Join(t.head, "") != "" {
		s.println(s.dim(cut(line(t.head), s.width())))
	}
	for _, row := range t.rows {
		s.println(line(row))
	}
}
