package cli

import "strings"

// A table is text in aligned columns.
type table struct {
	head  []string
	right []bool // which columns are right-aligned
	rows  [][]string
}

// newTable returns a table with the given header, or none if all names are empty.
func newTable(head ...string) *table {
	t := &table{head: make([]string, len(head)), right: make([]bool, len(head))}
	for i, h := range head {
		t.head[i] = visible(h)
	}
	return t
}

// alignRight right-aligns columns, as for numbers.
func (t *table) alignRight(columns ...int) {
	for _, c := range columns {
		t.right[c] = true
	}
}

// add adds a row. Unprintable characters are replaced.
func (t *table) add(row ...string) {
	for i := range row {
		row[i] = visible(row[i])
	}
	t.rows = append(t.rows, row)
}

// gap stands between columns.
const gap = "  "

// print writes the table with an indent, its lines cut to the screen and each value to
// most cells (0 means no limit).
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
