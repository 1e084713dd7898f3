package csvfile

import "strings"

// Join returns a record of these fields as d writes it, which has every value set,
// without a line end. Fields are in quotes where they need them, and where quoted says
// so; it has as many values, or none. A dialect without quotes and escapes can't write
// every text: what Join returns then reads as other fields.
func (d Dialect) Join(fields []string, quoted []bool) string {
	texts := make([]string, len(fields))
	for i, text := range fields {
		texts[i] = d.field(text, len(quoted) > 0 && quoted[i])
	}
	return strings.Join(texts, d.Delimiter)
}

// field returns a field as d writes it.
func (d Dialect) field(text string, quoted bool) string {
	var pairs []string // of what is escaped
	if d.Escape != None && d.Escape != d.Quote {
		pairs = append(pairs, d.Escape, d.Escape+d.Escape)
	}
	if d.Quote == None {
		if d.Escape != None {
			for _, c := range []string{d.Delimiter, "\r", "\n"} {
				pairs = append(pairs, c, d.Escape+c)
			}
		}
		return strings.NewReplacer(pairs...).Replace(text)
	}
	special := strings.ContainsAny(text, "\r\n"+d.Quote) || strings.Contains(text, d.Delimiter) ||
		d.Escape != None && strings.Contains(text, d.Escape) || text != strings.TrimSpace(text)
	if !special && !quoted {
		return text
	}
	if d.Escape != None {
		pairs = append(pairs, d.Quote, d.Escape+d.Quote)
	}
	return d.Quote + strings.NewReplacer(pairs...).Replace(text) + d.Quote
}
