package load

import (
	"cmp"
	"slices"
)

// A SignCount says how often a text was taken for NULL in a column, because it
// is no value of the column's type and stands for none, such as N/A. Records that
// were rejected don't count. Its JSON is part of the program's contract.
type SignCount struct {
	Column string `json:"column"`
	Text   string `json:"text"`
	Count  int64  `json:"count"`
}

// add adds n to the count of text.
func add(counts []SignCount, text []byte, n int64) []SignCount {
	for i := range counts {
		if counts[i].Text == string(text) {
			counts[i].Count += n
			return counts
		}
	}
	return append(counts, SignCount{Text: string(text), Count: n})
}

// CountSign adds n to how often the text of a cell of a column, which is NULL,
// was taken for that.
func (b *Block) CountSign(column int, cell Cell, n int64) {
	text := b.Bytes(cell)
	if column >= len(b.signs) {
		b.signs = append(b.signs, make([][]SignCount, column+1-len(b.signs))...)
	}
	b.signs[column] = add(b.signs[column], text, n)
}

// uncountSigns takes the signs of a row back.
func (b *Block) uncountSigns(row int) {
	for i, cell := range b.Row(row) {
		if cell.IsSign() {
			b.CountSign(i, cell, -1)
		}
	}
}

// addSigns takes the signs of a block into the account.
func (r *run) addSigns(b *Block) {
	for i, texts := range b.signs {
		for _, t := range texts {
			if t.Count == 0 {
				continue
			}
			if r.signs == nil {
				r.signs = make([][]SignCount, len(r.layout.Columns))
			}
			r.signs[i] = add(r.signs[i], []byte(t.Text), t.Count)
		}
	}
}

// allSigns returns the account of signs.
func (r *run) allSigns() []SignCount {
	var all []SignCount
	for i, texts := range r.signs {
		slices.SortStableFunc(texts, func(a, b SignCount) int { return cmp.Compare(b.Count, a.Count) })
		for _, t := range texts {
			t.Column = r.layout.Columns[i].Name
			all = append(all, t)
		}
	}
	return all
}
